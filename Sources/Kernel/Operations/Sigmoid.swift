import CKernel

extension Graph {
  /// The soft rectifier: out = log(1 + e^a), without overflow for any a.
  ///
  /// Shapes: a and out (R, C). Cost: about 25 multiply-adds and a division an element.
  public mutating func softplus(_ node: Node) -> Node { append(Softplus(), [node]) }

  /// The logistic function: out = 1 / (1 + e^-a).
  ///
  /// Shapes: a and out (R, C). Cost: about 12 multiply-adds and a division an element.
  public mutating func sigmoid(_ node: Node) -> Node { append(Sigmoid(), [node]) }

  /// The cotangent before a logistic function: out = c (y - y^2).
  ///
  /// Shapes: c, y and out (R, C), y the output of sigmoid. Cost: 2 R C multiply-adds.
  mutating func sigmoidBackward(_ cotangent: Node, output: Node) -> Node {
    append(SigmoidBackward(), [cotangent, output])
  }
}

/// out = log(1 + e^a).
struct Softplus: UnaryOperation {
  var kernelOperation: Int { Int(kernel_operation_softplus) }

  func cotangent(_ site: DerivativeSite, in graph: inout Graph) -> Node? {
    graph.multiply(site.cotangent, graph.sigmoid(site.inputs[0]))
  }
}

/// out = 1 / (1 + e^-a).
struct Sigmoid: UnaryOperation {
  var kernelOperation: Int { Int(kernel_operation_sigmoid) }

  func cotangent(_ site: DerivativeSite, in graph: inout Graph) -> Node? {
    graph.sigmoidBackward(site.cotangent, output: site.output)
  }
}

/// out = c (y - y^2).
struct SigmoidBackward: Operation {
  func shape(of inputs: [Shape]) -> Shape {
    precondition(inputs[0] == inputs[1], "cotangent \(inputs[0]) and output \(inputs[1]) are alike")
    return inputs[0]
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    let (cotangent, output) = (site.inputs[0], site.inputs[1])
    var result: [Node?] = [nil, nil]
    if site.wanted[0] { result[0] = graph.sigmoidBackward(site.cotangent, output: output) }
    if site.wanted[1] {
      let slope = graph.offset(graph.scale(output, by: -2), by: 1)
      result[1] = graph.multiply(site.cotangent, graph.multiply(cotangent, slope))
    }
    return result
  }

  func lower(_ lowering: inout Lowering) {
    lowering.pairwise(Int(kernel_operation_sigmoid_backward))
  }
  func keepsSamples(_ inputs: [Shape], areSamples: [Bool]) -> Bool { true }
  func overwritable(_ inputs: [Shape]) -> [Int] { [0, 1] }
}
