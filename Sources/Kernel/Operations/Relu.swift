import CKernel

extension Graph {
  /// The rectifier: out = max(a, 0), with derivative 0 at 0.
  ///
  /// Shapes: a and out (R, C). Cost: R C comparisons.
  public mutating func relu(_ node: Node) -> Node { append(Relu(), [node]) }

  /// One where a > 0, else zero: the derivative of ``relu(_:)``, whose own derivative is zero.
  public mutating func positive(_ node: Node) -> Node { append(Positive(), [node]) }

  /// The cotangent before a rectifier: out = c where y > 0, else 0.
  ///
  /// Shapes: c, y and out (R, C), y the rectifier's output. Cost: R C comparisons.
  mutating func reluBackward(_ cotangent: Node, output: Node) -> Node {
    append(ReluBackward(), [cotangent, output])
  }
}

/// out = max(a, 0).
struct Relu: UnaryOperation {
  var kernelOperation: Int { Int(kernel_operation_relu) }

  func cotangent(_ site: DerivativeSite, in graph: inout Graph) -> Node? {
    graph.reluBackward(site.cotangent, output: site.output)
  }
}

/// out = 1 where a > 0, else 0.
struct Positive: UnaryOperation {
  var kernelOperation: Int { Int(kernel_operation_positive) }

  func cotangent(_ site: DerivativeSite, in graph: inout Graph) -> Node? { nil }
}

/// out = c where y > 0, else 0; linear in c, and constant in y wherever it has a derivative.
struct ReluBackward: Operation {
  func shape(of inputs: [Shape]) -> Shape {
    precondition(inputs[0] == inputs[1], "cotangent \(inputs[0]) and output \(inputs[1]) are alike")
    return inputs[0]
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    [graph.reluBackward(site.cotangent, output: site.inputs[1]), nil]
  }

  func lower(_ lowering: inout Lowering) { lowering.pairwise(Int(kernel_operation_relu_backward)) }
  func keepsSamples(_ inputs: [Shape], areSamples: [Bool]) -> Bool { true }
  func overwritable(_ inputs: [Shape]) -> [Int] { [0, 1] }
}
