/// The shape of a node: a stack of matrices, each row-major.
///
/// Most nodes are one matrix (B, C) of samples and channels. A stack of more is for what has a third
/// direction: heads, patches, images.
public struct Shape: Hashable, Sendable, CustomStringConvertible {
  /// How many matrices.
  public let stack: Int
  /// Rows of each.
  public let rows: Int
  /// Columns of each.
  public let columns: Int

  /// One matrix of `rows` x `columns`.
  public init(_ rows: Int, _ columns: Int) {
    self.init(stack: 1, rows: rows, columns: columns)
  }

  /// A stack of matrices.
  public init(stack: Int, rows: Int, columns: Int) {
    precondition(stack > 0 && rows > 0 && columns > 0, "a shape has positive extents")
    self.stack = stack
    self.rows = rows
    self.columns = columns
  }

  /// One number.
  public static let scalar = Shape(1, 1)

  /// Elements in all.
  public var count: Int { stack * rows * columns }

  /// Rows of all matrices together: an elementwise pass or a product with a shared matrix sees a
  /// stack as one tall matrix.
  public var allRows: Int { stack * rows }

  /// The shape as a reader writes it.
  public var description: String {
    stack == 1 ? "(\(rows), \(columns))" : "(\(stack), \(rows), \(columns))"
  }
}
