import Protocol
import Testing

@testable import Kernel

/// Stages that share parameters, keep some of them, and end by rules of their own.
@Suite struct StageTests {
  private let coarse: PatchNetwork = {
    var model = PatchNetwork(patches: 3, inputs: 4, filters: 5, classes: 2, activation: .relu)
    model.headName = "coarse"
    return model
  }()
  private let fine = PatchNetwork(patches: 3, inputs: 4, filters: 5, classes: 6, activation: .relu)

  private func stage(
    _ model: any Model, _ optimizer: any Optimizer = GradientDescent(learningRate: 0.1),
    steps: UInt64 = 3
  ) -> Stage {
    let problem = ModelProblem(model: model, loss: .crossEntropy, samples: 4)
    return Stage(
      graph: problem.graph, loss: problem.loss, output: problem.output, optimizer: optimizer,
      stop: StopRule(limit: .steps(steps)))
  }

  private func trainer(
    _ stage: Stage, classes: Int, store: ParameterStore<Double>
  ) -> Trainer<Double> {
    let trainer = Trainer(stage, store: store, numerics: .pinned)
    var draws = Draws(seed: 5)
    trainer.setInput("x", draws.numbers(48))
    trainer.setInput("y", (0..<4).map { Double($0 % classes) })
    return trainer
  }

  private func store() throws -> ParameterStore<Double> {
    let store = ParameterStore<Double>(of: [stage(fine).graph, stage(coarse).graph])
    let initialization = ModelInitialization(weights: .normal(.number(0.5)))
    try initialization.draw(fine, into: store, seed: 0)
    try initialization.draw(coarse, into: store, seed: 0, only: ["coarse.weight", "coarse.bias"])
    return store
  }

