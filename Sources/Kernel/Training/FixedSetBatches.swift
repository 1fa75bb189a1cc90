/// Batches from a fixed set of samples, in an order that is drawn.
///
/// Draws come from the purpose `batches` with the epoch, or the step, as the stream's step. Setting a
/// batch copies its samples and allocates nothing.
///
/// ```swift
/// trainer.batches = FixedSetBatches(
///   ["x": tokens, "y": labels], samples: 2000, batchSize: 50, seed: replicate)
/// ```
public final class FixedSetBatches<Element: Scalar>: BatchSource {
  /// In which order samples come.
  public enum Order: Hashable, Sendable {
    /// Every epoch has every sample once, in an order of its own; a batch may begin in one epoch and
    /// end in the next.
    case epochs
    /// Every epoch has as many whole batches as there are samples for; the others of its order are
    /// left out.
    case wholeBatches
    /// Every sample of a batch is any of the set.
    case withReplacement
  }
  /// Samples of the set.
  public let sampleCount: Int
  /// Samples of a batch.
  public let batchSize: Int
  /// The order of the samples.
  public let order: Order
  /// The steps of stages before, whose draws a stage goes on after.
  public var stepsBefore: UInt64 = 0
  private let seed: UInt32
  private let names: [String]
  private let values: [[Element]]
  private var buffers: [[Element]]
  private var chosen: [Int]
  private var draws: [Double]
  private var permutation: [Int]
  private var epoch: Int?

  /// Puts batches together.
  /// - Parameters:
  ///   - inputs: For each input the elements of all samples, sample by sample.
  ///   - samples: How many samples there are.
  ///   - batchSize: How many a batch has.
  ///   - order: In which order they come.
  ///   - seed: The seed index of the purpose `batches`.
  public init(
    _ inputs: [String: [Element]], samples: Int, batchSize: Int, order: Order = .epochs,
    seed: UInt32
  ) {
    precondition(samples > 0 && batchSize > 0, "batches have samples")
    precondition(
      order != .wholeBatches || batchSize <= samples, "a whole batch has no more than all samples")
    precondition(
      inputs.values.allSatisfy { $0.count.isMultiple(of: samples) },
      "every input has as many elements for each of \(samples) samples")
    sampleCount = samples
    self.batchSize = batchSize
    self.order = order
    self.seed = seed
    names = inputs.keys.sorted()
    values = names.map { inputs[$0] ?? [] }
    buffers = values.map { Array(repeating: 0, count: $0.count / samples * batchSize) }
    chosen = Array(repeating: 0, count: batchSize)
    draws = Array(repeating: 0, count: order == .withReplacement ? batchSize : samples)
    permutation = Array(0..<samples)
  }

  /// Steps of an epoch, the last of which may end in the next epoch.
  public var stepsPerEpoch: Int {
    order == .wholeBatches
      ? sampleCount / batchSize : (sampleCount + batchSize - 1) / batchSize
  }

  /// The positions in the set of the samples of a step's batch.
  public func samples(ofStep step: UInt64) -> [Int] {
    choose(step: step)
    return chosen
  }

  /// Gives the inputs of a batch.
  public func load(step: UInt64, _ set: (String, Span<Element>) -> Void) {
    choose(step: step)
    for index in names.indices {
      let all = values[index]
      let width = all.count / sampleCount
      var target = buffers[index].mutableSpan
      for (row, sample) in chosen.enumerated() {
        let first = sample * width
        target.overwrite(from: row * width, with: all.span.extracting(first..<(first + width)))
      }
      let batch = buffers[index]
      set(names[index], batch.span)
    }
  }

  private func choose(step ownStep: UInt64) {
    let step = stepsBefore + ownStep
    switch order {
    case .withReplacement:
      RandomStream(seed: seed, purpose: .batches, step: step).fillUniform(&draws)
      for row in chosen.indices { chosen[row] = place(draws[row], below: sampleCount) }
    case .wholeBatches:
      let (epoch, batch) = Int(step).quotientAndRemainder(dividingBy: stepsPerEpoch)
      permute(epoch: epoch)
      for row in chosen.indices { chosen[row] = permutation[batch * batchSize + row] }
    case .epochs:
      for row in chosen.indices {
        let (epoch, place) = (Int(step) * batchSize + row).quotientAndRemainder(
          dividingBy: sampleCount)
        permute(epoch: epoch)
        chosen[row] = permutation[place]
      }
    }
  }

  /// The order of an epoch, after Fisher and Yates; the last one is kept.
  private func permute(epoch: Int) {
    guard epoch != self.epoch else { return }
    self.epoch = epoch
    RandomStream(seed: seed, purpose: .batches, step: UInt64(epoch)).fillUniform(&draws)
    for index in permutation.indices { permutation[index] = index }
    for index in permutation.indices.reversed().dropLast() {
      permutation.swapAt(index, place(draws[index], below: index + 1))
    }
  }

  /// A whole number below a limit from a uniform number of the interval from 0 to 1.
  private func place(_ uniform: Double, below limit: Int) -> Int {
    min(Int(uniform * Double(limit)), limit - 1)
  }
}
