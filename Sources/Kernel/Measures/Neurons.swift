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
    self.init(input, output, neuronStride: input.count / max(output.count, 1), entryStride: 1)
  }

  /// The neurons of a network that keeps its input weights entry by entry.
  /// - Parameters:
  ///   - inputByEntry: The input weights: (inputs, neurons).
  ///   - output: The output weights: (neurons).
  public init<Scalar: BinaryFloatingPoint>(inputByEntry: [Scalar], output: [Scalar]) {
    self.init(inputByEntry, output, neuronStride: 1, entryStride: output.count)
  }

  private init<Scalar: BinaryFloatingPoint>(
    _ input: [Scalar], _ output: [Scalar], neuronStride: Int, entryStride: Int
  ) {
    precondition(
      !output.isEmpty && input.count.isMultiple(of: output.count),
      "neurons: as many input weights for each output weight")
    inputCount = input.count / output.count
    var directions = [Double](repeating: 0, count: input.count)
    var amplitudes = [Double](repeating: 0, count: output.count)
    var count = 0
    for neuron in output.indices {
      var squares = 0.0
      for entry in 0..<inputCount {
        let weight = Double(input[neuron * neuronStride + entry * entryStride])
        squares += weight * weight
      }
      let norm = squares.squareRoot()
      guard norm > 0 else { continue }
      for entry in 0..<inputCount {
        directions[count * inputCount + entry] =
          Double(input[neuron * neuronStride + entry * entryStride]) / norm
      }
      amplitudes[count] = Double(output[neuron].magnitude) * norm
      count += 1
    }
    directions.removeLast((amplitudes.count - count) * inputCount)
    amplitudes.removeLast(amplitudes.count - count)
    self.directions = directions
    self.amplitudes = amplitudes
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
