import Foundation
import Protocol
import Testing

@testable import Kernel

/// Momentum, clipping and decay by pieces against loops over one element at a time.
@Suite struct OptimizerRuleTests {
  /// The pieces, with a length that fills no vector, one that fills two, and one of a single element.
  static let pieces = [
    ("tok.weight", 5), ("blocks.0.ff1.weight", 32), ("blocks.0.ff1.bias", 3),
    ("blocks.0.ln1.weight", 17), ("blocks.0.ln1.bias", 17), ("head.weight", 1),
  ]

  /// A quadratic loss: half the sum of curvature times the square.
  struct Quadratic {
    let names = OptimizerRuleTests.pieces.map(\.0)
    var start: [[Double]] = []
    var curvature: [[Double]] = []

    init() {
      var draws = Draws(seed: 31)
      for (_, count) in OptimizerRuleTests.pieces {
        start.append(draws.numbers(count, in: -2...2))
        curvature.append(draws.numbers(count, in: 0.5...5))
      }
    }

    /// The parameters after so many steps of the kernel.
    func trained<Element: Scalar>(
      _ type: Element.Type, _ optimizer: any Optimizer, steps: UInt64,
      tier: KernelTier = .chosen
    ) -> [[Element]] {
      var graph = Graph()
      var loss = graph.constant(0)
      for (index, name) in names.enumerated() {
        let shape = Shape(1, start[index].count)
        let w = graph.parameter(name, shape)
        let c = graph.input("curvature of \(name)", shape)
        let term = graph.sum(graph.multiply(c, graph.square(w)), over: .all)
        loss = graph.add(loss, graph.scale(term, by: 0.5))
      }
      let stage = Stage(
        graph: graph, loss: loss, output: loss, optimizer: optimizer,
        stop: StopRule(limit: .steps(steps)))
      let trainer = Trainer<Element>(stage, numerics: .pinned, tier: tier)
      for (index, name) in names.enumerated() {
        trainer.setInput("curvature of \(name)", curvature[index].map { Element($0) })
        let values = start[index].map { Element($0) }
        trainer.withParameter(name) { $0.overwrite(with: values.span) }
      }
      _ = trainer.train()
      return names.map { trainer.parameter($0) }
    }

    /// The same by plain loops: `step` changes one element from its gradient, the gradients being
    /// multiplied with `factor(norm)` first.
    func expected(
      steps: Int, factor: (_ norm: Double) -> Double = { _ in 1 },
      _ step: (_ name: String, _ t: Int, _ p: inout Double, _ g: Double, _ s: inout [Double]) ->
        Void
    ) -> [[Double]] {
      var (values, states) = (start, start.map { $0.map { _ in [0.0, 0.0] } })
      for t in 1...steps {
        var gradients = values
        var squares = 0.0
        for piece in values.indices {
          for index in values[piece].indices {
            gradients[piece][index] *= curvature[piece][index]
            squares += gradients[piece][index] * gradients[piece][index]
          }
        }
        let factor = factor(squares.squareRoot())
        for piece in values.indices {
          for index in values[piece].indices {
            step(
              names[piece], t, &values[piece][index], factor * gradients[piece][index],
              &states[piece][index])
          }
        }
      }
      return values
    }
  }

  static let quadratic = Quadratic()

  private func differ(_ values: [[Double]], _ reference: [[Double]]) -> Double {
    worstDifference(values.flatMap { $0 }, reference.flatMap { $0 })
  }

  @Test func `Nesterov's momentum with weight decay`() {
    let result = Self.quadratic.trained(
      Double.self,
      GradientDescent(learningRate: 0.02, momentum: 0.9, form: .nesterov, weightDecay: 0.05),
      steps: 11)
    let formula = Self.quadratic.expected(steps: 11) { _, _, p, g, state in
      let g = g + 0.05 * p
      state[0] = 0.9 * state[0] + g
      p -= 0.02 * (g + 0.9 * state[0])
    }
    #expect(differ(result, formula) < 1e-14)
  }

  /// The gradients' norm falls below the bound on the way, so that both branches are met.
  @Test func `gradients are shortened while they are too long together`() {
    var isShortened: [Bool] = []
    let formula = Self.quadratic.expected(
      steps: 30,
      factor: { norm in
        isShortened.append(norm > 8)
        return min(1, 8 / (norm + 1e-6))
      },
      { _, _, p, g, state in
        state[0] = 0.5 * state[0] + g
        p -= 0.1 * state[0]
      })
    #expect(Set(isShortened) == [true, false])
    let result = Self.quadratic.trained(
      Double.self,
      GradientClipping(normMax: 8, of: GradientDescent(learningRate: 0.1, momentum: 0.5)),
      steps: 30)
    #expect(differ(result, formula) < 1e-13)
  }

  @Test func `gradients that are short enough keep their bits`() {
    let descent = GradientDescent(learningRate: 0.01)
    let clipped = GradientClipping(normMax: 1e3, of: descent)
    let result = Self.quadratic.trained(Float.self, clipped, steps: 5)
    #expect(result == Self.quadratic.trained(Float.self, descent, steps: 5))
  }

