public import Protocol

/// How attention carries a key to where the answer is given.
///
/// A(l)[i, j] is the weight that position i of layer l gives to position j. With several heads the
/// one of the greatest mean counts. Source: Zhang and others, "Anchor function", arXiv 2401.08309;
/// the numbers are a definition of our own for its pictures.
public enum AttentionScores {
  /// The first layer's look one place back.
  public static let shift = MeasureDescription(
    name: "shiftScore", label: "shift score",
    meaning:
      "Mean over test sentences of the first layer's attention from the position after the anchor to"
      + " the anchor, in the head that has most.")
  /// The last layer's look at the key.
  public static let broadcast = MeasureDescription(
    name: "broadcastScore", label: "broadcast score",
    meaning:
      "Mean over test sentences of the last layer's attention from the last position to the key, in"
      + " the head that has most.")

  /// The greatest mean over samples among heads.
  /// - Parameters:
  ///   - weights: One matrix of `tokens` x `tokens` a sample and head, samples first.
  ///   - heads: The number of heads.
  ///   - tokens: Positions of a sample.
  ///   - places: For each sample who looks, and at whom.
  /// - Returns: From 0 to 1; NaN without samples.
  public static func value<Element: BinaryFloatingPoint>(
    weights: [Element], heads: Int, tokens: Int, places: [(from: Int, to: Int)]
  ) -> Double {
    precondition(
      weights.count == places.count * heads * tokens * tokens, "a matrix a sample and head")
    guard !places.isEmpty else { return .nan }
    let means = (0..<heads).map { head in
      places.enumerated().reduce(0.0) { sum, entry in
        let matrix = (entry.offset * heads + head) * tokens * tokens
        return sum + Double(weights[matrix + entry.element.from * tokens + entry.element.to])
      } / Double(places.count)
    }
    return means.max() ?? .nan
  }
}
