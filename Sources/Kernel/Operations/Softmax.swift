import CKernel

extension Graph {
  /// The softmax of every row: out[r, c] = e^a[r, c] / sum over k of e^a[r, k].
  ///
  /// Shapes: a and out (R, C). The greatest element of a row is subtracted first. Cost: about 14
  /// multiply-adds an element.
  public mutating func softmax(_ node: Node) -> Node { append(Softmax(), [node]) }

  /// The cross-entropy of every row: out[r] = log sum over c of e^a[r, c] - sum over c of t[r, c] a[r, c].
  ///
  /// Shapes: logits a and targets t (R, C), each row of t adding up to one (one-hot, or any
  /// distribution); out (R, 1). The targets are data: no derivative runs through them. Cost: about
  /// 15 multiply-adds an element.
  public mutating func softmaxCrossEntropy(_ logits: Node, targets: Node) -> Node {
    append(SoftmaxCrossEntropy(), [logits, targets])
  }
}

/// out = softmax of every row.
struct Softmax: Operation {
  func shape(of inputs: [Shape]) -> Shape { inputs[0] }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    // da = s (c - sum over the row of c s)
    let weighted = graph.multiply(site.cotangent, site.output)
    let centre = graph.sum(weighted, over: .columns)
    return [graph.subtract(weighted, graph.multiply(site.output, centre))]
  }

  func lower(_ lowering: inout Lowering) {
    var step = lowering.draft(Int(kernel_operation_softmax))
    step.first = lowering.inputs[0]
    step.rows = lowering.shape.allRows
    step.columns = lowering.shape.columns
    lowering.append(step)
  }

  func keepsSamples(_ inputs: [Shape], areSamples: [Bool]) -> Bool { true }
  func overwritable(_ inputs: [Shape]) -> [Int] { [0] }
}

/// out[r] = log sum exp(a[r, :]) minus the sum over c of t[r, c] a[r, c].
struct SoftmaxCrossEntropy: Operation {
  func shape(of inputs: [Shape]) -> Shape {
    precondition(inputs[0] == inputs[1], "logits \(inputs[0]) and targets \(inputs[1]) are alike")
    return Shape(inputs[0].allRows, 1)
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    precondition(!site.wanted[1], "cross-entropy is not differentiated through its targets")
    let difference = graph.subtract(graph.softmax(site.inputs[0]), site.inputs[1])
    return [graph.multiply(difference, site.cotangent), nil]
  }

  func lower(_ lowering: inout Lowering) {
    let input = lowering.inputShapes[0]
    let row = lowering.scratch(input.columns)
    var step = lowering.draft(Int(kernel_operation_softmax_cross_entropy))
    step.first = lowering.inputs[0]
    step.second = lowering.inputs[1]
    step.scratch = row
    step.rows = input.allRows
    step.columns = input.columns
    lowering.append(step)
  }

  func keepsSamples(_ inputs: [Shape], areSamples: [Bool]) -> Bool { true }
}
