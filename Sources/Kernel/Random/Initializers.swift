/// Independent normal entries with mean 0: the start of a weight tensor.
///
/// Draws are made in double precision and then rounded to the tensor's scalar, so that a trial in
/// single precision and its check in double precision begin at the same point.
public struct NormalInitializer: Sendable {
  /// The standard deviation of every entry, not negative.
  public var standardDeviation: Double

  /// An initialiser of this standard deviation.
  public init(standardDeviation: Double) {
    self.standardDeviation = standardDeviation
  }

  /// Draws entries: the same stream gives the same standard normal numbers at every scale.
  /// - Parameters:
  ///   - count: How many entries.
  ///   - stream: Where the numbers come from; entry i takes index i.
  /// - Returns: The entries, scaled.
  public func entries(count: Int, from stream: RandomStream) -> [Double] {
    var values = [Double](repeating: 0, count: count)
    stream.fillNormal(&values)
    for index in values.indices { values[index] *= standardDeviation }
    return values
  }
}

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
      input: NormalInitializer(standardDeviation: inputDeviation).entries(
        count: drawn * inputs,
        from: RandomStream(seed: seed, purpose: .initialization, step: 0)),
      output: NormalInitializer(standardDeviation: outputDeviation).entries(
        count: drawn, from: RandomStream(seed: seed, purpose: .initialization, step: 1)))
    return antisymmetric ? weights.antisymmetricallyDoubled() : weights
  }

  /// The network with a copy (-a, w) of every neuron (a, w) added: zero for every input.
  public func antisymmetricallyDoubled() -> TwoLayerWeights {
    TwoLayerWeights(input: input + input, output: output + output.map { -$0 })
  }
}
