/// How many samples of a batch are worked through at once.
///
/// A chunk's values should stay in the caches between the way forwards and the way back, but every
/// chunk reads all parameters and adds to all gradients: its values should be more than these. So a
/// chunk is the greatest divisor of the batch whose values between inputs and output are at most 2^20
/// elements, or four times the parameters where these are more; where that is less than an eighth of
/// so many, the next divisor. The rule looks at shapes alone, since sums, and with them bits, depend
/// on it.
public struct ChunkSize: Hashable, Sendable {
  /// The most elements of a chunk's values where there are few parameters.
  static let elementsMax = 1 << 20
  /// The samples of a chunk.
  public let samples: Int

  /// Chooses a size.
  /// - Parameters:
  ///   - model: What is trained.
  ///   - batch: The samples of the batch.
  public init(of model: any Model, batch: Int) {
    var graph = Graph()
    let output = model.output(samples: 1, in: &graph)
    let inputs = model.inputs(samples: 1).compactMap { graph.inputNode($0.name) }
    let rests = graph.dependents(of: inputs, upTo: output)
    let elements = graph.records.reduce(0) { sum, record in
      let index = record.output.index
      let isValue = index < rests.count && rests[index] && !(record.operation is any Leaf)
      return isValue ? sum + record.output.shape.count : sum
    }
    let parameters = graph.parameters.reduce(0) { $0 + $1.shape.count }
    samples = Self.samples(
      of: batch, elementsOfEach: elements, limit: max(Self.elementsMax, 4 * parameters))
  }

  /// The greatest divisor of the batch that stays within the limit, or the next where that is small.
  static func samples(of batch: Int, elementsOfEach: Int, limit: Int) -> Int {
    let divisors = (1...batch).filter { batch % $0 == 0 }
    let within = divisors.last { $0 * elementsOfEach <= limit }
    if let within, 8 * within * elementsOfEach >= limit { return within }
    return divisors.first { $0 * elementsOfEach > limit } ?? batch
  }
}
