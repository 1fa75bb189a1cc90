public import Protocol

/// How strongly a transformer's attention matches a token with itself, by its parameters alone.
///
/// With e_i the embedded tokens, W_QK = W_Q W_Kᵀ / √d_k and W_VO = W_V W_O of each block, fixed
/// matrices included, the kernel of step 1 is W_QK(1) W_VO(0)ᵀ, that of step l W_VO(l - 1) W_QK(l)
/// W_VO(0)ᵀ, and h_ij = e_i Ker e_jᵀ is how strongly token i picks a relation whose left token is j.
/// Embeddings are normalised without gain where LayerNorm follows the sums. Source: Wang and others,
/// arXiv 2405.15302.
public struct Matching: Sendable {
  /// Names and words of a step.
  private static func measure(
    _ name: String, _ label: String, _ step: Int, _ meaning: String
  ) -> MeasureDescription {
    MeasureDescription(
      name: "\(name)\(step)", label: "\(label)(\(step))",
      meaning: "\(meaning) in step \(step); no number where the model has no such block.")
  }

  /// The matching score of steps 1 and 2.
  public static let scores = (1...2).map {
    measure("matchingScore", "MS", $0, "Mean of the diagonal of the softmax of the rows of h")
  }
  /// The share of tokens that match themselves best, of steps 1 and 2.
  public static let tops = (1...2).map {
    measure(
      "matchingTop", "top1", $0, "Share of rows of h whose greatest entry is the diagonal one")
  }
  /// The same among tokens that no training shows.
  public static let untrainedTops = (1...2).map {
    measure(
      "matchingTopUntrained", "untrained top1", $0,
      "Share of the tokens that no sentence has whose greatest entry of h among such tokens is the"
        + " diagonal one")
  }
  /// The score of the kernel itself, of steps 1 and 2.
  public static let kernelScores = (1...2).map {
    measure("kernelScore", "KMS", $0, "Mean of the diagonal of the softmax of the kernel's rows")
  }
  /// The dominance of the kernel's diagonal, of steps 1 and 2.
  public static let dominances = (1...2).map {
    measure(
      "kernelDominance", "|diagonal| / |rest|", $0,
      "Mean size of the kernel's diagonal entries over that of the others")
  }

  /// The kernel of a step, (d, d).
  public let kernel: SquareMatrix

  /// The kernel of a step.
  /// - Parameters:
  ///   - queryKeys: W_QK of every block, from block 0.
  ///   - valueOutputs: W_VO of every block.
  ///   - step: From 1 to the number of blocks less one.
  public init(queryKeys: [SquareMatrix], valueOutputs: [SquareMatrix], step: Int) {
    precondition(step >= 1 && step < queryKeys.count, "a step has a block before it")
    let matched = queryKeys[step] * valueOutputs[0].transposed
    kernel = step == 1 ? matched : valueOutputs[step - 1] * matched
  }

  /// h of embedded tokens, row by row.
  public func matrix(of tokens: [[Double]]) -> [[Double]] {
    tokens.map { one in
      let image = kernel.transposed.image(of: one)
      return tokens.map { other in zip(image, other).reduce(0) { $0 + $1.0 * $1.1 } }
    }
  }

  /// The mean of the diagonal of the softmax of rows; NaN without rows.
  public static func score(_ rows: [[Double]]) -> Double {
    let diagonal = rows.enumerated().map { index, row in
      let greatest = row.max() ?? 0
      let powers = row.map { Elementary.exponential($0 - greatest) }
      return powers[index] / powers.reduce(0, +)
    }
    return mean(diagonal)
  }

  /// The share of rows whose greatest entry is the diagonal one; NaN without rows.
  public static func top(_ rows: [[Double]]) -> Double {
    mean(rows.enumerated().map { index, row in row.allSatisfy { $0 <= row[index] } ? 1 : 0 })
  }

  /// The mean size of diagonal entries over that of the others.
  public static func dominance(_ rows: [[Double]]) -> Double {
    let sizes = rows.map { $0.map(\.magnitude) }
    let diagonal = sizes.indices.map { sizes[$0][$0] }
    let all = sizes.reduce(0) { $0 + $1.reduce(0, +) }
    let rest = all - diagonal.reduce(0, +)
    return mean(diagonal) / (rest / Double(rows.count * (rows.count - 1)))
  }

  /// The row minus its mean over its deviation, as LayerNorm has it before gain and bias.
  public static func normalized(_ row: [Double], epsilon: Double) -> [Double] {
    let middle = mean(row)
    let variance = mean(row.map { ($0 - middle) * ($0 - middle) })
    return row.map { ($0 - middle) / (variance + epsilon).squareRoot() }
  }

  private static func mean(_ values: [Double]) -> Double {
    values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
  }
}
