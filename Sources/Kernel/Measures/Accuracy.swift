public import Protocol

/// The share of samples whose greatest output is that of their label.
///
/// Of equal outputs the first counts. An output that is no number is wrong.
public enum Accuracy {
  /// On what was trained on.
  public static let onTraining = MeasureDescription(
    name: "trainAccuracy", label: "training accuracy",
    meaning: "Share of the training samples whose greatest output is that of the label.")
  /// On what was held back.
  public static let onTest = MeasureDescription(
    name: "testAccuracy", label: "test accuracy",
    meaning: "Share of the test samples whose greatest output is that of the label.")
  /// On combinations that training never shows.
  public static let onTransfer = MeasureDescription(
    name: "transferAccuracy", label: "transfer accuracy",
    meaning:
      "Share of right answers to anchors whose keys training showed with other anchors only; the test"
      + " accuracy where an operation has no such anchors.")

  /// The accuracy of outputs.
  /// - Parameters:
  ///   - outputs: One row a sample.
  ///   - labels: The column that each sample should have its greatest output in.
  /// - Returns: From 0 to 1; NaN without samples.
  public static func value<Element: BinaryFloatingPoint>(
    outputs: [Element], labels: [Int]
  ) -> Double {
    guard !labels.isEmpty else { return .nan }
    precondition(outputs.count.isMultiple(of: labels.count), "one row of outputs a label")
    let columns = outputs.count / labels.count
    var right = 0
    for (sample, label) in labels.enumerated() {
      let row = outputs[sample * columns..<(sample + 1) * columns]
      let best = row.indices.max { row[$0] < row[$1] || ($0 > $1 && row[$0] == row[$1]) }
      if let best, best - row.startIndex == label, row.allSatisfy(\.isFinite) { right += 1 }
    }
    return Double(right) / Double(labels.count)
  }
}
