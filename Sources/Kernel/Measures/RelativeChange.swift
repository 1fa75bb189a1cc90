public import Protocol

/// How far weights have moved, relative to where they began.
///
/// RD(θ) = |θ_end - θ_0| / |θ_0| over all entries, summed in double precision. Source: Luo, Xu, Ma,
/// Zhang, "Phase Diagram for Two-layer ReLU Neural Networks at Infinite-width Limit", JMLR 22(71),
/// section 3.
public enum RelativeChange {
  /// Of the input weights: the measure whose growth with the width tells the regimes apart.
  public static let inputWeights = MeasureDescription(
    name: "relativeChange", label: "RD(w)",
    meaning: "Relative change of the input weights, |w_end - w_0| / |w_0|.")
  /// Of the output weights.
  public static let outputWeights = MeasureDescription(
    name: "relativeChangeOutput", label: "RD(a)",
    meaning: "Relative change of the output weights, |a_end - a_0| / |a_0|.")
  /// Of all weights.
  public static let allWeights = MeasureDescription(
    name: "relativeChangeAll", label: "RD(θ)",
    meaning: "Relative change of all weights together, |θ_end - θ_0| / |θ_0|.")

  /// The relative change of one tensor.
  /// - Parameters:
  ///   - start: The entries at the start.
  ///   - end: The entries at the end, in the same order.
  /// - Returns: RD; NaN for weights that began at 0 and stayed there.
  public static func value<Scalar: BinaryFloatingPoint>(start: [Scalar], end: [Scalar]) -> Double {
    squares(start: start, end: end).relativeChange
  }

  /// The length of several tensors together over that at the start; NaN for ones that began at 0 and
  /// stayed there.
  /// - Parameter tensors: The entries of each at the start and at the end.
  /// - Returns: |θ_end| / |θ_0|.
  public static func growth<Scalar: BinaryFloatingPoint>(
    _ tensors: [(start: [Scalar], end: [Scalar])]
  ) -> Double {
    func square(_ entries: [Scalar]) -> Double {
      entries.reduce(0) { $0 + Double($1) * Double($1) }
    }
    let end = tensors.reduce(0) { $0 + square($1.end) }
    return (end / tensors.reduce(0) { $0 + square($1.start) }).squareRoot()
  }

  /// The squared lengths that a relative change is made of; several tensors add up.
  public struct Squares: Equatable, Sendable {
    /// |θ_end - θ_0|².
    public var change: Double
    /// |θ_0|².
    public var start: Double

    /// √(change / start); NaN for weights that began at 0 and stayed there.
    public var relativeChange: Double { (change / start).squareRoot() }

    /// The squares of two tensors taken together.
    public static func + (left: Squares, right: Squares) -> Squares {
      Squares(change: left.change + right.change, start: left.start + right.start)
    }
  }

  /// The squared lengths of one tensor.
  public static func squares<Scalar: BinaryFloatingPoint>(
    start: [Scalar], end: [Scalar]
  ) -> Squares {
    precondition(start.count == end.count, "relative change: as many entries at the end")
    var squares = Squares(change: 0, start: 0)
    for index in start.indices {
      let first = Double(start[index])
      let difference = Double(end[index]) - first
      squares.change += difference * difference
      squares.start += first * first
    }
    return squares
  }
}
