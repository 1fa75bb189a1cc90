import CKernel

/// Adam, with weight decay in the gradient or, as AdamW, beside it.
///
/// m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2;
/// p -= rate (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon), t from 1. Cost: about 10
/// multiply-adds, a root and two divisions a parameter. Source: Kingma and Ba, arXiv 1412.6980,
/// algorithm 1; Loshchilov and Hutter, arXiv 1711.05101, algorithm 2; PyTorch's `Adam` and `AdamW`.
public struct Adam: Optimizer {
  /// Where weight decay acts.
  public enum Decay: Hashable, Sendable {
    /// Added to the gradient, as Adam has it.
    case inGradient
    /// The parameters shrink by rate * decay before each step, as AdamW has it.
    case decoupled
  }
  /// The rate, by the number of the step.
  public var learningRate: LearningRateSchedule
  /// The decay of the mean gradient.
  public var beta1: Double
  /// The decay of the mean square.
  public var beta2: Double
  /// What is added to the root.
  public var epsilon: Double
  /// How much weight decay.
  public var weightDecay: Double
  /// Where it acts.
  public var decay: Decay
  /// The pieces that it acts on.
  public var decays: DecayedPieces

  /// Puts a rule together.
  public init(
    learningRate: LearningRateSchedule, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-8, weightDecay: Double = 0, decay: Decay = .inGradient,
    decays: DecayedPieces = .all
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.decay = decay
    self.decays = decays
  }

  /// Puts a rule of a constant rate together.
  public init(
    learningRate: Double, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
    weightDecay: Double = 0, decay: Decay = .inGradient, decays: DecayedPieces = .all
  ) {
    self.init(
      learningRate: .constant(learningRate), beta1: beta1, beta2: beta2, epsilon: epsilon,
      weightDecay: weightDecay, decay: decay, decays: decays)
  }

  /// A block of means and one of mean squares.
  public var blockCount: Int { 2 }

  /// All pieces are alike where there is no decay.
  public var decayedPieces: DecayedPieces { weightDecay == 0 ? .all : decays }

  /// Changes the parameters once.
  @specialized(where Element == Float)
  public func step<Element: Scalar>(_ update: ParameterUpdate<Element>) -> Double {
    let rate = learningRate.rate(atStep: update.stepsBefore)
    let count = update.stepsBefore + 1
    let size = rate / (1 - Elementary.power(beta1, whole: count))
    let root = (1 - Elementary.power(beta2, whole: count)).squareRoot()
    let keep = decay == .decoupled ? 1 - rate * weightDecay : 1
    let added = decay == .inGradient ? weightDecay : 0
    update.pass(
      Int(kernel_operation_adam), scalars: (size, added, beta1, beta2, root, epsilon, keep),
      withoutDecay: (size, 0, beta1, beta2, root, epsilon, 1))
    return rate
  }
}
