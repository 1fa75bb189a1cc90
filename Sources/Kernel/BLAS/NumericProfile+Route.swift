import Protocol

/// A way to compute a matrix product; each has its own order of summation.
enum ProductRoute: Hashable, Sendable {
  /// Our own: every element in plain order of k, sixteen columns at once.
  case lanes
  /// Our own: every element a dot product of sixteen lanes along memory.
  case dots
  /// OpenBLAS.
  case library
}

extension NumericProfile {
  /// The way for a shape: a fixed table of `pinned`, always the library otherwise.
  ///
  /// The table is part of the profile: another one gives other bits and needs another revision.
  ///
  /// | shape | way |
  /// | --- | --- |
  /// | both operands contiguous along k, K >= 64, and M N <= 64 or min(M, N) <= 2 | dots |
  /// | both operands contiguous along k, K >= 512 and M N <= 4096 | dots |
  /// | all others | lanes |
  ///
  /// With it, no bit depends on the processor, and an element by `lanes` on nothing but its row and its
  /// column. The library is what the other profiles use.
  func route(of extents: ProductExtents, transposeLeft: Bool, transposeRight: Bool) -> ProductRoute
  {
    guard self == .pinned else { return .library }
    let (rows, columns, depth) = (extents.rows, extents.columns, extents.depth)
    let isContiguous = (!transposeLeft || rows == 1) && (transposeRight || columns == 1)
    if isContiguous {
      if depth >= 64 && (rows * columns <= 64 || min(rows, columns) <= 2) { return .dots }
      if depth >= 512 && rows * columns <= 4096 { return .dots }
    }
    return .lanes
  }
}
