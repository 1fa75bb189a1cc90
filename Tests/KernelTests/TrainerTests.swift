import Protocol
import Testing

@testable import Kernel

@Suite struct TrainerTests {
  private let fixture = TwoLayerFixture(samples: 4, width: 40, activation: .tanh)

  @Test func `a training stops as soon as the loss is low enough`() {
    var losses: [Double] = []
    let ending = fixture.trainer(Double.self, steps: 5000, loss: .fractionOfFirst(0.5))
      .train { losses.append($0.loss) }
    #expect(ending.stop == .rule)
    #expect(losses.count == Int(ending.steps) + 1)
    #expect(losses.last ?? 0 <= 0.5 * losses[0])
    #expect(losses.dropLast().allSatisfy { $0 > 0.5 * losses[0] })
  }

  @Test func `a loss that is low enough at first takes no step`() {
    let trainer = fixture.trainer(Double.self, steps: 10, loss: .atMost(100))
    let before = trainer.parameter("hidden.weight")
    let ending = trainer.train()
    #expect(ending.stop == .rule && ending.steps == 0)
    #expect(ending.firstLoss == ending.lastLoss)
    #expect(trainer.parameter("hidden.weight") == before)
  }

  @Test func `a cap that is reached is told apart from steps that were asked for`() {
    #expect(fixture.trainer(Float.self, steps: 3, loss: .atMost(0)).train().stop == .cap)
    var stage = fixture.trainer(Float.self, steps: 3).stage
    stage.stop = StopRule(limit: .steps(0))
    let ending = Trainer<Float>(stage, numerics: .pinned).train()
    #expect(ending.stop == .steps && ending.steps == 0)
  }

  @Test func `a loss that is no number is a divergence`() {
    var stage = fixture.trainer(Float.self, steps: 3).stage
    stage.optimizer = GradientDescent(learningRate: 1e30)
    stage.stop = StopRule(limit: .steps(100))
    let trainer = Trainer<Float>(stage, numerics: .pinned)
    trainer.setInput("x", [-1, 1, -0.3, 1, 0.3, 1, 1, 1])
    trainer.setInput("y", [1, 2, 3, 4])
    for name in ["hidden.weight", "output.weight"] {
      trainer.withParameter(name) { span in
        for index in span.indices { span[index] = 0.01 * Float(index + 1) }
      }
    }
    let ending = trainer.train()
    #expect(ending.diverged && ending.stop == nil)
    #expect(ending.outcome == .diverged)
    #expect(ending.steps < 100)
  }

  @Test func `initial parameters are those before the first step`() {
    let trainer = fixture.trainer(Float.self, steps: 5)
    let before = trainer.parameter("hidden.weight")
    _ = trainer.train()
    #expect(trainer.initialParameter("hidden.weight") == before)
    #expect(trainer.parameter("hidden.weight") != before)
  }

  @Test func `every evaluation is observed once, in order`() {
    var records: [StepRecord] = []
    let ending = fixture.trainer(Float.self, steps: 4).train { records.append($0) }
    #expect(records.map(\.step) == [0, 1, 2, 3, 4])
    #expect(records[0].stepSize == 0 && records[1].stepSize > 0)
    #expect(records.last?.loss == ending.lastLoss)
  }

  @Test func `a second stage goes on with the parameters of the first`() {
    let first = fixture.trainer(Float.self, steps: 4)
    _ = first.train()
    let end = first.parameter("hidden.weight")
    let second = Trainer(first.stage, store: first.store, numerics: .pinned)
    #expect(second.parameter("hidden.weight") == end)
  }

  @Test func `single and double precision agree`() {
    let single = fixture.trainer(Float.self, steps: 50)
    let double = fixture.trainer(Double.self, steps: 50)
    _ = single.train()
    _ = double.train()
    #expect(worstError(single.parameter("hidden.weight"), double.parameter("hidden.weight")) < 1e-5)
  }

  @Test func `OpenBLAS uses one thread and says its core`() {
    _ = fixture.trainer(Float.self, steps: 1)
    #expect(BLAS.threads == 1)
    #expect(!BLAS.coreName.isEmpty)
  }
}
