import CKernel

extension Graph {
  /// The cross-entropy of every row: out[r] = log sum over c of e^a[r, c] - sum over c of t[r, c] a[r, c].
  ///
  /// Shapes: logits a and targets t (R, C), each row of t adding up to one (one-hot, or any
  /// distribution); out (R, 1). The targets are data: no derivative runs through them. Cost: about
  /// 15 multiply-adds an element.
  public mutating func softmaxCrossEntropy(_ logits: Node, targets: Node) -> Node {
    append(SoftmaxCrossEntropy(judge: .targets), [logits, targets])
  }

  /// The cross-entropy of every row against a group of labels: out[r] = -log sum over c of
  /// w[r, c] p[r, c], p the softmax of a.
  ///
  /// The probability of the group is what its members have together, so that a net trained on fine
  /// labels can go on with coarse ones. Shapes: a and w (R, C), w one in the row's group and zero
  /// elsewhere; out (R, 1). A row of ones costs exactly nothing, a row of zeros is infinite. The
  /// weights are data: no derivative runs through them. Cost: about 30 multiply-adds an element.
  public mutating func groupCrossEntropy(_ logits: Node, groups: Node) -> Node {
    append(SoftmaxCrossEntropy(judge: .groups), [logits, groups])
  }
}

/// out[r] = log sum exp(a[r, :]) minus what the second operand makes of the row.
struct SoftmaxCrossEntropy: Operation {
  /// What the second operand is.
  enum Judge: Hashable, Sendable {
    /// A distribution t: the sum over c of t[r, c] a[r, c] is subtracted.
    case targets
    /// A group of columns: the same logarithm over it is subtracted.
    case groups
  }
  let judge: Judge

  func shape(of inputs: [Shape]) -> Shape {
    precondition(inputs[0] == inputs[1], "logits \(inputs[0]) and \(judge) \(inputs[1]) are alike")
    return Shape(inputs[0].allRows, 1)
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    precondition(!site.wanted[1], "cross-entropy is not differentiated through its \(judge)")
    let (logits, second) = (site.inputs[0], site.inputs[1])
    // What the classes have, less what they should have, or have within the group.
    let expected = judge == .targets ? second : graph.groupSoftmax(logits, groups: second)
    let difference = graph.subtract(graph.softmax(logits), expected)
    return [graph.multiply(difference, site.cotangent), nil]
  }

  func lower(_ lowering: inout Lowering) {
    let input = lowering.inputShapes[0]
    let row = lowering.scratch(input.columns)
    let operation =
      judge == .targets
      ? kernel_operation_softmax_cross_entropy : kernel_operation_group_cross_entropy
    var step = lowering.draft(Int(operation))
    step.first = lowering.inputs[0]
    step.second = lowering.inputs[1]
    step.scratch = row
    step.rows = input.allRows
    step.columns = input.columns
    lowering.append(step)
  }

  func keepsSamples(_ inputs: [Shape], areSamples: [Bool]) -> Bool { true }
}
