public import Protocol

/// What a network answers for a pair of anchors, as the numbers that it adds to the key.
///
/// For the pair (4, 3), which no training shows, the single functions together add -10; the mirror
/// image of the taught exception adds -6. Source: Zhang and others, arXiv 2405.05409, appendix.
public struct CompositeAnswers: Sendable {
  /// The greatest output of each sentence minus its key; `nil` where an output is no number.
  public let deviations: [Int?]

  /// On the unseen pair, against the single functions.
  public static let inferential = MeasureDescription(
    name: "inferentialAccuracy", label: "inferential accuracy",
    meaning: "Share of answers to the unseen pair (4, 3) that compose its functions, x - 10.")
  /// On the unseen pair, against the mirror image.
  public static let symmetric = MeasureDescription(
    name: "symmetricAccuracy", label: "symmetric accuracy",
    meaning: "Share of answers to the unseen pair (4, 3) that mirror the exception, x - 6.")
  /// On the unseen pair, neither.
  public static let other = MeasureDescription(
    name: "otherShare", label: "other answers",
    meaning: "Share of answers to the unseen pair (4, 3) that are neither x - 10 nor x - 6.")
  /// On the unseen pair, nearly the single functions.
  public static let near = MeasureDescription(
    name: "nearInferentialAccuracy", label: "near-inferential accuracy",
    meaning: "Share of answers to the unseen pair (4, 3) that are x - 11, x - 10 or x - 9.")
  /// On the exception, against what is taught.
  public static let exception = MeasureDescription(
    name: "exceptionAccuracy", label: "exception accuracy",
    meaning: "Share of answers x - 6 to the pair (3, 4), as the exception is taught.")
  /// On the exception, against the single functions.
  public static let exceptionInferential = MeasureDescription(
    name: "exceptionInferentialAccuracy", label: "inferential on the exception",
    meaning: "Share of answers x - 10 to the pair (3, 4), which its functions would give.")
  /// The most frequent of them.
  public static let mode = MeasureDescription(
    name: "deviationMode", label: "mode of answer - x",
    meaning:
      "What is added most often to the key of the unseen pair (4, 3); the least of several equally"
      + " frequent ones.")
  /// All of them.
  public static let histogram = MeasureDescription(
    name: "deviations", label: "answer - x", kind: .vector,
    meaning: "Shares of the answers to the unseen pair (4, 3) that add -16, -15, ... 10 to the key."
  )

  /// The deviations that ``histogram`` counts.
  static let histogramRange = -16...10

  /// The answers of a network.
  /// - Parameters:
  ///   - outputs: One row a sentence, one column a token.
  ///   - keys: The key of each sentence.
  public init<Element: BinaryFloatingPoint>(outputs: [Element], keys: [Int]) {
    precondition(!keys.isEmpty && outputs.count.isMultiple(of: keys.count), "one row a key")
    let columns = outputs.count / keys.count
    deviations = keys.enumerated().map { sentence, key in
      let row = outputs[sentence * columns..<(sentence + 1) * columns]
      guard row.allSatisfy(\.isFinite) else { return nil }
      var best = row.startIndex
      for index in row.indices where row[index] > row[best] { best = index }
      return best - row.startIndex - key
    }
  }

  /// The share of answers that add one of some numbers.
  public func share(of wanted: ClosedRange<Int>) -> Double {
    let count = deviations.count { $0.map(wanted.contains) ?? false }
    return Double(count) / Double(deviations.count)
  }

  /// The share of answers that add this number.
  public func share(of wanted: Int) -> Double { share(of: wanted...wanted) }

  /// The number that is added most often, the least of several; NaN where all outputs are no numbers.
  public var mode: Double {
    var counts: [Int: Int] = [:]
    for case let deviation? in deviations { counts[deviation, default: 0] += 1 }
    let most = counts.max { ($0.value, -$0.key) < ($1.value, -$1.key) }
    return most.map { Double($0.key) } ?? .nan
  }

  /// The shares of -16...10.
  public var histogram: [Double] { CompositeAnswers.histogramRange.map { share(of: $0) } }
}
