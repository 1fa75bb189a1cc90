/// One kind of node: what it computes, its derivative rule, and the steps that compute it.
///
/// Adding one is one file: a struct that says these three things, and a method of ``Graph`` that
/// appends it. Two equal operations on equal operands are one node.
protocol Operation: Hashable, Sendable {
  /// The shape of the output; stops the program when the operands do not fit.
  func shape(of inputs: [Shape]) -> Shape

  /// The derivative rule: the cotangent of each operand from the output's, as nodes.
  ///
  /// Operands that are not wanted may get `nil`; a wanted one that gets `nil` has no influence.
  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?]

  /// The steps that compute the output.
  func lower(_ lowering: inout Lowering)

  /// Whether row i of the output depends on row i alone of the operands that are marked as values of
  /// samples: what per-sample derivatives rest on. The other operands are data or parameters.
  func keepsSamples(_ inputs: [Shape], areSamples: [Bool]) -> Bool

  /// The operands whose buffer the output may take over when nobody reads them later.
  func overwritable(_ inputs: [Shape]) -> [Int]

  /// Per-sample rule: the Gram matrix of the derivatives with respect to the parameters among the
  /// operands, from `delta`, the derivative of each sample's output with respect to this node.
  func gram(_ site: DerivativeSite, in graph: inout Graph) -> Node?
}

extension Operation {
  func keepsSamples(_ inputs: [Shape], areSamples: [Bool]) -> Bool { false }
  func overwritable(_ inputs: [Shape]) -> [Int] { [] }
  func gram(_ site: DerivativeSite, in graph: inout Graph) -> Node? { nil }
}

/// Where a derivative rule is applied.
struct DerivativeSite {
  /// The operation's operands.
  let inputs: [Node]
  /// Its output.
  let output: Node
  /// The derivative of the function with respect to the output.
  let cotangent: Node
  /// Which operands the function is differentiated through.
  let wanted: [Bool]
}

/// A function of every element by itself.
protocol UnaryOperation: Operation {
  /// The entry of the kernel's table.
  var kernelOperation: Int { get }
  /// The number that the loop takes beside the elements.
  var scalar: Double { get }
  /// The derivative rule.
  func cotangent(_ site: DerivativeSite, in graph: inout Graph) -> Node?
}

extension UnaryOperation {
  var scalar: Double { 0 }

  func shape(of inputs: [Shape]) -> Shape {
    precondition(inputs.count == 1, "an elementwise function has one operand")
    return inputs[0]
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    [cotangent(site, in: &graph)]
  }

  func lower(_ lowering: inout Lowering) {
    var step = lowering.draft(kernelOperation)
    step.first = lowering.inputs[0]
    step.columns = lowering.shape.count
    step.scalars[0] = scalar
    lowering.append(step)
  }

  func keepsSamples(_ inputs: [Shape], areSamples: [Bool]) -> Bool { true }
  func overwritable(_ inputs: [Shape]) -> [Int] { [0] }
}
