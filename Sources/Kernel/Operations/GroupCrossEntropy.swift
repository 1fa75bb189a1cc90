import CKernel

extension Graph {
  /// The softmax of every row over a group of its columns: out[r, c] = w[r, c] e^a[r, c] / sum over k
  /// of w[r, k] e^a[r, k].
  ///
  /// Shapes: a, w and out (R, C), w one in the group and zero elsewhere, or any numbers from zero on;
  /// a row without a group gives NaN. The weights are data: no derivative runs through them. Cost:
  /// about 15 multiply-adds an element.
  public mutating func groupSoftmax(_ node: Node, groups: Node) -> Node {
    append(GroupSoftmax(), [node, groups])
  }

  /// The cross-entropy of every row against a group of labels: out[r] = -log sum over c of
  /// w[r, c] p[r, c], p the softmax of a.
  ///
  /// The probability of the group is what its members have together, so that a net trained on fine
  /// labels can go on with coarse ones. Shapes: a and w (R, C), w one in the row's group and zero
  /// elsewhere; out (R, 1). A row of ones costs exactly nothing, a row of zeros is infinite. The
  /// weights are data: no derivative runs through them. Cost: about 30 multiply-adds an element.
  public mutating func groupCrossEntropy(_ logits: Node, groups: Node) -> Node {
    append(GroupCrossEntropy(), [logits, groups])
  }
}

/// out = softmax of every row over its group.
struct GroupSoftmax: Operation {
  func shape(of inputs: [Shape]) -> Shape {
    precondition(inputs[0] == inputs[1], "values \(inputs[0]) and groups \(inputs[1]) are alike")
    return inputs[0]
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    precondition(!site.wanted[1], "a softmax is not differentiated through its groups")
    // As for the whole softmax: da = s (c - sum over the row of c s)
    let weighted = graph.multiply(site.cotangent, site.output)
    let centre = graph.sum(weighted, over: .columns)
    return [graph.subtract(weighted, graph.multiply(site.output, centre)), nil]
  }

  func lower(_ lowering: inout Lowering) {
    var step = lowering.draft(Int(kernel_operation_group_softmax))
    step.first = lowering.inputs[0]
    step.second = lowering.inputs[1]
    step.rows = lowering.shape.allRows
    step.columns = lowering.shape.columns
    lowering.append(step)
  }

  func keepsSamples(_ inputs: [Shape], areSamples: [Bool]) -> Bool { true }
  func overwritable(_ inputs: [Shape]) -> [Int] { [0] }
}

/// out[r] = log sum of e^a[r, :] minus the same over the row's group.
struct GroupCrossEntropy: Operation {
  func shape(of inputs: [Shape]) -> Shape {
    precondition(inputs[0] == inputs[1], "logits \(inputs[0]) and groups \(inputs[1]) are alike")
    return Shape(inputs[0].allRows, 1)
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    precondition(!site.wanted[1], "cross-entropy is not differentiated through its groups")
    let (logits, groups) = (site.inputs[0], site.inputs[1])
    // What the classes have, less what they have within the group.
    let difference = graph.subtract(
      graph.softmax(logits), graph.groupSoftmax(logits, groups: groups))
    return [graph.multiply(difference, site.cotangent), nil]
  }

  func lower(_ lowering: inout Lowering) {
    let input = lowering.inputShapes[0]
    let row = lowering.scratch(input.columns)
    var step = lowering.draft(Int(kernel_operation_group_cross_entropy))
    step.first = lowering.inputs[0]
    step.second = lowering.inputs[1]
    step.scratch = row
    step.rows = input.allRows
    step.columns = input.columns
    lowering.append(step)
  }

  func keepsSamples(_ inputs: [Shape], areSamples: [Bool]) -> Bool { true }
}
