import Protocol

@testable import Kernel

/// A small model on a batch of twelve, of which chunks are compared with the whole.
struct ChunkFixture: CustomStringConvertible, Sendable {
  static let samples = 12
  let description: String
  let model: any Model
  let loss: LossDescription

  static let all: [ChunkFixture] =
    [
      ChunkFixture(
        description: "network", model: MLP(sizes: [5, 17, 16, 3], activation: .tanh),
        loss: .meanSquaredError),
      ChunkFixture(
        description: "narrow network", model: MLP(sizes: [3, 40, 1], activation: .relu),
        loss: .logistic),
      ChunkFixture(
        description: "patches",
        model: PatchConvolution(
          patches: 3, inputs: 20, filters: 5, classes: 4, bias: true, activation: .relu),
        loss: .crossEntropy),
      ChunkFixture(
        description: "images",
        model: ConvolutionalNetwork(
          channels: [3, 4], height: 6, width: 6, classes: 5, activation: .relu),
        loss: .crossEntropy),
    ]
    + [Transformer.Normalization.before, .after, .none].flatMap { normalization in
      [Transformer.Judged.last, .all].flatMap { judged in
        [false, true].map { transformer(normalization, judged, computesAll: $0) }
      }
    }

  private static func transformer(
    _ normalization: Transformer.Normalization, _ judged: Transformer.Judged, computesAll: Bool
  ) -> ChunkFixture {
    var model = Transformer(
      vocabulary: 11, tokens: 5, width: 12, hidden: 18, heads: 2, keyWidth: 6, layers: 2)
    model.normalization = normalization
    model.judged = judged
    model.computesAll = computesAll
    model.activation = normalization == .before ? .gelu : .relu
    return ChunkFixture(
      description: "transformer \(normalization) \(judged) \(computesAll)", model: model,
      loss: .crossEntropy)
  }

  /// A transformer in training, which drops values out everywhere.
  static var dropping: ChunkFixture {
    var model = Transformer(
      vocabulary: 11, tokens: 5, width: 12, hidden: 18, heads: 2, keyWidth: 6, layers: 2)
    model.normalization = .before
    model.activation = .gelu
    model.keep = Transformer.Keep(everywhere: 0.75)
    model.isTraining = true
    return ChunkFixture(description: "dropping", model: model, loss: .crossEntropy)
  }

  /// A trainer with drawn parameters and inputs, the same at any size of chunk.
  func trainer<Element: Scalar>(
    _ type: Element.Type, samplesPerChunk: Int, tier: KernelTier = .chosen
  ) -> Trainer<Element> {
    let problem = ModelProblem(
      model: model, loss: loss, samples: Self.samples, samplesPerChunk: samplesPerChunk)
    let stage = problem.stage(
      optimizer: Adam(learningRate: 1e-2), stop: StopRule(limit: .steps(5)))
    let trainer = Trainer<Element>(stage, numerics: .pinned, tier: tier)
    var draws = Draws(seed: 7)
    for piece in problem.graph.parameters {
      let values = draws.numbers(piece.shape.count)
      trainer.withParameter(piece.name) { span in
        for index in span.indices { span[index] = Element(values[index]) }
      }
    }
    for (index, input) in problem.inputs.enumerated() {
      trainer.setInput(input.name, input.drawn(step: UInt64(index)).map { Element($0) })
    }
    return trainer
  }
}
