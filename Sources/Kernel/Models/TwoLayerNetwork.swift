/// A network of one hidden layer without an output bias, wide for its few inputs.
///
/// f(x) = outputScale * sum over k of a_k act(w_k . x). A bias inside w_k is an input that is always
/// one. Pieces: `hidden.weight` (I, M), where element [i M + k] is the i-th weight of neuron k, so
/// that every pass runs along the neurons; `output.weight` (1, M).
public struct TwoLayerNetwork: Hashable, Sendable {
  /// I, the constant one included.
  public let inputs: Int
  /// M.
  public let width: Int
  /// The function of the hidden layer.
  public let activation: Activation
  /// What the sum is multiplied with: 1 / alpha.
  public let outputScale: Double

  /// Puts a network together.
  public init(inputs: Int, width: Int, activation: Activation, outputScale: Double = 1) {
    precondition(inputs > 0 && width > 0, "a network has inputs and neurons")
    self.inputs = inputs
    self.width = width
    self.activation = activation
    self.outputScale = outputScale
  }

  /// Declares the parameters and gives the output f(x).
  ///
  /// Shapes: x (B, I), out (B, 1). Cost: B M (I + 1) multiply-adds.
  public func output(of input: Node, in graph: inout Graph) -> Node {
    let hidden = graph.linear(
      input, weight: graph.parameter("hidden.weight", Shape(inputs, width)),
      layout: .inputsByOutputs, activation: activation)
    return graph.product(
      hidden, graph.parameter("output.weight", Shape(1, width)), transposeRight: true,
      scale: outputScale)
  }
}
