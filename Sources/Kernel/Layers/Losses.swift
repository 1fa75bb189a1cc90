extension Graph {
  /// Half the mean of the squared errors: (1 / 2n) sum of (f - y)^2 over all n elements.
  ///
  /// Shapes: f and y (B, C), out (1, 1). Cost: B C multiply-adds.
  public mutating func halfMeanSquaredError(_ output: Node, _ target: Node) -> Node {
    squaredError(output, target, factor: 0.5 / Double(output.shape.count))
  }

  /// The mean of the squared errors: (1 / n) sum of (f - y)^2 over all n elements.
  ///
  /// Shapes: f and y (B, C), out (1, 1). Cost: B C multiply-adds.
  public mutating func meanSquaredError(_ output: Node, _ target: Node) -> Node {
    squaredError(output, target, factor: 1 / Double(output.shape.count))
  }

  private mutating func squaredError(_ output: Node, _ target: Node, factor: Double) -> Node {
    precondition(output.shape == target.shape, "outputs and targets have one shape")
    return scale(sum(square(subtract(output, target)), over: .all), by: factor)
  }

  /// The mean cross-entropy of the softmax of every row against its target distribution.
  ///
  /// Shapes: logits and targets (B, C), each row of the targets adding up to one; out (1, 1). Cost:
  /// about 15 B C multiply-adds.
  public mutating func crossEntropy(_ logits: Node, targets: Node) -> Node {
    mean(softmaxCrossEntropy(logits, targets: targets))
  }

  /// The mean cross-entropy of the softmax of every row against its group of labels:
  /// -(1 / B) sum over r of log sum over c of w[r, c] p[r, c].
  ///
  /// Shapes: logits and groups w (B, C), w one in the row's group and zero elsewhere; out (1, 1).
  /// Cost: about 30 B C multiply-adds.
  public mutating func crossEntropy(_ logits: Node, groups: Node) -> Node {
    mean(groupCrossEntropy(logits, groups: groups))
  }

  /// The mean cross-entropy of the softmax of every row against its label.
  ///
  /// Shapes: logits (B, C), labels (B, 1) whole numbers from 0 to C - 1; out (1, 1). Cost: about
  /// 15 B C multiply-adds.
  public mutating func crossEntropy(_ logits: Node, labels: Node) -> Node {
    mean(labelCrossEntropy(logits, labels: labels))
  }

  /// The mean logistic loss: (1 / n) sum of log(1 + e^(-y f)), y being +1 or -1.
  ///
  /// Shapes: f and y (B, 1), out (1, 1). Cost: about 25 B multiply-adds.
  public mutating func logisticLoss(_ output: Node, _ target: Node) -> Node {
    precondition(output.shape == target.shape, "outputs and targets have one shape")
    return mean(softplus(scale(multiply(output, target), by: -1)))
  }
}
