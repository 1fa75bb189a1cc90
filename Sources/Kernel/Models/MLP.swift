/// A fully connected network: linear layers with an activation after all but the last.
///
/// Pieces: `layers.l.weight` (O, I), one output's weights side by side, and `layers.l.bias` (1, O).
public struct MLP: Hashable, Sendable {
  /// The inputs, the width of every hidden layer, the outputs.
  public let sizes: [Int]
  /// Whether every layer has a bias.
  public let hasBias: Bool
  /// The function after all layers but the last.
  public let activation: Activation
  /// The probabilities with which the values of each hidden layer are kept while the network is
  /// trained; empty where all are kept.
  public var keep: [Double] = []
  /// Whether samples share the mask of a layer: then neurons are dropped out, for all samples alike.
  public var sharesMasks = false
  /// Whether values are dropped out at all: a network that is looked at keeps all.
  public var isTraining = false

  /// Puts a network together.
  public init(sizes: [Int], bias hasBias: Bool = true, activation: Activation) {
    precondition(
      sizes.count >= 2 && sizes.allSatisfy { $0 > 0 }, "a network has at least one layer")
    self.sizes = sizes
    self.hasBias = hasBias
    self.activation = activation
  }

  /// Declares the parameters, unless an earlier output has, and gives the output.
  ///
  /// Shapes: x (B, sizes.first), out (B, sizes.last). Cost: B times the number of weights
  /// multiply-adds.
  public func output(of input: Node, in graph: inout Graph) -> Node {
    layerOutputs(of: input, in: &graph)[sizes.count - 2]
  }

  /// Declares the parameters, unless an earlier output has, and gives the output of every layer.
  ///
  /// Shapes: x (B, sizes.first), the l-th output (B, sizes[l + 1]).
  public func layerOutputs(of input: Node, in graph: inout Graph) -> [Node] {
    var values: [Node] = []
    var value = input
    for layer in 0..<(sizes.count - 1) {
      let (inputs, outputs) = (sizes[layer], sizes[layer + 1])
      let weight = graph.sharedParameter("layers.\(layer).weight", Shape(outputs, inputs))
      let bias =
        hasBias ? graph.sharedParameter("layers.\(layer).bias", Shape(1, outputs)) : nil
      value = graph.linear(
        value, weight: weight, bias: bias,
        activation: layer == sizes.count - 2 ? .identity : activation)
      if layer < sizes.count - 2 { value = dropped(value, layer: layer, in: &graph) }
      values.append(value)
    }
    return values
  }

  /// A hidden layer's values after dropout.
  private func dropped(_ value: Node, layer: Int, in graph: inout Graph) -> Node {
    guard isTraining, !keep.isEmpty else { return value }
    precondition(keep.count == sizes.count - 2, "every hidden layer has a keep probability")
    return graph.dropout(
      value, keep: keep[layer], site: UInt32(layer), counter: graph.dropoutCounter(),
      sharing: sharesMasks ? .acrossBatch(rows: 1) : .perSample(rows: 1))
  }
}