  @Test func `a store for several stages has the pieces of all of them once`() throws {
    #expect(
      try store().pieces.map(\.name) == [
        "filters.weight", "filters.bias", "head.weight", "head.bias", "coarse.weight",
        "coarse.bias",
      ])
  }

  @Test func `a stage with another head goes on with the shared layer`() throws {
    let store = try store()
    let start = store.parameter("filters.weight")
    _ = trainer(stage(fine), classes: 6, store: store).train()
    let (middle, head) = (store.parameter("filters.weight"), store.parameter("head.weight"))
    #expect(middle != start)
    let decaying = Adam(learningRate: 0.1, weightDecay: 0.5, decay: .decoupled)
    _ = trainer(stage(coarse, decaying), classes: 2, store: store).train()
    #expect(store.parameter("filters.weight") != middle)
    #expect(store.parameter("head.weight") == head)
  }

  @Test func `frozen parameters stay as they are, decay or not`() throws {
    let store = try store()
    var stage = stage(fine, Adam(learningRate: 0.1, weightDecay: 0.5, decay: .decoupled))
    stage.frozen = ["filters.weight", "filters.bias"]
    let (filters, head) = (store.parameter("filters.weight"), store.parameter("head.weight"))
    _ = trainer(stage, classes: 6, store: store).train()
    #expect(store.parameter("filters.weight") == filters)
    #expect(store.parameter("head.weight") != head)
  }

  @Test func `what is trained goes its way whether the rest is frozen or constant`() throws {
    // With the filters at rest in both trainings, the heads' gradients are the same.
    let (frozen, free) = (try store(), try store())
    var stage = stage(fine, steps: 1)
    _ = trainer(stage, classes: 6, store: free).train()
    stage.frozen = ["filters.weight", "filters.bias"]
    _ = trainer(stage, classes: 6, store: frozen).train()
    #expect(frozen.parameter("head.weight") == free.parameter("head.weight"))
  }

  @Test func `the gradients of an earlier stage do not count in a norm`() throws {
    let (clipped, expected) = (try store(), try store())
    _ = trainer(stage(fine, steps: 0), classes: 6, store: clipped).train()
    let rule = GradientClipping(normMax: 0.01, of: GradientDescent(learningRate: 1))
    for store in [clipped, expected] {
      var stage = stage(coarse, rule, steps: 1)
      stage.frozen = ["filters.weight", "filters.bias"]
      _ = trainer(stage, classes: 2, store: store).train()
    }
    #expect(clipped.parameter("coarse.weight") == expected.parameter("coarse.weight"))
  }

  @Test func `the norm of all trained gradients is that of their numbers`() throws {
    let store = try store()
    var stage = stage(fine, GradientClipping(normMax: 1e-3, of: GradientDescent(learningRate: 1)))
    stage.frozen = ["filters.bias"]
    stage.stop = StopRule(limit: .steps(1))
    let trainer = trainer(stage, classes: 6, store: store)
    _ = trainer.evaluate()
    let names = ["filters.weight", "head.weight", "head.bias"]
    let gradients = names.map { store.gradient($0) }
    let before = names.map { store.parameter($0) }
    _ = trainer.train()
    let norm = gradients.joined().reduce(0) { $0 + $1 * $1 }.squareRoot()
    for (index, name) in names.enumerated() {
      let expected = zip(before[index], gradients[index]).map {
        $0 - $1 * 1e-3 / (norm + 1e-6)
      }
      #expect(worstDifference(store.parameter(name), expected) < 1e-15, "\(name)")
    }
  }

  @Test func `a copy of a store goes its own way`() throws {
    let store = try store()
    let copy = store.copy()
    let start = store.parameter("head.weight")
    #expect(copy.parameter("head.weight") == start)
    _ = trainer(stage(fine), classes: 6, store: copy).train()
    #expect(store.parameter("head.weight") == start && copy.parameter("head.weight") != start)
  }

  @Test func `a rule of one's own is asked every few steps and ends the training`() throws {
    let trainer = trainer(stage(fine, steps: 100), classes: 6, store: try store())
    var asked: [UInt64] = []
    let ending = trainer.train(
      every: 5,
      endsWhen: { record in
        asked.append(record.step)
        return record.step >= 15
      })
    #expect(asked == [0, 5, 10, 15])
    #expect(ending.stop == .rule && ending.steps == 15)
  }

  @Test func `a schedule that goes on begins where it was left`() {
    let schedule = LearningRateSchedule.warmUpThenCosine(
      peak: 5, floor: 1, warmUpSteps: 10, cosineSteps: 6)
    let later = schedule.advanced(bySteps: 7).advanced(bySteps: 2)
    #expect((0..<9).map { later.rate(atStep: $0) } == (9..<18).map { schedule.rate(atStep: $0) })
  }

  @Test func `a plateau is noticed after its patience`() {
    var plateau = PlateauDetector(patience: 2, relativeImprovement: 0.1)
    let values = [10, 8, 7.5, 7, 6.9, 6.5, .nan]
    // 7.5 is not a tenth below 8, 7 is; then 6.9 and 6.5 are not a tenth below 7.
    #expect(
      values.map { plateau.isOver(after: $0) } == [false, false, false, false, false, true, true])
  }

  @Test func `a number that never falls is a plateau and one that falls is none`() {
    var flat = PlateauDetector(patience: 3)
    #expect((0..<5).map { _ in flat.isOver(after: 1) } == [false, false, false, true, true])
    var falling = PlateauDetector(patience: 1)
    #expect((0..<5).allSatisfy { !falling.isOver(after: 10 - Double($0)) })
  }
}

/// Models for stages and granularity, and marked losses, by hand.
@Suite struct JudgedModelTests {
  @Test func `a patch network averages its responses and has a head`() {
    let model = PatchNetwork(patches: 2, inputs: 2, filters: 2, classes: 2, activation: .relu)
    let fixture = ModelFixture(model, samples: 1)
    fixture.plan.setInput("x", [1, 2, 3, -4])
    fixture.set("filters.weight", [1, 1, -1, 0])
    fixture.set("filters.bias", [0.5, 2])
    fixture.set("head.weight", [1, 2, -3, 4])
    fixture.set("head.bias", [10, 20])
    // Responses 3.5 and 1 to the first patch, 0 and 0 to the second: h = (1.75, 0.5).
    #expect(fixture.output() == [12.75, 16.75])
    for name in fixture.names {
      #expect(worstDifference(fixture.gradient(name), fixture.differences(name)) < 1e-8)
    }
  }

