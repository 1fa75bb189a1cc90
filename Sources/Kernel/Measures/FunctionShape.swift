public import Protocol

/// How a fitted function of one variable goes between its samples.
public enum FunctionShape {
  /// How far from the target.
  public static let testError = MeasureDescription(
    name: "testError", label: "test error",
    meaning: "Mean squared error on the test points after the last step, without dropout.")
  /// How bent.
  public static let roughness = MeasureDescription(
    name: "roughness", label: "roughness",
    meaning:
      "Sum of the sizes of second differences of the output over evenly spaced test points, over that"
      + " of the target; for one input only.")

  /// The mean squared error; NaN without points.
  public static func meanSquaredError(_ outputs: [Double], _ targets: [Double]) -> Double {
    precondition(outputs.count == targets.count, "a target a point")
    guard !outputs.isEmpty else { return .nan }
    return zip(outputs, targets).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      / Double(outputs.count)
  }

  /// The roughness of outputs over that of targets, at evenly spaced points.
  /// - Returns: 1 for the target itself; NaN where the target is straight.
  public static func roughness(_ outputs: [Double], target: [Double]) -> Double {
    let whole = bending(target)
    return whole > 0 ? bending(outputs) / whole : .nan
  }

  private static func bending(_ values: [Double]) -> Double {
    guard values.count > 2 else { return 0 }
    var sum = 0.0
    for index in 1..<(values.count - 1) {
      let neighbours = values[index - 1] + values[index + 1]
      sum += (neighbours - 2 * values[index]).magnitude
    }
    return sum
  }
}
