/// The hidden neurons of a two-layer network, as the measures of condensation see them.
public struct Neurons: Sendable {
  /// The entries of each input weight, with the bias.
  public let inputCount: Int
  /// The input weights of unit length, neuron by neuron: (neurons, inputs).
  public let directions: [Double]
  /// A_k = |a_k| |w_k|: how much a neuron can contribute.
  public let amplitudes: [Double]

  /// The number of neurons.
  public var count: Int { amplitudes.count }

  /// The neurons of a network; those whose input weights are zero have no direction and are left
  /// out.
  /// - Parameters:
  ///   - input: The input weights, neuron by neuron: (neurons, inputs).
  ///   - output: The output weights: (neurons).
  public init<Scalar: BinaryFloatingPoint>(input: [Scalar], output: [Scalar]) {
    precondition(
      !output.isEmpty && input.count.isMultiple(of: output.count),
      "neurons: as many input weights for each output weight")
    inputCount = input.count / output.count
    var directions: [Double] = []
    var amplitudes: [Double] = []
    directions.reserveCapacity(input.count)
    amplitudes.reserveCapacity(output.count)
    for neuron in output.indices {
      let weights = input[neuron * inputCount..<(neuron + 1) * inputCount]
      let norm = weights.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      guard norm > 0 else { continue }
      directions.append(contentsOf: weights.lazy.map { Double($0) / norm })
      amplitudes.append(Double(output[neuron].magnitude) * norm)
    }
    self.directions = directions
    self.amplitudes = amplitudes
  }

  /// The neurons of a network that keeps its input weights entry by entry.
  /// - Parameters:
  ///   - inputByEntry: The input weights: (inputs, neurons).
  ///   - output: The output weights: (neurons).
  public init<Scalar: BinaryFloatingPoint>(inputByEntry: [Scalar], output: [Scalar]) {
    let entryCount = inputByEntry.count / output.count
    var input: [Scalar] = []
    input.reserveCapacity(inputByEntry.count)
    for neuron in output.indices {
      for entry in 0..<entryCount { input.append(inputByEntry[entry * output.count + neuron]) }
    }
    self.init(input: input, output: output)
  }

  private init(inputCount: Int, directions: [Double], amplitudes: [Double]) {
    self.inputCount = inputCount
    self.directions = directions
    self.amplitudes = amplitudes
  }

  /// The neurons whose amplitude is more than this share of the largest.
  public func active(above share: Double) -> Neurons {
    let threshold = share * (amplitudes.max() ?? 0)
    let kept = amplitudes.indices.filter { amplitudes[$0] > threshold }
    return Neurons(
      inputCount: inputCount,
      directions: kept.flatMap { directions[$0 * inputCount..<($0 + 1) * inputCount] },
      amplitudes: kept.map { amplitudes[$0] })
  }
}