  @Test func `clipping of gradients that are no numbers leaves a training diverged`() {
    var graph = Graph()
    let w = graph.parameter("w", Shape(1, 1))
    let loss = graph.sum(graph.logarithm(w), over: .all)
    let stage = Stage(
      graph: graph, loss: loss, output: loss,
      optimizer: GradientClipping(normMax: 1, of: GradientDescent(learningRate: 1e30)),
      stop: StopRule(limit: .steps(10)))
    let trainer = Trainer<Float>(stage, numerics: .pinned)
    trainer.withParameter("w") { $0[0] = 1 }
    #expect(trainer.train().diverged)
  }

  @Test(arguments: TierTests.fast)
  func `all tiers have the same bits`(tier: KernelTier) {
    let optimizer = GradientClipping(
      normMax: 8,
      of: GradientDescent(
        learningRate: .warmUpThenCosine(peak: 0.1, warmUpSteps: 3, cosineSteps: 9), momentum: 0.9,
        form: .nesterov, weightDecay: 0.1, decays: .allButBiasesAndNorms))
    #expect(
      Self.quadratic.trained(Float.self, optimizer, steps: 12, tier: tier)
        == Self.quadratic.trained(Float.self, optimizer, steps: 12, tier: .plain))
  }

  static let rules: [DecayedPieces] = [
    .all, .allButBiasesAndNorms, .named(["blocks.0.ff1.bias", "head.weight"]),
  ]

  @Test(arguments: rules)
  func `AdamW decays the pieces that it is told to`(rule: DecayedPieces) {
    let result = Self.quadratic.trained(
      Double.self,
      Adam(
        learningRate: 0.05, beta1: 0.8, beta2: 0.95, weightDecay: 0.3, decay: .decoupled,
        decays: rule),
      steps: 9)
    let formula = Self.quadratic.expected(steps: 9) { name, t, p, g, state in
      if Self.decayed[rule]?.contains(name) ?? false { p *= 1 - 0.05 * 0.3 }
      state[0] = 0.8 * state[0] + 0.2 * g
      state[1] = 0.95 * state[1] + 0.05 * g * g
      let mean = state[0] / (1 - pow(0.8, Double(t)))
      let square = state[1] / (1 - pow(0.95, Double(t)))
      p -= 0.05 * mean / (square.squareRoot() + 1e-8)
    }
    #expect(differ(result, formula) < 1e-13)
  }

  @Test(arguments: rules)
  func `gradient descent decays the pieces that it is told to`(rule: DecayedPieces) {
    let result = Self.quadratic.trained(
      Double.self,
      GradientDescent(learningRate: 0.05, momentum: 0.4, weightDecay: 0.3, decays: rule), steps: 9)
    let formula = Self.quadratic.expected(steps: 9) { name, _, p, g, state in
      let decay = Self.decayed[rule]?.contains(name) ?? false ? 0.3 : 0
      state[0] = 0.4 * state[0] + g + decay * p
      p -= 0.05 * state[0]
    }
    #expect(differ(result, formula) < 1e-14)
  }

  /// The names by hand.
  static let decayed: [DecayedPieces: Set<String>] = [
    .all: Set(pieces.map(\.0)),
    .allButBiasesAndNorms: ["tok.weight", "blocks.0.ff1.weight", "head.weight"],
    .named(["blocks.0.ff1.bias", "head.weight"]): ["blocks.0.ff1.bias", "head.weight"],
  ]

  @Test(arguments: [
    ("lnf.weight", false), ("norm.weight", false), ("bias", false), ("weight", true),
    ("linear.weight", true), ("blocks.3.qkv.bias", false), ("blocks.3.proj.weight", true),
  ])
  func `biases and norms are known by their names`(name: String, isDecayed: Bool) {
    #expect(DecayedPieces.allButBiasesAndNorms.contains(name) == isDecayed)
  }

  @Test func `the rate follows the schedule from step to step`() {
    let schedule = LearningRateSchedule.steps(first: 0.1, factor: 0.5, every: 3)
    let rates = [0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.025]
    let result = Self.quadratic.trained(
      Double.self, GradientDescent(learningRate: schedule), steps: 7)
    let formula = Self.quadratic.expected(steps: 7) { _, t, p, g, _ in p -= rates[t - 1] * g }
    #expect(differ(result, formula) < 1e-14)
  }

  @Test func `AdamW shrinks by the rate of the step`() {
    let schedule = LearningRateSchedule.warmUpThenCosine(
      first: 0.01, peak: 0.05, floor: 0.002, warmUpSteps: 2, cosineSteps: 4)
    // 0.002 + 0.048 (1 + cos(pi k / 4)) / 2 for k from 0.
    let rates = [
      0.01, 0.03, 0.05, 0.042970562748477143, 0.026, 0.009029437251522858, 0.002, 0.002,
    ]
    let result = Self.quadratic.trained(
      Double.self,
      Adam(learningRate: schedule, weightDecay: 0.2, decay: .decoupled), steps: 8)
    let formula = Self.quadratic.expected(steps: 8) { _, t, p, g, state in
      p *= 1 - rates[t - 1] * 0.2
      state[0] = 0.9 * state[0] + 0.1 * g
      state[1] = 0.999 * state[1] + 0.001 * g * g
      let mean = state[0] / (1 - pow(0.9, Double(t)))
      let square = state[1] / (1 - pow(0.999, Double(t)))
      p -= rates[t - 1] * mean / (square.squareRoot() + 1e-8)
    }
    #expect(differ(result, formula) < 1e-13)
  }
}
