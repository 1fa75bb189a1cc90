import Protocol
import Testing

@testable import Kernel

/// Trainings of every family of models, twenty steps long, with the same bits in all tiers.
@Suite struct TrainingTierTests {
  /// A model, its loss and its rule.
  struct Training: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let model: any Model
    let loss: LossDescription
    let optimizer: any Optimizer
    let samples: Int
  }

  static let trainings = [
    Training(
      testDescription: "a fully connected network",
      model: MLP(sizes: [7, 65, 33, 3], activation: .tanh),
      loss: .crossEntropy, optimizer: Adam(learningRate: 1e-3), samples: 19),
    Training(
      testDescription: "a convolutional network",
      model: ConvolutionalNetwork(
        channels: [5, 6], height: 8, width: 8, classes: 3, activation: .gelu),
      loss: .crossEntropy, optimizer: GradientDescent(learningRate: 0.02, momentum: 0.9), samples: 7
    ),
    Training(
      testDescription: "a transformer of which the last token is judged", model: transformer(),
      loss: .crossEntropy,
      optimizer: GradientClipping(
        normMax: 1, of: Adam(learningRate: 1e-3, weightDecay: 0.01, decay: .decoupled)),
      samples: 6),
    Training(
      testDescription: "the same with everything computed", model: transformer(computesAll: true),
      loss: .crossEntropy, optimizer: Adam(learningRate: 1e-3), samples: 6),
    Training(
      testDescription: "a transformer of which all tokens are judged",
      model: transformer(judged: .all), loss: .crossEntropy,
      optimizer: Adam(learningRate: 1e-3), samples: 4),
  ]

  private static func transformer(
    judged: Transformer.Judged = .last, computesAll: Bool = false
  ) -> Transformer {
    var model = Transformer(
      vocabulary: 23, tokens: 9, width: 24, hidden: 40, heads: 3, keyWidth: 8, layers: 2)
    model.activation = .gelu
    model.judged = judged
    model.computesAll = computesAll
    return model
  }

  @Test(arguments: trainings, TierTests.fast)
  func `twenty steps have the same bits in all tiers`(
    training: Training, tier: KernelTier
  ) throws {
    let plain = try Self.bits(training, .plain)
    let fast = try Self.bits(training, tier)
    #expect(plain.count > 20)
    #expect(plain == fast)
  }

  /// The losses, then the parameters at the end.
  private static func bits(_ training: Training, _ tier: KernelTier) throws -> [UInt64] {
    let problem = ModelProblem(
      model: training.model, loss: training.loss, samples: training.samples)
    let trainer = Trainer<Float>(
      Stage(
        graph: problem.graph, loss: problem.loss, output: problem.output,
        optimizer: training.optimizer, stop: StopRule(limit: .steps(20))),
      numerics: .pinned, tier: tier)
    try ModelInitialization(weights: .normal(.power(of: .fanIn, -0.5)))
      .draw(problem.model, into: trainer.store, seed: 3)
    for (index, input) in problem.inputs.enumerated() {
      trainer.setInput(input.name, input.drawn(step: UInt64(index)).map { Float($0) })
    }
    var bits: [UInt64] = []
    let ending = trainer.train { bits.append($0.loss.bitPattern) }
    #expect(ending.stop == .steps && ending.lastLoss < ending.firstLoss)
    for piece in trainer.store.pieces {
      bits += trainer.parameter(piece.name).map { UInt64($0.bitPattern) }
    }
    return bits
  }
}
