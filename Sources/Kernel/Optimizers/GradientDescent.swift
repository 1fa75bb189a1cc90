import CKernel

/// Gradient descent at a fixed rate, with PyTorch's momentum and weight decay.
///
/// g += weightDecay p; without momentum p -= rate g; with it v = momentum v + g (the first v is g),
/// p -= rate v. Cost: 2 to 4 multiply-adds a parameter. Source: PyTorch's `SGD`.
public struct GradientDescent: Optimizer {
  /// The rate.
  public var learningRate: Double
  /// How much of the last step's direction is kept; 0 for none.
  public var momentum: Double
  /// What is added of the parameters to their gradients.
  public var weightDecay: Double

  /// Puts a rule together.
  public init(learningRate: Double, momentum: Double = 0, weightDecay: Double = 0) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.weightDecay = weightDecay
  }

  /// One block of velocities where there is momentum.
  public var blockCount: Int { momentum == 0 ? 0 : 1 }

  /// Changes the parameters once.
  public func step<Element: Scalar>(_ update: ParameterUpdate<Element>) -> Double {
    let operation = momentum == 0 ? kernel_operation_descend : kernel_operation_momentum
    update.pass(Int(operation), scalars: (learningRate, weightDecay, momentum, 0, 0, 0, 0))
    return learningRate
  }
}
