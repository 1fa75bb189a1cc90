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
  /// The rate.
  public var learningRate: Double
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

  /// Puts a rule together.
  public init(
    learningRate: Double, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
    weightDecay: Double = 0, decay: Decay = .inGradient
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.decay = decay
  }

  /// A block of means and one of mean squares.
  public var blockCount: Int { 2 }

  /// Changes the parameters once.
  public func step<Element: Scalar>(_ update: ParameterUpdate<Element>) -> Double {
    let count = update.stepsBefore + 1
    let size = learningRate / (1 - power(beta1, count))
    let root = (1 - power(beta2, count)).squareRoot()
    let keep = decay == .decoupled ? 1 - learningRate * weightDecay : 1
    let added = decay == .inGradient ? weightDecay : 0
    update.pass(
      Int(kernel_operation_adam), scalars: (size, added, beta1, beta2, root, epsilon, keep))
    return learningRate
  }

  /// base^exponent by repeated squaring: the same bits everywhere.
  private func power(_ base: Double, _ exponent: UInt64) -> Double {
    var (result, factor, rest) = (1.0, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result *= factor }
      factor *= factor
      rest >>= 1
    }
    return result
  }
}
