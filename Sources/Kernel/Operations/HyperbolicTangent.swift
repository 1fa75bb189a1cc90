import CKernel

extension Graph {
  /// The hyperbolic tangent: out = tanh(a).
  ///
  /// Shapes: a and out (R, C). Error: a few units in the last place. Cost: about 20 multiply-adds
  /// an element.
  public mutating func tanh(_ node: Node) -> Node { append(HyperbolicTangent(), [node]) }

  /// The cotangent before a hyperbolic tangent: out = c (1 - y^2).
  ///
  /// Shapes: c, y and out (R, C), y the output of tanh. Cost: 2 R C multiply-adds.
  mutating func tanhBackward(_ cotangent: Node, output: Node) -> Node {
    append(TanhBackward(), [cotangent, output])
  }
}

/// out = tanh(a).
struct HyperbolicTangent: UnaryOperation {
  var kernelOperation: Int { Int(kernel_operation_tanh) }

  func cotangent(_ site: DerivativeSite, in graph: inout Graph) -> Node? {
    graph.tanhBackward(site.cotangent, output: site.output)
  }
}

/// out = c (1 - y^2).
struct TanhBackward: Operation {
  func shape(of inputs: [Shape]) -> Shape {
    precondition(inputs[0] == inputs[1], "cotangent \(inputs[0]) and output \(inputs[1]) are alike")
    return inputs[0]
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    let (cotangent, output) = (site.inputs[0], site.inputs[1])
    var result: [Node?] = [nil, nil]
    if site.wanted[0] { result[0] = graph.tanhBackward(site.cotangent, output: output) }
    if site.wanted[1] {
      let slope = graph.scale(graph.multiply(cotangent, output), by: -2)
      result[1] = graph.multiply(site.cotangent, slope)
    }
    return result
  }

  func lower(_ lowering: inout Lowering) { lowering.pairwise(Int(kernel_operation_tanh_backward)) }
  func keepsSamples(_ inputs: [Shape], areSamples: [Bool]) -> Bool { true }
  func overwritable(_ inputs: [Shape]) -> [Int] { [0, 1] }
}
