extension Graph {
  /// Half the mean of the squared errors: (1 / 2n) sum of (f - y)^2 over all n elements.
  ///
  /// Shapes: f and y (B, C), out (1, 1). Cost: B C multiply-adds. Here as in the other losses the
  /// output may be one of several equal chunks of a batch: the result is then what it adds to the
  /// mean over the whole.
  public mutating func halfMeanSquaredError(
    _ output: Node, _ target: Node, chunks: Int = 1
  ) -> Node {
    squaredError(output, target, factor: 0.5 / Double(chunks * output.shape.count))
  }

  /// The mean of the squared errors: (1 / n) sum of (f - y)^2 over all n elements.
  ///
  /// Shapes: f and y (B, C), out (1, 1). Cost: B C multiply-adds.
  public mutating func meanSquaredError(_ output: Node, _ target: Node, chunks: Int = 1) -> Node {
    squaredError(output, target, factor: 1 / Double(chunks * output.shape.count))
  }

  private mutating func squaredError(_ output: Node, _ target: Node, factor: Double) -> Node {
    precondition(output.shape == target.shape, "outputs and targets have one shape")
    return scale(sum(square(subtract(output, target)), over: .all), by: factor)
  }

  /// The mean cross-entropy of the softmax of every row against its target distribution.
  ///
  /// Shapes: logits and targets (B, C), each row of the targets adding up to one; out (1, 1). Cost:
  /// about 15 B C multiply-adds.
  public mutating func crossEntropy(
    _ logits: Node, targets: Node, chunks: Int = 1
  ) -> Node {
    mean(softmaxCrossEntropy(logits, targets: targets), chunks: chunks)
  }

  /// The mean cross-entropy of the softmax of every row against its group of labels:
  /// -(1 / B) sum over r of log sum over c of w[r, c] p[r, c].
  ///
  /// Shapes: logits and groups w (B, C), w one in the row's group and zero elsewhere; out (1, 1).
  /// Cost: about 30 B C multiply-adds.
  public mutating func crossEntropy(_ logits: Node, groups: Node, chunks: Int = 1) -> Node {
    mean(groupCrossEntropy(logits, groups: groups), chunks: chunks)
  }

  /// The mean cross-entropy of the softmax of every row against its label.
  ///
  /// Shapes: logits (B, C), labels (B, 1) whole numbers from 0 to C - 1; out (1, 1). Cost: about
  /// 15 B C multiply-adds.
  public mutating func crossEntropy(_ logits: Node, labels: Node, chunks: Int = 1) -> Node {
    mean(labelCrossEntropy(logits, labels: labels), chunks: chunks)
  }

  /// The mean cross-entropy of the softmax of those rows that are marked against their labels:
  /// sum over r of m[r] l[r] / sum over r of m[r].
  ///
  /// Shapes: logits (B, C), labels and marks m (B, 1), marks from zero on and not all zero; rows that
  /// are not marked need a label all the same; out (1, 1). Cost: as for all rows.
  public mutating func crossEntropy(_ logits: Node, labels: Node, marks: Node) -> Node {
    let losses = labelCrossEntropy(logits, labels: labels)
    precondition(marks.shape == losses.shape, "every row of \(logits.shape) has a mark")
    let total = sum(multiply(losses, marks), over: .all)
    return multiply(total, reciprocal(sum(marks, over: .all)))
  }

  /// What dropout after a hidden layer adds to half the mean squared error, averaged over masks:
  /// (1 - p) / (2 n p) sum over samples i and neurons j of |a_j|^2 h[i, j]^2.
  ///
  /// Shapes: hidden values h (n, M) without dropout, output weights a (K, M), out (1, 1); p is the
  /// probability of being kept, above 0 and up to 1. Cost: n M K multiply-adds. Source: Zhang and Xu,
  /// "Implicit Regularization of Dropout", arXiv 2207.05952, the term R_1.
  public mutating func dropoutPenalty(_ hidden: Node, outputWeight: Node, keep: Double) -> Node {
    precondition(keep > 0 && keep <= 1, "values are kept with a probability")
    let squares = product(square(hidden), square(outputWeight), transposeRight: true)
    let factor = (1 - keep) / (2 * Double(hidden.shape.rows) * keep)
    return scale(sum(squares, over: .all), by: factor)
  }

  /// The mean logistic loss: (1 / n) sum of log(1 + e^(-y f)), y being +1 or -1.
  ///
  /// Shapes: f and y (B, 1), out (1, 1). Cost: about 25 B multiply-adds.
  public mutating func logisticLoss(_ output: Node, _ target: Node, chunks: Int = 1) -> Node {
    precondition(output.shape == target.shape, "outputs and targets have one shape")
    return mean(softplus(scale(multiply(output, target), by: -1)), chunks: chunks)
  }
}
