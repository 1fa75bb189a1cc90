/// The weights of a two-layer network at the start: f(x) = Σ a_k σ(w_k · x).
public struct TwoLayerWeights: Equatable, Sendable {
  /// The input weights w, neuron by neuron: (width, inputs).
  public var input: [Double]
  /// The output weights a: (width).
  public var output: [Double]

  /// Puts weights together.
  public init(input: [Double], output: [Double]) {
    self.input = input
    self.output = output
  }

  /// Draws the weights of a two-layer network.
  ///
  /// Entry index of neuron k does not depend on the width, so a narrow network is the beginning of
  /// a wide one of the same replicate, up to scale. Input weights are tensor 0 of the stream's
  /// purpose, output weights tensor 1.
  /// - Parameters:
  ///   - width: The number of neurons; even when `antisymmetric`.
  ///   - inputs: The number of entries of each w, with the bias.
  ///   - inputDeviation: The standard deviation of the entries of w.
  ///   - outputDeviation: The standard deviation of a.
  ///   - antisymmetric: Whether half of the neurons (a, w) is drawn and the other half is their
  ///     copies (-a, w), so that the network is zero at the start.
  ///   - seed: The seed index of the purpose `initialization`.
  /// - Returns: The weights, half of them copies of the others when `antisymmetric`.
  public static func draw(
    width: Int, inputs: Int, inputDeviation: Double, outputDeviation: Double,
    antisymmetric: Bool, seed: UInt32
  ) -> TwoLayerWeights {
    precondition(!antisymmetric || width.isMultiple(of: 2), "antisymmetric doubling: even width")
    let drawn = antisymmetric ? width / 2 : width
    let weights = TwoLayerWeights(
      input: entries(Shape(drawn, inputs), deviation: inputDeviation, seed: seed, tensor: 0),
      output: entries(Shape(1, drawn), deviation: outputDeviation, seed: seed, tensor: 1))
    return antisymmetric ? weights.antisymmetricallyDoubled() : weights
  }

  private static func entries(
    _ shape: Shape, deviation: Double, seed: UInt32, tensor: UInt64
  ) -> [Double] {
    TensorInitialization.normal(.number(deviation)).entries(
      shape, fans: TensorFans(fanIn: shape.columns, fanOut: shape.rows),
      from: RandomStream(seed: seed, purpose: .initialization, step: tensor))
  }

  /// The network with a copy (-a, w) of every neuron (a, w) added: zero for every input.
  public func antisymmetricallyDoubled() -> TwoLayerWeights {
    TwoLayerWeights(input: input + input, output: output + output.map { -$0 })
  }
}
