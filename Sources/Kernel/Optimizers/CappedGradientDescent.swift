import CKernel

/// Full-batch gradient descent whose every step is as long as the curvature and the layers allow.
///
/// eta = min(curvatureFraction / lambda_max(G), changeFraction |theta_l| / |grad_l| for each layer l),
/// G = J J^T / n the Gram matrix of the per-sample gradients; p -= eta grad. It follows the gradient
/// flow closely in ten to a hundred times fewer steps than a fixed rate. The digits that a parameter
/// is too short for are kept and added later, so that slow, long trainings do not stand still in
/// single precision. Cost: 5 multiply-adds a parameter, and the Gram matrix. Source: the adaptive
/// step of the phase-diagram studies after Luo, Xu, Ma and Zhang, JMLR 22(71), 2021.
public struct CappedGradientDescent: Optimizer {
  /// c: the step times the greatest curvature; stable below 2.
  public var curvatureFraction: Double
  /// delta: the most that a step changes a layer, relative to its norm.
  public var changeFraction: Double

  /// Puts a rule together.
  public init(curvatureFraction: Double = 0.5, changeFraction: Double = 0.05) {
    self.curvatureFraction = curvatureFraction
    self.changeFraction = changeFraction
  }

  /// A block of lost digits.
  public var blockCount: Int { 1 }

  /// The curvature is estimated from the Gram matrix.
  public var readsGram: Bool { true }

  /// Changes the parameters once.
  public func step<Element: Scalar>(_ update: ParameterUpdate<Element>) -> Double {
    let curvature = update.greatestGramEigenvalue()
    var size = curvature > 0 ? curvatureFraction / curvature : .infinity
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
