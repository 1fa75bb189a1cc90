/// A loss by its name in files.
public enum LossDescription: String, Hashable, Sendable, CaseIterable {
  /// The mean of the squared errors over all elements.
  case meanSquaredError = "mse"
  /// The mean over rows of the cross-entropy of the softmax.
  case crossEntropy = "cross_entropy"
  /// The mean over the rows that are marked of the cross-entropy of the softmax; a mark other than
  /// zero and one weighs its row.
  case markedCrossEntropy = "marked_cross_entropy"
  /// The mean of log(1 + e^(-y f)) with f the only output, or the second minus the first.
  case logistic
  /// Half the sum of the squared errors over the elements that the mask keeps.
  case maskedHalfSquares = "masked_half_sse"

  /// What the loss is given beside the output.
  /// - Parameters:
  ///   - model: Whose output it judges.
  ///   - samples: The size of the batch.
  /// - Returns: Targets, mask and fixed numbers.
  func inputs(model: any Model, samples: Int) -> [ModelInput] {
    let shape = model.outputShape(samples: samples)
    let columns = shape[shape.count - 1]
    switch self {
    case .meanSquaredError:
      return [ModelInput(TensorLayout("y", shape))]
    case .crossEntropy:
      return [ModelInput(TensorLayout("y", shape.dropLast()), .indices(below: columns))]
    case .markedCrossEntropy:
      return [
        ModelInput(TensorLayout("y", shape.dropLast()), .indices(below: columns)),
        ModelInput(TensorLayout("marks", shape.dropLast()), .mask),
      ]
    case .logistic:
      let target = ModelInput(TensorLayout("y", shape.dropLast()), .signs)
      guard columns == 2 else { return [target] }
      return [target, ModelInput(TensorLayout("difference", [2, 1]), .fixed([-1, 1]))]
    case .maskedHalfSquares:
      return [
        ModelInput(TensorLayout("y", shape)), ModelInput(TensorLayout("mask", shape), .mask),
      ]
    }
  }

  /// Why the loss cannot judge outputs of so many columns; `nil` where it can.
  func fault(columns: Int) -> String? {
    self == .logistic && columns > 2 ? "the logistic loss needs one or two outputs" : nil
  }

  /// Declares the targets and gives the loss.
  /// - Parameters:
  ///   - output: The model's output, a matrix.
  ///   - chunks: How many such outputs the whole batch has; one for a loss that is divided by what is
  ///     known of the whole batch only.
  ///   - graph: Where it is added.
  /// - Returns: A number.
  func loss(of output: Node, chunks: Int, in graph: inout Graph) -> Node {
    switch self {
    case .meanSquaredError:
      return graph.meanSquaredError(output, graph.input("y", output.shape), chunks: chunks)
    case .crossEntropy:
      let labels = graph.input("y", Shape(output.shape.rows, 1))
      return graph.crossEntropy(output, labels: labels, chunks: chunks)
    case .markedCrossEntropy:
      precondition(chunks == 1, "how many rows are marked is known of the whole batch only")
      let column = Shape(output.shape.rows, 1)
      return graph.crossEntropy(
        output, labels: graph.input("y", column), marks: graph.input("marks", column))
    case .logistic:
      let target = graph.input("y", Shape(output.shape.rows, 1))
      guard output.shape.columns == 2 else {
        return graph.logisticLoss(output, target, chunks: chunks)
      }
      let difference = graph.input("difference", Shape(2, 1))
      return graph.logisticLoss(graph.product(output, difference), target, chunks: chunks)
    case .maskedHalfSquares:
      let target = graph.input("y", output.shape)
      let mask = graph.input("mask", output.shape)
      return graph.maskedHalfSquares(output, target, mask: mask)
    }
  }
}

extension Graph {
  /// Half the sum of masked squared errors: 1/2 sum of m (f - y)^2.
  ///
  /// Shapes: f, y and m (R, C), out (1, 1). Cost: 3 R C multiply-adds.
  public mutating func maskedHalfSquares(_ output: Node, _ target: Node, mask: Node) -> Node {
    precondition(
      output.shape == target.shape && output.shape == mask.shape,
      "outputs, targets and mask have one shape")
    let errors = square(subtract(output, target))
    return scale(sum(multiply(mask, errors), over: .all), by: 0.5)
  }
}
