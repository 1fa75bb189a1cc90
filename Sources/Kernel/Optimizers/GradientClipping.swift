/// An optimiser whose gradients are shortened where they are too long together.
///
/// With n the norm of all gradients as one vector, they are multiplied with maximum / (n + 1e-6)
/// where that is below one, and then go to the optimiser. The squares are summed in one fixed order,
/// gaps between pieces being zero. A norm that is no number changes nothing, so that a training that
/// diverges is seen. Cost: a multiply-add a parameter, and a multiplication where it acts. Source:
/// PyTorch's `clip_grad_norm_`.
public struct GradientClipping: Optimizer {
  /// The greatest norm that is left as it is.
  public var normMax: Double
  /// What the gradients go to.
  public var optimizer: any Optimizer

  /// Puts a rule together.
  public init(normMax: Double, of optimizer: any Optimizer) {
    precondition(normMax > 0, "gradients are shortened to a length above zero")
    self.normMax = normMax
    self.optimizer = optimizer
  }

  /// What the optimiser remembers.
  public var blockCount: Int { optimizer.blockCount }
  /// What the optimiser reads.
  public var readsGram: Bool { optimizer.readsGram }
  /// What the optimiser decays.
  public var decayedPieces: DecayedPieces { optimizer.decayedPieces }

  /// Shortens the gradients and changes the parameters once.
  public func step<Element: Scalar>(_ update: ParameterUpdate<Element>) -> Double {
    let factor = normMax / (update.gradientNorm + 1e-6)
    if factor < 1 { update.scaleGradients(by: factor) }
    return optimizer.step(update)
  }
}
