import CKernel

/// Full-batch gradient descent whose every step is as long as a bound and the layers allow.
///
/// eta = min(bound, changeFraction |theta_l| / |grad_l| for each layer l); p -= eta grad. The bound is
/// curvatureFraction / lambda_max(G), G = J J^T / n the Gram matrix of the per-sample gradients, or a
/// fixed rate. It follows the gradient
/// flow closely in ten to a hundred times fewer steps than a fixed rate. The digits that a parameter
/// is too short for are kept and added later, so that slow, long trainings do not stand still in
/// single precision. Cost: 5 multiply-adds a parameter, and the Gram matrix. Source: the adaptive
/// step of the phase-diagram studies after Luo, Xu, Ma and Zhang, JMLR 22(71), 2021.
public struct CappedGradientDescent: Optimizer {
  /// What bounds the step beside the layers.
  public enum Bound: Hashable, Sendable {
    /// c: the step times the greatest curvature is at most this; stable below 2.
    case curvature(Double)
    /// The greatest step.
    case rate(Double)
  }
  /// What bounds the step beside the layers.
  public var bound: Bound
  /// delta: the most that a step changes a layer, relative to its norm.
  public var changeFraction: Double

  /// Puts a rule together.
  public init(curvatureFraction: Double = 0.5, changeFraction: Double = 0.05) {
    self.init(bound: .curvature(curvatureFraction), changeFraction: changeFraction)
  }

  /// Puts a rule of any bound together.
  public init(bound: Bound, changeFraction: Double = 0.05) {
    self.bound = bound
    self.changeFraction = changeFraction
  }

  /// A block of lost digits.
  public var blockCount: Int { 1 }

  /// The curvature is estimated from the Gram matrix.
  public var readsGram: Bool {
    if case .curvature = bound { true } else { false }
  }

  /// Changes the parameters once.
  @specialized(where Element == Float)
  public func step<Element: Scalar>(_ update: ParameterUpdate<Element>) -> Double {
    var size: Double
    switch bound {
    case .rate(let rate):
      size = rate
    case .curvature(let fraction):
      let curvature = update.greatestGramEigenvalue()
      size = curvature > 0 ? fraction / curvature : .infinity
    }
    for layer in 0..<update.layerCount {
      let gradient = update.gradientNorm(layer: layer)
      guard gradient > 0 else { continue }
      size = min(size, changeFraction * update.parameterNorm(layer: layer) / gradient)
    }
    // Without curvature and without gradients there is nowhere to go.
    guard size.isFinite else { return 0 }
    update.pass(
      Int(kernel_operation_descend_compensated), scalars: (size, 0, 0, 0, 0, 0, 0),
      withoutDecay: (size, 0, 0, 0, 0, 0, 0))
    return size
  }
}
