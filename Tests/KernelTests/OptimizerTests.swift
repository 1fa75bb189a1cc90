import Protocol
import Testing

@testable import Kernel

/// Each rule against its formula, on a quadratic whose gradient is known.
@Suite struct OptimizerTests {
  static let start = [1.5, -0.75, 0.3, 2.0, -1.0]
  /// The loss is half the sum of curvature times the square.
  static let curvature = [1.0, 2, 3, 4, 5]

  /// Trains and gives the parameters after so many steps.
  private func trained(_ optimizer: any Optimizer, steps: UInt64) -> [Double] {
    var graph = Graph()
    let w = graph.parameter("w", Shape(1, 5))
    let c = graph.input("c", Shape(1, 5))
    let loss = graph.scale(graph.sum(graph.multiply(c, graph.square(w)), over: .all), by: 0.5)
    let stage = Stage(
      graph: graph, loss: loss, output: loss, optimizer: optimizer,
      stop: StopRule(limit: .steps(steps)))
    let trainer = Trainer<Double>(stage, numerics: .pinned)
    trainer.setInput("c", Self.curvature)
    trainer.withParameter("w") { $0.overwrite(with: Self.start.span) }
    let ending = trainer.train()
    #expect(ending.steps == steps)
    return trainer.parameter("w")
  }

  /// The same by a loop over one element at a time.
  private func expected(
    steps: Int, _ step: (_ t: Int, _ p: inout Double, _ g: Double, _ state: inout [Double]) -> Void
  ) -> [Double] {
    zip(Self.start, Self.curvature).map { start, curvature in
      var (p, state) = (start, [0.0, 0.0])
      for t in 1...steps { step(t, &p, curvature * p, &state) }
      return p
    }
  }

  @Test func `gradient descent with weight decay`() {
    let result = trained(GradientDescent(learningRate: 0.05, weightDecay: 0.1), steps: 7)
    let formula = expected(steps: 7) { _, p, g, _ in p -= 0.05 * (g + 0.1 * p) }
    #expect(worstDifference(result, formula) < 1e-15)
  }

  @Test func `gradient descent with momentum`() {
    let result = trained(
      GradientDescent(learningRate: 0.02, momentum: 0.9, weightDecay: 0.01), steps: 9)
    let formula = expected(steps: 9) { _, p, g, state in
      state[0] = 0.9 * state[0] + g + 0.01 * p
      p -= 0.02 * state[0]
    }
    #expect(worstDifference(result, formula) < 1e-15)
  }

  @Test(arguments: [Adam.Decay.inGradient, .decoupled])
  func `Adam and AdamW`(decay: Adam.Decay) {
    let result = trained(
      Adam(learningRate: 0.05, beta1: 0.8, beta2: 0.95, weightDecay: 0.1, decay: decay), steps: 12)
    var (product1, product2) = (1.0, 1.0)
    let formula = expected(steps: 12) { t, p, g, state in
      if t == 1 { (product1, product2) = (1, 1) }
      product1 *= 0.8
      product2 *= 0.95
      var gradient = g
      if decay == .inGradient { gradient += 0.1 * p } else { p *= 1 - 0.05 * 0.1 }
      state[0] = 0.8 * state[0] + 0.2 * gradient
      state[1] = 0.95 * state[1] + 0.05 * gradient * gradient
      p -= 0.05 * (state[0] / (1 - product1)) / ((state[1] / (1 - product2)).squareRoot() + 1e-8)
    }
    #expect(worstDifference(result, formula) < 1e-14)
  }

  @Test func `a capped step is the least of its bounds`() {
    let trainer = TwoLayerFixture(samples: 4, width: 64, activation: .relu)
      .trainer(Double.self, steps: 1)
    trainer.evaluate()
    func norm(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    let caps = ["hidden.weight", "output.weight"].map {
      0.05 * norm(trainer.parameter($0)) / norm(trainer.store.gradient($0))
    }
    let gradient = trainer.store.gradient("output.weight")
    let before = trainer.parameter("output.weight")
    var size = 0.0
    _ = trainer.train { size = $0.stepSize }
    #expect(size > 0 && size <= (caps.min() ?? 0) * (1 + 1e-12))
    let after = zip(before, gradient).map { $0 - size * $1 }
    #expect(worstDifference(trainer.parameter("output.weight"), after) < 1e-15)
  }

  @Test func `a capped descent reaches a small loss`() {
    let trainer = TwoLayerFixture(samples: 4, width: 300, activation: .relu)
      .trainer(Float.self, steps: 20_000, loss: .fractionOfFirst(1e-4))
    trainer.setInput("x", [-1, 1, -1 / 3, 1, 1 / 3, 1, 1, 1])
    trainer.setInput("y", [0.6, -0.3, 0.1, 0.8])
    let ending = trainer.train()
    #expect(ending.stop == .rule)
    #expect(ending.lastLoss <= 1e-4 * ending.firstLoss)
  }

  @Test func `changes below the last place of a parameter add up`() {
    // 2000 changes of 1e-8 each, where one half of a last place is 6e-8.
    var graph = Graph()
    let w = graph.parameter("w", Shape(1, 1))
    let x = graph.input("x", Shape(1, 1))
    let output = graph.product(x, w)
    let stage = Stage(
      graph: graph, loss: graph.sum(output, over: .all), output: output,
      optimizer: CappedGradientDescent(curvatureFraction: 1e-8, changeFraction: 1),
      stop: StopRule(limit: .steps(2000)))
    let trainer = Trainer<Float>(stage, numerics: .pinned)
    trainer.setInput("x", [1])
    trainer.withParameter("w") { $0[0] = 1 }
    _ = trainer.train()
    #expect(abs(Double(trainer.parameter("w")[0]) - (1 - 2e-5)) < 1e-7)
  }
}
