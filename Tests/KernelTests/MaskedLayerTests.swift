import Protocol
import Testing

@testable import Kernel

/// A rectified layer that keeps which neurons are positive, in place of their values, has the output
/// and the gradients of one that keeps all.
@Suite struct MaskedLayerTests {
  static let samples = [1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 64, 79, 80]

  @Test(arguments: [1, 3, 16, 50, 101, 1000], samples)
  func `gradients are those of the layer's parts up to rounding`(neurons: Int, samples: Int) {
    for network in RectifiedNetwork.variants(samples: samples, inputs: 5, neurons: neurons) {
      expectParts(network)
    }
  }

  @Test(arguments: 1...8)
  func `any number of inputs up to eight has the gradients of the parts`(inputs: Int) {
    for neurons in [33, 96, 160] {
      for network in RectifiedNetwork.variants(samples: 19, inputs: inputs, neurons: neurons) {
        expectParts(network)
      }
    }
  }

  private func expectParts(_ network: RectifiedNetwork) {
    let single = network.results(Float.self, storing: false)
    let singleParts = network.results(Float.self, storing: true)
    let double = network.results(Double.self, storing: false)
    let parts = network.results(Double.self, storing: true)
    for index in parts.indices {
      let name = "\(network.name), value \(index)"
      #expect(difference(single[index], singleParts[index].map { Double($0) }) < 1e-6, "\(name)")
      #expect(difference(double[index], parts[index]) < 1e-14, "\(name)")
    }
    // From 64 neurons on the output does not even differ by rounding.
    guard network.neurons >= 64 else { return }
    #expect(single[0] == singleParts[0])
    #expect(double[0] == parts[0])
  }

  @Test(arguments: KernelTier.available.filter { $0 != .plain })
  func `all tiers have the same bits`(tier: KernelTier) {
    for (samples, inputs, neurons) in [
      (8, 1, 8), (33, 2, 65), (17, 5, 101), (80, 5, 560), (9, 8, 50),
    ] {
      for network in RectifiedNetwork.variants(samples: samples, inputs: inputs, neurons: neurons) {
        #expect(
          network.results(Float.self, storing: false, tier: tier)
            == network.results(Float.self, storing: false, tier: .plain))
        #expect(
          network.results(Double.self, storing: false, tier: tier)
            == network.results(Double.self, storing: false, tier: .plain))
      }
    }
  }

  @Test(arguments: KernelTier.available)
  func `a neuron has the same bits wherever the others end`(tier: KernelTier) {
    let network = RectifiedNetwork(samples: 21, inputs: 5, neurons: 64)
    let whole = network.results(Float.self, storing: false, tier: tier)
    // Neurons without output weights leave the loss, and with it all others, as they are.
    for neurons in [49, 63] {
      let longer = network.results(Float.self, storing: false, tier: tier, onlyFirst: neurons)
      let shorter = RectifiedNetwork(samples: 21, inputs: 5, neurons: neurons).results(
        Float.self, storing: false, tier: tier, drawingFor: 64)
      #expect(Array(longer[1].prefix(neurons * 5)) == shorter[1])
      #expect(Array(longer[2].prefix(neurons)) == shorter[2])
      #expect(Array(longer[3].prefix(neurons)) == shorter[3])
    }
    #expect(whole[1].count == 64 * 5)
  }

  @Test(arguments: KernelTier.available)
  func `nothing is written behind gradients`(tier: KernelTier) {
    for neurons in [9, 50, 101] {
      let network = RectifiedNetwork(samples: 13, inputs: 5, neurons: neurons)
      let store = ParameterStore<Float>(network.graph.parameters)
      let plan = Plan(
        graph: network.graph, outputs: [], gradients: network.gradients, store: store,
        numerics: .pinned, tier: tier)
      let gaps = zip(store.offsets, store.pieces).map { offset, piece in
        (offset + piece.shape.count)..<(offset + Arena<Float>.aligned(piece.shape.count))
      }
      #expect(gaps.contains { !$0.isEmpty })
      for gap in gaps {
        store.gradients.withMutableSlice(offset: gap.lowerBound, count: gap.count) { span in
          for index in span.indices { span[index] = 12345 }
        }
      }
      plan.run()
      for gap in gaps {
        store.gradients.withSlice(offset: gap.lowerBound, count: gap.count) { span in
          #expect(span.indices.allSatisfy { span[$0] == 12345 })
        }
      }
    }
  }

  @Test func `values that somebody else reads are kept`() {
    let network = RectifiedNetwork(samples: 16, inputs: 5, neurons: 64)
    let masked = network.plan(Float.self, network.wanted)
    let kept = network.plan(Float.self, network.wanted + [network.hidden])
    #expect(masked.workspaceBytes < kept.workspaceBytes)
    #expect(kept.value(of: network.hidden).contains { $0 > 0 })
  }

  @Test func `what is not a number reaches the output`() {
    let network = RectifiedNetwork(samples: 16, inputs: 5, neurons: 64)
    let plan = network.plan(Float.self, network.wanted)
    plan.store.withMutableParameter("W") { $0[7] = .nan }
    plan.run()
    #expect(plan.value(of: network.wanted[0]).allSatisfy { $0.isNaN })
  }

  /// The greatest difference, relative to the greatest element.
  private func difference<Element: Scalar>(_ values: [Element], _ reference: [Double]) -> Double {
    let scale = reference.map(abs).max() ?? 0
    guard values.count == reference.count, scale > 0 else {
      return values.allSatisfy { $0 == 0 } ? 0 : .infinity
    }
    return zip(values, reference).map { abs(Double($0) - $1) / scale }.max() ?? 0
  }
}
