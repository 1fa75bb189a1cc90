/// A matrix as the product of two narrow ones: M = A B^T.
///
/// Pieces: `A` (N, R) and `B` (M, R). It has no input: what is known of the matrix is the target.
public struct MatrixFactorization: Hashable, Sendable, Model {
  /// N.
  public let rows: Int
  /// M.
  public let columns: Int
  /// R.
  public let rank: Int

  /// Puts a factorisation together.
  public init(rows: Int, columns: Int, rank: Int) {
    precondition(rows > 0 && columns > 0 && rank > 0, "a factorisation has rows, columns and rank")
    self.rows = rows
    self.columns = columns
    self.rank = rank
  }

  /// `A` (N, R) and `B` (M, R).
  public var parameters: [TensorLayout] {
    [TensorLayout("A", [rows, rank]), TensorLayout("B", [columns, rank])]
  }

  /// None.
  public func inputs(samples: Int) -> [ModelInput] { [] }

  /// (N, M), whatever the number of samples.
  public func outputShape(samples: Int) -> [Int] { [rows, columns] }

  /// Declares A and B and gives their product.
  ///
  /// Shapes: out (N, M). Cost: N M R multiply-adds.
  public func output(samples: Int, in graph: inout Graph) -> Node {
    let first = graph.parameter("A", Shape(rows, rank))
    let second = graph.parameter("B", Shape(columns, rank))
    return graph.product(first, second, transposeRight: true)
  }
}
