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

  /// Puts a network together.
  public init(sizes: [Int], bias hasBias: Bool = true, activation: Activation) {
    precondition(
      sizes.count >= 2 && sizes.allSatisfy { $0 > 0 }, "a network has at least one layer")
    self.sizes = sizes
    self.hasBias = hasBias
    self.activation = activation
  }

  /// Declares the parameters and gives the output.
  ///
  /// Shapes: x (B, sizes.first), out (B, sizes.last). Cost: B times the number of weights
  /// multiply-adds.
  public func output(of input: Node, in graph: inout Graph) -> Node {
    var value = input
    for layer in 0..<(sizes.count - 1) {
      let (inputs, outputs) = (sizes[layer], sizes[layer + 1])
      let weight = graph.parameter("layers.\(layer).weight", Shape(outputs, inputs))
      let bias = hasBias ? graph.parameter("layers.\(layer).bias", Shape(1, outputs)) : nil
      value = graph.linear(
        value, weight: weight, bias: bias,
        activation: layer == sizes.count - 2 ? .identity : activation)
    }
    return value
  }
}
