import Glibc
import Protocol
import Testing

@testable import Kernel

/// Models with dropout: what is pruned, parts of a batch, whole trainings, and looking at them.
@Suite struct DropoutModelTests {
  private static func transformer(
    _ normalization: Transformer.Normalization, layers: Int = 2, tokens: Int = 5
  ) -> Transformer {
    var model = Transformer(
      vocabulary: 7, tokens: tokens, width: 6, hidden: 8, heads: 2, keyWidth: 3, valueWidth: 2,
      layers: layers)
    model.normalization = normalization
    model.activation = .gelu
    model.keep = Transformer.Keep(embedding: 0.8, attention: 0.7, residual: 0.6)
    model.isTraining = true
    return model
  }

  /// Loss and gradients of the sum of the squared outputs for some of four drawn samples.
  private static func values(_ model: Transformer, _ samples: Range<Int>) -> [[Double]] {
    var graph = Graph()
    let output = model.output(samples: samples.count, in: &graph)
    let loss = graph.sum(graph.square(output), over: .all)
    let outputs =
      [loss] + graph.gradient(of: loss, withRespectTo: graph.parameterNodesInOrder)
    let store = ParameterStore<Double>(graph.parameters)
    let plan = Plan(graph: graph, outputs: outputs, store: store, numerics: .pinned)
    var draws = Draws(seed: 3)
    for piece in graph.parameters {
      let values = draws.numbers(piece.shape.count)
      store.withMutableParameter(piece.name) { $0.overwrite(with: values.span) }
    }
    let tokens = ModelInput(TensorLayout("x", [4, model.tokens]), .indices(below: 7))
      .drawn(step: 0)
    plan.setInput(
      "x", Array(tokens[samples.lowerBound * model.tokens..<samples.upperBound * model.tokens]))
    var counter = DropoutCounter<Double>(
      seed: 5, chunks: 2, samplesPerChunk: samples.lowerBound)
    counter.set(step: 11)
    plan.setInput("dropout.counter", Array(counter.elements.suffix(8)))
    plan.run()
    return outputs.map { plan.value(of: $0) }
  }

