public import Protocol

/// How many directions carry the length of a matrix: |W|²_F / |W|²_2, the squares of its singular
/// values over the greatest of them.
public enum StableRank {
  /// Of the queries of the first block.
  public static let ofQueries = MeasureDescription(
    name: "queryStableRank", label: "stable rank of W_Q",
    meaning: "Stable rank |W|²_F / |W|²_2 of the first block's query matrix.")
  /// Of the table of tokens.
  public static let ofEmbedding = MeasureDescription(
    name: "embeddingStableRank", label: "stable rank of the embedding",
    meaning: "Stable rank |E|²_F / |E|²_2 of the embedded values minus their mean.")

  /// The stable rank of rows; NaN where all are zero.
  public static func value(_ rows: [[Double]]) -> Double {
    guard !rows.isEmpty else { return .nan }
    let squares = SingularValues(ofRows: rows).values.map { $0 * $0 }
    return squares.reduce(0, +) / (squares.max() ?? 0)
  }
}
