import Protocol
import Testing

@testable import Kernel

/// An activation joined with its derivative against the two by themselves.
@Suite struct SlopedActivationTests {
  static let kinds = Activation.allCases.filter { !$0.derivesFromOutput }

  @Test(arguments: kinds, Extents.all)
  func `both have the bits of the single passes`(kind: Activation, extents: Extents) {
    for tier in KernelTier.available {
      var graph = Graph()
      let x = graph.input("x", Shape(extents.rows, extents.columns))
      let value = graph.activation(kind, of: x)
      let slope = graph.gradient(of: graph.sum(value, over: .all), withRespectTo: [x])[0]
      func values(_ outputs: [Node]) -> [[UInt32]] {
        let plan = Plan<Float>(
          graph: graph, outputs: outputs, store: ParameterStore([]), numerics: .pinned, tier: tier)
        var draws = Draws(seed: 37)
        plan.setInput("x", draws.numbers(x.shape.count, in: -9...9).map { Float($0) })
        plan.run()
        return outputs.map { plan.value(of: $0).map(\.bitPattern) }
      }
      #expect(values([value, slope]) == values([value]) + values([slope]), "\(tier)")
    }
  }

  /// Asked for alone, each is one step; together they are one step as well.
  @Test(arguments: kinds)
  func `a plan that needs both makes one step of them`(kind: Activation) {
    var graph = Graph()
    let x = graph.input("x", Shape(3, 20))
    let value = graph.activation(kind, of: x)
    let slope = graph.gradient(of: graph.sum(value, over: .all), withRespectTo: [x])[0]
    let counts = [[value], [slope], [value, slope]].map { outputs in
      Plan<Float>(graph: graph, outputs: outputs, store: ParameterStore([]), numerics: .pinned)
        .stepCount
    }
    #expect(counts == [1, counts[1], counts[1]])
  }

  /// Slopes are read on the way back; what is computed behind that finds room where they were.
  @Test func `a derivative's memory is used again`() {
    func bytes(_ layers: Int) -> Int {
      var graph = Graph()
      let x = graph.input("x", Shape(16, 64))
      var value = x
      for _ in 0..<layers { value = graph.activation(.geluTanh, of: value) }
      let gradient = graph.gradient(of: graph.sum(value, over: .all), withRespectTo: [x])[0]
      // As many values as there were slopes, all of them alive before the first is added.
      let behind = (1...layers).map { graph.offset(gradient, by: Double($0)) }
      let total = behind.dropFirst().reduce(behind[0]) { graph.add($0, $1) }
      return Plan<Float>(
        graph: graph, outputs: [total], store: ParameterStore([]), numerics: .pinned
      ).workspaceBytes
    }
    #expect(bytes(6) - bytes(5) == 16 * 64 * 4)
  }
}
