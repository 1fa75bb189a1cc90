import CKernel

extension Graph {
  /// The cross-entropy of every row with its label: out[r] = log sum over c of e^a[r, c] - a[r, label[r]].
  ///
  /// Shapes: logits a (R, C); labels (R, 1), whole numbers from 0 to C - 1 held as elements; out
  /// (R, 1). A label that names no column gives NaN, in the value and in the row's derivative; rows
  /// that a loss leaves out are multiplied by zero and need a label all the same. No derivative runs
  /// through labels. Cost: about 15 multiply-adds an element.
  public mutating func labelCrossEntropy(_ logits: Node, labels: Node) -> Node {
    append(LabelCrossEntropy(), [logits, labels])
  }

  /// The cotangent before a cross-entropy: out[r, c] = (softmax(a)[r, c] - [c = label[r]]) cotangent[r].
  ///
  /// Shapes: logits and out (R, C), labels and cotangent (R, 1). One pass. Cost: about 15
  /// multiply-adds an element.
  mutating func labelCrossEntropyBackward(
    _ logits: Node, labels: Node, cotangent: Node
  ) -> Node {
    append(LabelCrossEntropyBackward(), [logits, labels, cotangent])
  }
}

/// out[r] = log sum exp(a[r, :]) - a[r, label[r]].
struct LabelCrossEntropy: Operation {
  func shape(of inputs: [Shape]) -> Shape {
    let rows = Shape(inputs[0].rows, 1)
    precondition(
      inputs[0].stack == 1 && inputs[1] == rows,
      "the logits \(inputs[0]) have labels \(rows), not \(inputs[1])")
    precondition(
      inputs[0].columns <= 1 << 24, "a label is a whole number that single precision can hold")
    return rows
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    precondition(!site.wanted[1], "cross-entropy is not differentiated through its labels")
    let delta = graph.labelCrossEntropyBackward(
      site.inputs[0], labels: site.inputs[1], cotangent: site.cotangent)
    return [delta, nil]
  }

  func lower(_ lowering: inout Lowering) {
    let logits = lowering.inputShapes[0]
    let row = lowering.scratch(logits.columns)
    var step = lowering.draft(Int(kernel_operation_label_cross_entropy))
    step.first = lowering.inputs[0]
    step.second = lowering.inputs[1]
    step.scratch = row
    step.rows = logits.rows
    step.columns = logits.columns
    lowering.append(step)
  }

  func keepsSamples(_ inputs: [Shape], areSamples: [Bool]) -> Bool { true }
}

/// out[r, :] = (softmax(a[r, :]) - the unit vector of label[r]) cotangent[r].
struct LabelCrossEntropyBackward: Operation {
  func shape(of inputs: [Shape]) -> Shape {
    let rows = Shape(inputs[0].rows, 1)
    precondition(
      inputs[0].stack == 1 && inputs[1] == rows && inputs[2] == rows,
      "the logits \(inputs[0]) have labels and cotangents \(rows), not \(inputs[1]), \(inputs[2])")
    return inputs[0]
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    precondition(!site.wanted[1], "cross-entropy is not differentiated through its labels")
    let (logits, labels, cotangent) = (site.inputs[0], site.inputs[1], site.inputs[2])
    var result: [Node?] = [nil, nil, nil]
    if site.wanted[0] {
      // The unit vector is constant; what is left is the softmax times a number.
      let softmax = graph.softmax(logits)
      let weighted = graph.multiply(site.cotangent, softmax)
      let centre = graph.sum(weighted, over: .columns)
      let slope = graph.subtract(weighted, graph.multiply(softmax, centre))
      result[0] = graph.multiply(slope, cotangent)
    }
    if site.wanted[2] {
      let unit = graph.labelCrossEntropyBackward(
        logits, labels: labels, cotangent: graph.constant(1, cotangent.shape))
      result[2] = graph.sum(graph.multiply(site.cotangent, unit), over: .columns)
    }
    return result
  }

  func lower(_ lowering: inout Lowering) {
    var step = lowering.draft(Int(kernel_operation_label_cross_entropy_backward))
    step.first = lowering.inputs[0]
    step.second = lowering.inputs[1]
    step.third = lowering.inputs[2]
    step.rows = lowering.shape.rows
    step.columns = lowering.shape.columns
    lowering.append(step)
  }

  func keepsSamples(_ inputs: [Shape], areSamples: [Bool]) -> Bool { true }
  func overwritable(_ inputs: [Shape]) -> [Int] { [0] }
}
