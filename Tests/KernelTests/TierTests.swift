import Glibc
import Protocol
import Testing

@testable import Kernel

/// The same bits with every set of processor features.
@Suite struct TierTests {
  static let fast = KernelTier.available.filter { $0 != .plain }

  @Test(arguments: OperationCase.all, Extents.all)
  func `an operation and its derivative have the same bits in all tiers`(
    operation: OperationCase, extents: Extents
  ) {
    for tier in Self.fast {
      #expect(
        bits(Float.self, operation, extents, tier) == bits(Float.self, operation, extents, .plain))
      #expect(
        bits(Double.self, operation, extents, tier) == bits(Double.self, operation, extents, .plain)
      )
    }
  }

  private func bits<Element: Scalar>(
    _ type: Element.Type, _ operation: OperationCase, _ extents: Extents, _ tier: KernelTier
  ) -> [UInt64] {
    var weighted = WeightedOperation(operation, extents)
    let gradients = weighted.graph.gradient(
      of: weighted.function, withRespectTo: weighted.parameters)
    let outputs = gradients + [weighted.output, weighted.function]
    let plan = weighted.plan(type, outputs, tier: tier)
    plan.run()
    return outputs.flatMap { plan.value(of: $0) }.map { Double($0).bitPattern }
  }

  /// Every value is asked for, so that none takes over another's place; what lies between the places
  /// is then nobody's, but for the scratch of single steps, which is left out.
  @Test(arguments: OperationCase.all, Extents.all)
  func `an operation writes nothing behind its output`(
    operation: OperationCase, extents: Extents
  ) {
    for tier in KernelTier.available {
      var weighted = WeightedOperation(operation, extents)
      _ = weighted.graph.gradient(of: weighted.function, withRespectTo: weighted.parameters)
      let nodes = weighted.graph.records.map(\.output)
      let plan = weighted.plan(Float.self, nodes, tier: tier)
      let scratch = scratchRanges(weighted.graph, nodes, plan.store)
      let gaps = nodes.compactMap { node -> Range<Int>? in
        guard let place = plan.places[node.index], place.region == .workspace else { return nil }
        let end = place.offset + node.shape.count
        let gap = end..<(place.offset + Arena<Float>.aligned(node.shape.count))
        return scratch.contains { $0.overlaps(gap) } ? nil : gap
      }
      for gap in gaps {
        plan.workspace.withMutableSlice(offset: gap.lowerBound, count: gap.count) { span in
          for index in span.indices { span[index] = 12345 }
        }
      }
      plan.run()
      let untouched = gaps.allSatisfy { gap in
        plan.workspace.withSlice(offset: gap.lowerBound, count: gap.count) { span in
          span.indices.allSatisfy { span[$0] == 12345 }
        }
      }
      #expect(untouched)
    }
  }

  private func scratchRanges(
    _ graph: Graph, _ nodes: [Node], _ store: ParameterStore<Float>
  ) -> [Range<Int>] {
    let offsets = Dictionary(uniqueKeysWithValues: zip(store.pieces.map(\.name), store.offsets))
    let planner = Planner(
      graph: graph, outputs: nodes, parameterOffsets: offsets, gradients: [], numerics: .pinned)
    return planner.scratchRanges
  }

  @Test(arguments: GoldenCase.names, fast)
  func `a training has the same bits in all tiers`(name: String, tier: KernelTier) throws {
    let golden = try GoldenCase(name)
    let plain = try golden.trainer(Float.self, tier: .plain)
    let fast = try golden.trainer(Float.self, tier: tier)
    #expect(plain.train() == fast.train())
    for parameter in golden.parameters {
      #expect(plain.parameter(parameter) == fast.parameter(parameter), "\(parameter)")
    }
  }

  @Test(arguments: fast)
  func `a step by curvature has the same bits in all tiers`(tier: KernelTier) {
    let plain = TwoLayerFixture(samples: 5, width: 133, activation: .tanh)
      .trainer(Float.self, steps: 30, tier: .plain)
    let fast = TwoLayerFixture(samples: 5, width: 133, activation: .tanh)
      .trainer(Float.self, steps: 30, tier: tier)
    #expect(plain.train() == fast.train())
    #expect(plain.parameter("hidden.weight") == fast.parameter("hidden.weight"))
  }

  @Test func `a tier that the environment names is taken`() async {
    let result = await #expect(processExitsWith: .success) {
      #expect(setenv(KernelTier.environmentName, "plain", 1) == 0)
      precondition(KernelTier.chosen == .plain)
    }
    #expect(result != nil)
  }
}
