/// How many values go into and come out of the layer of a tensor.
public struct TensorFans: Hashable, Sendable {
  /// Values that each output is a sum of.
  public var fanIn: Int
  /// Values that each input goes to.
  public var fanOut: Int

  /// Puts both together.
  public init(fanIn: Int, fanOut: Int) {
    precondition(fanIn > 0 && fanOut > 0, "a layer has inputs and outputs")
    self.fanIn = fanIn
    self.fanOut = fanOut
  }
}

/// How large the entries of a tensor are at the start: factor extent^exponent.
///
/// ```swift
/// InitializationScale.power(of: .fanIn, -gamma)              // fanIn^-gamma
/// InitializationScale.power(of: .fans, -0.5, factor: 2.0.squareRoot())
/// InitializationScale.power(of: .number(width), -0.1)
/// InitializationScale.number(0.02)
/// ```
public struct InitializationScale: Hashable, Sendable {
  /// What is raised to a power.
  public enum Extent: Hashable, Sendable {
    /// Values that each output is a sum of.
    case fanIn
    /// Values that each input goes to.
    case fanOut
    /// Both together.
    case fans
    /// A number, for instance the width of the model.
    case number(Int)
  }
  /// What the power is multiplied with.
  public var factor: Double
  /// What is raised; `nil` for the factor alone.
  public var extent: Extent?
  /// The power.
  public var exponent: Double

  /// A scale that does not depend on extents.
  public static func number(_ value: Double) -> InitializationScale {
    InitializationScale(factor: value, extent: nil, exponent: 0)
  }

  /// A factor times a power of an extent.
  public static func power(
    of extent: Extent, _ exponent: Double, factor: Double = 1
  ) -> InitializationScale {
    InitializationScale(factor: factor, extent: extent, exponent: exponent)
  }

  /// The scale of a tensor.
  public func value(_ fans: TensorFans) -> Double {
    let base: Int
    switch extent {
    case nil: return factor
    case .fanIn: base = fans.fanIn
    case .fanOut: base = fans.fanOut
    case .fans: base = fans.fanIn + fans.fanOut
    case .number(let number): base = number
    }
    return factor * Elementary.power(Double(base), exponent)
  }
}
