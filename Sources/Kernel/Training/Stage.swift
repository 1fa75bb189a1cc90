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
