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
  /// | M <= 8, N <= 8, K >= 64, both operands contiguous along k | dots |
  /// | min(M, N) <= 8, or K <= 8, or M N K <= 32768 | lanes |
  /// | all others | library |
  func route(of extents: ProductExtents, transposeLeft: Bool, transposeRight: Bool) -> ProductRoute {
    guard self == .pinned else { return .library }
    let (rows, columns, depth) = (extents.rows, extents.columns, extents.depth)
    let left = !transposeLeft || rows == 1
    let right = transposeRight || columns == 1
    if rows <= 8 && columns <= 8 && depth >= 64 && left && right { return .dots }
    if min(rows, columns) <= 8 || depth <= 8 || rows * columns * depth <= 32768 { return .lanes }
    return .library
  }
}
