import CKernel

/// Gradient descent, with PyTorch's momentum, Nesterov's form of it and weight decay.
///
/// g += weightDecay p; without momentum p -= rate g; with it v = momentum v + g (the first v is g),
/// p -= rate v, or after Nesterov p -= rate (g + momentum v). Cost: 2 to 5 multiply-adds a parameter.
/// Source: PyTorch's `SGD`; Sutskever, Martens, Dahl and Hinton, ICML 2013.
public struct GradientDescent: Optimizer {
  /// Which way the velocities are used.
  public enum Momentum: Hashable, Sendable {
    /// The step follows the velocity.
    case plain
    /// The step follows the gradient and the velocity after it.
    case nesterov
  }
  /// The rate, by the number of the step.
  public var learningRate: LearningRateSchedule
  /// How much of the last step's direction is kept; 0 for none.
  public var momentum: Double
  /// How it is used.
  public var form: Momentum
  /// What is added of the parameters to their gradients.
  public var weightDecay: Double
  /// The pieces whose parameters are added.
  public var decays: DecayedPieces

  /// Puts a rule together.
  public init(
    learningRate: LearningRateSchedule, momentum: Double = 0, form: Momentum = .plain,
    weightDecay: Double = 0, decays: DecayedPieces = .all
  ) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.form = form
    self.weightDecay = weightDecay
    self.decays = decays
  }

  /// Puts a rule of a constant rate together.
  public init(
    learningRate: Double, momentum: Double = 0, form: Momentum = .plain, weightDecay: Double = 0,
    decays: DecayedPieces = .all
  ) {
    self.init(
      learningRate: .constant(learningRate), momentum: momentum, form: form,
      weightDecay: weightDecay, decays: decays)
  }

  /// One block of velocities where there is momentum.
  public var blockCount: Int { momentum == 0 ? 0 : 1 }

  /// All pieces are alike where there is no decay.
  public var decayedPieces: DecayedPieces { weightDecay == 0 ? .all : decays }

  /// Changes the parameters once.
  @specialized(where Element == Float)
  public func step<Element: Scalar>(_ update: ParameterUpdate<Element>) -> Double {
    let rate = learningRate.rate(atStep: update.stepsBefore)
    let operation =
      if momentum == 0 {
        kernel_operation_descend
      } else {
        form == .plain ? kernel_operation_momentum : kernel_operation_nesterov
      }
    update.pass(
      Int(operation), scalars: (rate, weightDecay, momentum, 0, 0, 0, 0),
      withoutDecay: (rate, 0, momentum, 0, 0, 0, 0))
    return rate
  }
}
