import CKernel

extension Graph {
  /// The softmax of every row: out[r, c] = e^a[r, c] / sum over k of e^a[r, k].
  ///
  /// Shapes: a and out (R, C). The greatest element of a row is subtracted first. Cost: about 14
  /// multiply-adds an element.
  public mutating func softmax(_ node: Node) -> Node { append(Softmax(), [node]) }

  /// The softmax of every row over a group of its columns: out[r, c] = w[r, c] e^a[r, c] / sum over k
  /// of w[r, k] e^a[r, k].
  ///
  /// Shapes: a, w and out (R, C), w one in the group and zero elsewhere, or any numbers from zero on;
  /// a row without a group gives NaN. The weights are data: no derivative runs through them. Cost:
  /// about 15 multiply-adds an element.
  public mutating func groupSoftmax(_ node: Node, groups: Node) -> Node {
    append(Softmax(), [node, groups])
  }
}

/// out = softmax of every row, over a group of its columns where there is a second operand.
struct Softmax: Operation {
  func shape(of inputs: [Shape]) -> Shape {
    precondition(inputs.allSatisfy { $0 == inputs[0] }, "values and groups \(inputs) are alike")
    return inputs[0]
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    precondition(
      !site.wanted.dropFirst().contains(true), "a softmax is not differentiated through its groups")
    // da = s (c - sum over the row of c s)
    let weighted = graph.multiply(site.cotangent, site.output)
    let centre = graph.sum(weighted, over: .columns)
    let difference = graph.subtract(weighted, graph.multiply(site.output, centre))
    return [difference] + site.inputs.dropFirst().map { _ in nil }
  }

  func lower(_ lowering: inout Lowering) {
    let hasGroups = lowering.inputs.count > 1
    var step = lowering.draft(
      Int(hasGroups ? kernel_operation_group_softmax : kernel_operation_softmax))
    step.first = lowering.inputs[0]
    step.second = hasGroups ? lowering.inputs[1] : nil
    step.rows = lowering.shape.allRows
    step.columns = lowering.shape.columns
    lowering.append(step)
  }

  func keepsSamples(_ inputs: [Shape], areSamples: [Bool]) -> Bool { true }
  func overwritable(_ inputs: [Shape]) -> [Int] { [0] }
}
