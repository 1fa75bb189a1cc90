/// A model with its loss on a batch: what a case replays and a benchmark steps.
public struct ModelProblem: Sendable {
  /// The model.
  public let model: any Model
  /// Everything that is set before a plan runs, for the whole batch.
  public let inputs: [ModelInput]
  /// In how many equal chunks the batch is worked through.
  public let chunks: Int
  /// The samples of each.
  public let samplesPerChunk: Int
  /// The inputs that differ between chunks.
  public let chunkedInputs: Set<String>
  /// The graph of output and loss, for one chunk.
  public let graph: Graph
  /// The model's output.
  public let output: Node
  /// The loss: a number, to be added over the chunks.
  public let loss: Node

  /// Puts a problem together.
  /// - Parameters:
  ///   - model: The model.
  ///   - loss: What it is judged by; it must be able to judge as many outputs.
  ///   - samples: The size of the batch.
  ///   - samplesPerChunk: How many samples are worked through at once, a divisor of the batch; `nil`
  ///     for all.
  public init(
    model: any Model, loss: LossDescription, samples: Int, samplesPerChunk: Int? = nil
  ) {
    let each = samplesPerChunk ?? samples
    precondition(
      each > 0 && samples % each == 0, "\(samples) samples are equal chunks, not of \(each)")
    self.model = model
    self.samplesPerChunk = each
    chunks = samples / each
    let inputs = model.inputs(samples: samples) + loss.inputs(model: model, samples: samples)
    let ofChunk = model.inputs(samples: each) + loss.inputs(model: model, samples: each)
    self.inputs = inputs
    chunkedInputs = Set(
      zip(inputs, ofChunk).filter { $0.layout.count != $1.layout.count }.map(\.0.name))
    var graph = Graph()
    output = model.output(samples: each, in: &graph)
    self.loss = loss.loss(of: output, chunks: chunks, in: &graph)
    self.graph = graph
  }

  /// Puts a problem together in chunks of the size that its shapes ask for.
  /// - Parameters:
  ///   - model: The model.
  ///   - loss: What it is judged by.
  ///   - samples: The size of the batch.
  public init(chunked model: any Model, loss: LossDescription, samples: Int) {
    self.init(
      model: model, loss: loss, samples: samples,
      samplesPerChunk: ChunkSize(of: model, batch: samples).samples)
  }

  /// The most elements of one node of the graph.
  var elementsMax: Int { graph.records.map(\.output.shape.count).max() ?? 0 }

  /// A stage that trains it.
  /// - Parameters:
  ///   - optimizer: The rule that changes the parameters.
  ///   - stop: When it ends.
  /// - Returns: The stage, in the chunks of the problem.
  public func stage(optimizer: any Optimizer, stop: StopRule) -> Stage {
    var stage = Stage(graph: graph, loss: loss, output: output, optimizer: optimizer, stop: stop)
    stage.chunks = chunks
    stage.samplesPerChunk = samplesPerChunk
    stage.chunkedInputs = chunkedInputs
    return stage
  }
}