  @Test(arguments: [Transformer.Normalization.before, .after, .none], [1, 3])
  func `what the loss does not need changes no gradient`(
    normalization: Transformer.Normalization, layers: Int
  ) {
    var model = Self.transformer(normalization, layers: layers)
    let needed = Self.values(model, 0..<4)
    model.computesAll = true
    let all = Self.values(model, 0..<4)
    #expect(needed.count == all.count)
    for (first, second) in zip(needed, all) { #expect(worstDifference(first, second) < 1e-12) }
  }

  @Test(arguments: [1, 20])
  func `gradients do not depend on the parts of a batch`(tokens: Int) {
    let model = Self.transformer(.before, tokens: tokens)
    let whole = Self.values(model, 0..<4)
    let parts = zip(Self.values(model, 0..<1), Self.values(model, 1..<4)).map { first, second in
      zip(first, second).map { $0 + $1 }
    }
    for (first, second) in zip(parts, whole) { #expect(worstDifference(first, second) < 1e-12) }
  }

  @Test func `every place drops out by masks of its own`() {
    var graph = Graph()
    _ = Self.transformer(.after, layers: 3).output(samples: 2, in: &graph)
    let sites = graph.records.compactMap { ($0.operation as? Dropout)?.site }
    #expect(sites.sorted() == Array(0...9))
  }

  @Test func `a network that is looked at keeps all`() {
    func records(_ model: some Model) -> Int {
      var graph = Graph()
      _ = model.output(samples: 2, in: &graph)
      #expect(graph.inputNode("dropout.counter") == nil)
      return graph.records.count
    }
    var transformer = Self.transformer(.before)
    transformer.isTraining = false
    let evaluated = records(transformer)
    transformer.isTraining = true
    transformer.keep = Transformer.Keep(everywhere: 1)
    #expect(records(transformer) == evaluated)
    var network = MLP(sizes: [3, 4, 5, 1], activation: .relu)
    let plain = records(network)
    network.keep = [0.5, 0.5]
    #expect(records(network) == plain)
  }

  /// A transformer that can be trained for some steps.
  private static func trainer<Element: Scalar>(
    _ type: Element.Type, seed: UInt32 = 4, samplesPerChunk: Int? = nil,
    tier: KernelTier = .chosen
  ) -> Trainer<Element> {
    let problem = ModelProblem(
      model: transformer(.before), loss: .crossEntropy, samples: 16,
      samplesPerChunk: samplesPerChunk)
    var stage = problem.stage(
      optimizer: Adam(learningRate: 3e-3), stop: StopRule(limit: .steps(60)))
    stage.dropoutSeed = seed
    let trainer = Trainer<Element>(stage, numerics: .pinned, tier: tier)
    var draws = Draws(seed: 3)
    for piece in problem.graph.parameters {
      let values = draws.numbers(piece.shape.count, in: -0.5...0.5)
      trainer.withParameter(piece.name) { span in
        for index in span.indices { span[index] = Element(values[index]) }
      }
    }
    for (index, input) in problem.inputs.enumerated() {
      trainer.setInput(input.name, input.drawn(step: UInt64(index)).map { Element($0) })
    }
    return trainer
  }

  @Test(arguments: [1, 4, 8]) func `chunks have the masks of the whole batch`(samples: Int) {
    let whole = Self.trainer(Double.self)
    let chunked = Self.trainer(Double.self, samplesPerChunk: samples)
    for _ in 0..<3 { #expect(abs(whole.step() - chunked.step()) < 1e-12) }
    for piece in whole.stage.graph.parameters {
      let (first, second) = (whole.store.gradient(piece.name), chunked.store.gradient(piece.name))
      #expect(worstDifference(second, first) < 1e-9, "\(piece.name)")
    }
  }

  @Test(arguments: KernelTier.available)
  func `a training with dropout has the same bits in all tiers`(tier: KernelTier) {
    let plain = Self.trainer(Float.self, tier: .plain)
    let other = Self.trainer(Float.self, tier: tier)
    let ending = plain.train()
    #expect(other.train() == ending)
    #expect(ending.lastLoss < ending.firstLoss)
    for piece in plain.stage.graph.parameters {
      #expect(plain.parameter(piece.name) == other.parameter(piece.name), "\(piece.name)")
    }
  }

  @Test func `the seed index gives other masks from the first step on`() {
    let losses = [0, 1, 0].map { Self.trainer(Float.self, seed: $0).evaluate() }
    #expect(losses[0] == losses[2] && losses[0] != losses[1])
  }

  @Test func `every step has masks of its own`() {
    let trainer = Self.trainer(Float.self)
    let first = trainer.evaluate()
    #expect(trainer.evaluate() == first)
    trainer.step()
    #expect(trainer.evaluate() != first)
  }

  /// The mean over masks of half the mean squared error of a two-layer network is the error without
  /// dropout plus (1 - p) / (2 n p) times the sum over samples and neurons of (a h)^2; with masks
  /// of each sample's own as with shared ones.
  @Test(arguments: [true, false])
  func `the mean loss over masks is that of the theory`(sharesMasks: Bool) {
    let (samples, neurons, keep, steps) = (4, 20, 0.7, 4000)
    var model = MLP(sizes: [1, neurons, 1], activation: .tanh)
    model.keep = [keep]
    model.sharesMasks = sharesMasks
    model.isTraining = true
    var graph = Graph()
    let output = model.output(of: graph.input("x", Shape(samples, 1)), in: &graph)
    let loss = graph.halfMeanSquaredError(output, graph.input("y", Shape(samples, 1)))
    let trainer = Trainer<Double>(
      Stage(
        graph: graph, loss: loss, output: output, optimizer: GradientDescent(learningRate: 0),
        stop: StopRule(limit: .steps(UInt64(steps)))), numerics: .pinned)
    var draws = Draws(seed: 8)
    var pieces: [String: [Double]] = [:]
    for piece in graph.parameters {
      let values = draws.numbers(piece.shape.count, in: -1...1)
      pieces[piece.name] = values
      trainer.withParameter(piece.name) { $0.overwrite(with: values.span) }
    }
    let (points, targets) = (draws.numbers(samples), draws.numbers(samples))
    trainer.setInput("x", points)
    trainer.setInput("y", targets)
    var losses: [Double] = []
    for _ in 0..<steps { losses.append(trainer.step()) }

    let weight = { (name: String) in pieces[name] ?? [] }
    var expected = 0.0
    for (point, target) in zip(points, targets) {
      let contributions = (0..<neurons).map { neuron in
        weight("layers.1.weight")[neuron]
          * tanh(
            weight("layers.0.weight")[neuron] * point + weight("layers.0.bias")[neuron])
      }
      let error = contributions.reduce(weight("layers.1.bias")[0], +) - target
      let squares = contributions.reduce(0) { $0 + $1 * $1 }
      expected += (error * error + (1 - keep) / keep * squares) / Double(2 * samples)
    }
    let mean = losses.reduce(0, +) / Double(steps)
    let variance = losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(steps)
    // Four standard errors.
    #expect(abs(mean - expected) < 4 * (variance / Double(steps)).squareRoot())
  }
}
