public import Protocol

/// How alike sentences of different pairs of anchors have become once attention has brought their key
/// and anchors together in the last token.
///
/// A network that composes has near-equal vectors where the composed answers agree, whichever pair
/// gives them; one that memorises pairs has not. Source: Zhang and others, arXiv 2405.05409, for the
/// cosines; their means are definitions of our own.
public struct FusedSimilarity: Sendable {
  /// Where the composed answers agree.
  public static let agreeing = MeasureDescription(
    name: "fusedSimilarityAgreeing", label: "fused similarity, same answer",
    meaning:
      "Mean cosine between the vectors of the last token after the second attention, over pairs of"
      + " sentences with different anchors whose composed answers agree.")
  /// Where they differ.
  public static let differing = MeasureDescription(
    name: "fusedSimilarityDiffering", label: "fused similarity, other answer",
    meaning:
      "The same mean over pairs of sentences with different anchors whose composed answers differ.")
  /// All of them.
  public static let matrix = MeasureDescription(
    name: "fusedSimilarity", label: "cosine of fused vectors", kind: .matrix,
    meaning:
      "Cosines between the vectors of the last token after the second attention, of a sentence for"
      + " each key from 30 to 40 with each pair of anchors but the exception, in the order of their"
      + " composed answers.")

  /// The vectors at unit length, in the order of their answers; empty where one has no direction.
  let rows: [[Double]]
  /// The mean cosine where answers agree; NaN where no two do.
  public let agreeingMean: Double
  /// The mean cosine where they differ; NaN where no two do.
  public let differingMean: Double

  /// Compares vectors.
  /// - Parameters:
  ///   - vectors: One a sentence, of one length.
  ///   - answers: The composed answer of each.
  ///   - pairs: A number for the pair of anchors of each.
  public init(_ vectors: [[Double]], answers: [Int], pairs: [Int]) {
    let lengths = vectors.map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    guard lengths.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      (rows, agreeingMean, differingMean) = ([], .nan, .nan)
      return
    }
    let order = vectors.indices.sorted {
      (answers[$0], pairs[$0], $0) < (answers[$1], pairs[$1], $1)
    }
    let rows = order.map { index in vectors[index].map { $0 / lengths[index] } }
    var (agreeing, differing) = (RunningSum(), RunningSum())
    for (position, one) in order.enumerated() {
      for (other, second) in order[..<position].enumerated() where pairs[one] != pairs[second] {
        let cosine = Self.product(rows[position], rows[other])
        if answers[one] == answers[second] { agreeing.add(cosine) } else { differing.add(cosine) }
      }
    }
    self.rows = rows
    agreeingMean = agreeing.mean
    differingMean = differing.mean
  }

  /// All cosines, row by row.
  var cosines: [Float] {
    rows.flatMap { one in rows.map { Float(Self.product(one, $0)) } }
  }

  private static func product(_ one: [Double], _ other: [Double]) -> Double {
    var sum = 0.0
    for index in one.indices { sum += one[index] * other[index] }
    return sum
  }

  private struct RunningSum {
    private var sum = 0.0
    private var count = 0

    var mean: Double { count > 0 ? sum / Double(count) : .nan }

    mutating func add(_ value: Double) {
      sum += value
      count += 1
    }
  }
}
