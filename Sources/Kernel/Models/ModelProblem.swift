/// A model with its loss on a batch: what a case replays and a benchmark steps.
public struct ModelProblem: Sendable {
  /// The model.
  public let model: any Model
  /// Everything that is set before a plan runs.
  public let inputs: [ModelInput]
  /// The graph of output and loss.
  public let graph: Graph
  /// The model's output.
  public let output: Node
  /// The loss: a number.
  public let loss: Node

  /// Puts a problem together.
  /// - Parameters:
  ///   - model: The model.
  ///   - loss: What it is judged by; it must be able to judge as many outputs.
  ///   - samples: The size of the batch.
  public init(model: any Model, loss: LossDescription, samples: Int) {
    self.model = model
    inputs = model.inputs(samples: samples) + loss.inputs(model: model, samples: samples)
    var graph = Graph()
    output = model.output(samples: samples, in: &graph)
    self.loss = loss.loss(of: output, in: &graph)
    self.graph = graph
  }

  /// The most elements of one node of the graph.
  var elementsMax: Int { graph.records.map(\.output.shape.count).max() ?? 0 }
}
