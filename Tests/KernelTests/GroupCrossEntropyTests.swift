import Foundation
import Protocol
import Testing

@testable import Kernel

/// Cross-entropy against groups of labels, by hand and by differences.
@Suite struct GroupCrossEntropyTests {
  /// A loss with its logits as parameters and its groups as data.
  struct Fixture {
    var graph = Graph()
    let logits: Node
    let groups: Node
    let rows: Node
    let loss: Node
    let extents: Extents

    init(_ extents: Extents) {
      self.extents = extents
      let shape = Shape(extents.rows, extents.columns)
      logits = graph.parameter("a", shape)
      groups = graph.input("groups", shape)
      rows = graph.groupCrossEntropy(logits, groups: groups)
      // Unequal weights, so that no row stands for another.
      let weights = graph.input("weights", Shape(extents.rows, 1))
      loss = graph.sum(graph.multiply(rows, weights), over: .all)
    }

    /// A plan with everything drawn; about a third of the labels form each row's group.
    func plan<Element: Scalar>(
      _ type: Element.Type, _ outputs: [Node], tier: KernelTier = .chosen
    ) -> Plan<Element> {
      let store = ParameterStore<Element>(graph.parameters)
      let plan = Plan(graph: graph, outputs: outputs, store: store, numerics: .pinned, tier: tier)
      var draws = Draws(seed: 23)
      let values = draws.numbers(logits.shape.count, in: -3...3)
      store.withMutableParameter("a") { span in
        for index in span.indices { span[index] = Element(values[index]) }
      }
      plan.setInput("weights", draws.numbers(extents.rows).map { Element($0) })
      plan.setInput(
        "groups",
        (0..<logits.shape.count).map { index in
          let column = index % extents.columns
          return draws.number(in: 0...1) < 0.3 || column == 0 ? 1 : 0
        })
      return plan
    }
  }

  private func rows(_ logits: [Double], _ groups: [Double], columns: Int) -> [Double] {
    var graph = Graph()
    let shape = Shape(logits.count / columns, columns)
    let a = graph.input("a", shape)
    let w = graph.input("w", shape)
    let loss = graph.groupCrossEntropy(a, groups: w)
    let plan = Plan<Double>(
      graph: graph, outputs: [loss], store: ParameterStore([]), numerics: .pinned)
    plan.setInput("a", logits)
    plan.setInput("w", groups)
    plan.run()
    return plan.value(of: loss)
  }

  /// Logits log 1, log 2, log 3 and log 4 have the probabilities 0.1, 0.2, 0.3 and 0.4.
  @Test func `the loss is minus the logarithm of what the group has together`() {
    let logits = [log(1.0), log(2.0), log(3.0), log(4.0)]
    let result = rows(
      logits + logits + logits, [1, 0, 1, 0] + [0, 0, 0, 1] + [0, 1, 1, 1], columns: 4)
    let expected = [-log(0.4), -log(0.4), -log(0.9)]
    #expect(worstDifference(result, expected) < 1e-15)
  }

  @Test func `a group of one label is the ordinary cross-entropy`() {
    var graph = Graph()
    let a = graph.parameter("a", Shape(2, 19))
    let t = graph.input("t", Shape(2, 19))
    let losses = [graph.crossEntropy(a, targets: t), graph.crossEntropy(a, groups: t)]
    let gradients = losses.map { graph.gradient(of: $0, withRespectTo: [a])[0] }
    let store = ParameterStore<Double>(graph.parameters)
    let plan = Plan(
      graph: graph, outputs: losses + gradients, store: store, numerics: .pinned)
    var draws = Draws(seed: 29)
    let values = draws.numbers(38)
    store.withMutableParameter("a") { $0.overwrite(with: values.span) }
    plan.setInput("t", (0..<38).map { $0 == 7 || $0 == 20 ? 1 : 0 })
    plan.run()
    #expect(abs(plan.number(losses[0]) - plan.number(losses[1])) < 1e-15)
    #expect(
      worstDifference(plan.value(of: gradients[0]), plan.value(of: gradients[1])) < 1e-15)
  }

  @Test func `a group of all labels costs nothing and a group of none everything`() {
    let logits = (0..<19).map { Double($0) * 0.37 - 2 }
    let result = rows(
      logits + logits, Array(repeating: 1, count: 19) + Array(repeating: 0, count: 19), columns: 19)
    #expect(result == [0, .infinity])
  }

  @Test func `logits that are far apart do not overflow`() {
    // The group lies 2000 below the greatest logit; the others' powers have no place in it.
    let result = rows([0, 1000, -1000, 2, 0, -1000], [0, 0, 1, 0, 1, 1], columns: 3)
    #expect(result[0] == 2000)
    #expect(abs(result[1] - log(1 + exp(2.0))) < 1e-15)
  }

  @Test(arguments: Extents.all)
  func `the derivative is that of central differences`(extents: Extents) {
    var fixture = Fixture(extents)
    let gradient = fixture.graph.gradient(of: fixture.loss, withRespectTo: [fixture.logits])[0]
    let plan = fixture.plan(Double.self, [gradient, fixture.loss])
    plan.run()
    let exact = plan.value(of: gradient)
    let differences = exact.indices.map { index in
      difference(plan, index) { [plan.number(fixture.loss)] }[0]
    }
    #expect(worstDifference(exact, differences) < 1e-8)
  }

  @Test(arguments: Extents.all)
  func `the Hessian times a direction is the difference of gradients`(extents: Extents) {
    var fixture = Fixture(extents)
    let square = fixture.graph.square(fixture.loss)
    let gradient = fixture.graph.gradient(of: square, withRespectTo: [fixture.logits])[0]
    let along = fixture.graph.input("along", fixture.logits.shape)
    let product = fixture.graph.hessianVectorProduct(
      of: square, withRespectTo: [fixture.logits], direction: [along])[0]
    let plan = fixture.plan(Double.self, [gradient, product])
    let middle = fixture.logits.shape.count / 2
    plan.setInput("along", (0..<fixture.logits.shape.count).map { $0 == middle ? 1 : 0 })
    plan.run()
    let exact = plan.value(of: product)
    let differences = difference(plan, middle) { plan.value(of: gradient) }
    #expect(worstDifference(exact, differences) < 2e-8)
  }

  /// Central differences of a step of 1e-5: errors of about 1e-10.
  private func difference(
    _ plan: Plan<Double>, _ index: Int, _ value: () -> [Double]
  ) -> [Double] {
    let start = plan.store.parameter("a")[index]
    func at(_ element: Double) -> [Double] {
      plan.store.withMutableParameter("a") { $0[index] = element }
      plan.run()
      return value()
    }
    let (above, below) = (at(start + 1e-5), at(start - 1e-5))
    _ = at(start)
    return zip(above, below).map { ($0 - $1) / 2e-5 }
  }

  @Test(arguments: Extents.all, TierTests.fast)
  func `all tiers have the same bits`(extents: Extents, tier: KernelTier) {
    var fixture = Fixture(extents)
    let gradient = fixture.graph.gradient(of: fixture.loss, withRespectTo: [fixture.logits])[0]
    func bits(_ tier: KernelTier) -> [UInt32] {
      let plan = fixture.plan(Float.self, [fixture.rows, gradient], tier: tier)
      plan.run()
      return (plan.value(of: fixture.rows) + plan.value(of: gradient)).map(\.bitPattern)
    }
    #expect(bits(tier) == bits(.plain))
  }
}