  @Test func `sums of a patch convolution may be weighed as one likes`() {
    var model = PatchConvolution(
      patches: 3, inputs: 2, filters: 4, classes: 2, activation: .relu)
    let mean = ModelFixture(model).output()
    model.outputScale = 1
    #expect(worstDifference(ModelFixture(model).output(), mean.map { $0 * 4 }) < 1e-15)
  }

  @Test func `marked rows alone are judged`() {
    var model = Transformer(
      vocabulary: 7, tokens: 4, width: 6, hidden: 5, heads: 2, keyWidth: 3, layers: 1)
    model.judged = .all
    let marked = ModelFixture(model, loss: .markedCrossEntropy, samples: 2)
    let plain = ModelFixture(model, samples: 2)
    let labels = (0..<8).map { Double($0 * 3 % 7) }
    for fixture in [marked, plain] {
      fixture.plan.setInput("x", (0..<8).map { Double($0 * 5 % 7) })
      fixture.plan.setInput("y", labels)
    }
    marked.plan.setInput("marks", Array(repeating: 1, count: 8))
    #expect(abs(marked.loss() - plain.loss()) < 1e-14)
    let logits = plain.output()
    let losses = (0..<8).map { row -> Double in
      let values = logits[(row * 7)..<(row * 7 + 7)]
      let total = values.reduce(0) { $0 + Elementary.exponential($1) }
      return Elementary.logarithm(total) - logits[row * 7 + Int(labels[row])]
    }
    marked.plan.setInput("marks", [0, 1, 0, 0, 1, 0, 0.5, 0])
    let expected = (losses[1] + losses[4] + 0.5 * losses[6]) / 2.5
    #expect(abs(marked.loss() - expected) < 1e-14)
    for name in ["tok.weight", "head.weight"] {
      #expect(worstDifference(marked.gradient(name), marked.differences(name)) < 1e-8)
    }
  }
  @Test func `the penalty of dropout has the gradients of its formula`() {
    let (samples, width, keep) = (3, 4, 0.7)
    var graph = Graph()
    let network = MLP(sizes: [2, width, 1], activation: .relu)
    let layers = network.layerOutputs(of: graph.input("x", Shape(samples, 2)), in: &graph)
    let weight = graph.parameterNode("layers.1.weight") ?? layers[0]
    let penalty = graph.dropoutPenalty(layers[0], outputWeight: weight, keep: keep)
    let gradients = graph.gradient(of: penalty, withRespectTo: [weight, layers[0]])
    let plan = Plan<Double>(
      graph: graph, outputs: [layers[0], penalty] + gradients,
      store: ParameterStore(graph.parameters), numerics: .pinned)
    var draws = Draws(seed: 8)
    plan.setInput("x", draws.numbers(samples * 2))
    for piece in graph.parameters {
      let values = draws.numbers(piece.shape.count)
      plan.store.withMutableParameter(piece.name) { $0.overwrite(with: values.span) }
    }
    plan.run()
    let (h, a) = (plan.value(of: layers[0]), plan.store.parameter("layers.1.weight"))
    let factor = (1 - keep) / (Double(samples) * keep)
    let sums = (0..<width).map { j in
      (0..<samples).reduce(0.0) { $0 + h[$1 * width + j] * h[$1 * width + j] }
    }
    let total = (0..<width).reduce(0.0) { $0 + a[$1] * a[$1] * sums[$1] }
    #expect(abs(plan.number(penalty) - factor / 2 * total) < 1e-15)
    #expect(
      worstDifference(plan.value(of: gradients[0]), (0..<width).map { factor * a[$0] * sums[$0] })
        < 1e-15)
    #expect(
      worstDifference(
        plan.value(of: gradients[1]),
        h.indices.map { factor * a[$0 % width] * a[$0 % width] * h[$0] }) < 1e-15)
  }
}
