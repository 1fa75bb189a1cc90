/// One stage of a training: a loss, how it is lowered, and when that ends.
public struct Stage: Sendable {
  /// The model and its loss.
  public var graph: Graph
  /// What is lowered: a number.
  public var loss: Node
  /// The model's output, one row a sample; rules that read per-sample gradients need one column.
  public var output: Node
  /// The rule that changes the parameters.
  public var optimizer: any Optimizer
  /// When it ends.
  public var stop: StopRule
  /// The names of parameters that stay as they are: they have no gradient, and no optimiser touches
  /// them.
  public var frozen: Set<String> = []
  /// The seed index of dropout's masks, for a graph that has ``Graph/dropoutCounter()``.
  public var dropoutSeed: UInt32 = 0
  /// In how many equal chunks the batch is worked through, one after the other; the graph is that of
  /// one chunk, and loss and gradients are the sums over all.
  public var chunks = 1
  /// The samples of a chunk, by which dropout knows the first of each.
  public var samplesPerChunk = 0
  /// The inputs that differ between chunks: they hold the rows of all chunks, in their order, as does
  /// the output.
  public var chunkedInputs: Set<String> = []

  /// Puts a stage together.
  public init(
    graph: Graph, loss: Node, output: Node, optimizer: any Optimizer, stop: StopRule
  ) {
    precondition(loss.shape == .scalar, "a loss is a number")
    precondition(
      graph.contains(loss) && graph.contains(output), "loss and output are nodes of the graph")
    self.graph = graph
    self.loss = loss
    self.output = output
    self.optimizer = optimizer
    self.stop = stop
  }
}

extension Stage {
  /// The chunks of a plan; `nil` for a batch that is worked through at once.
  var planChunks: Chunks? {
    guard chunks > 1 else { return nil }
    return Chunks(
      count: chunks, inputs: chunkedInputs.union([DropoutCounterInput.name]), sums: [loss])
  }
}
