import Protocol
import Testing

@testable import Kernel

/// Which elements dropout keeps, and what becomes of them.
@Suite struct DropoutTests {
  /// Where a mask is addressed.
  struct Address: Sendable {
    var seed: UInt32 = 0x0005_0007
    var step: UInt64 = 0x0004_0003_0002_0001
    var site: UInt32 = 9
    var firstSample = 0
    var keep = 0.9

    /// The numbers of the counter's input.
    func elements<Element: Scalar>(_ type: Element.Type) -> [Element] {
      var counter = DropoutCounter<Element>(seed: seed, chunks: 2, samplesPerChunk: firstSample)
      counter.set(step: step)
      return Array(counter.elements.suffix(8))
    }

    /// Whether an element is kept, by the generator itself.
    func keeps(_ element: Int) -> Bool {
      let block = Philox.block(
        counter: Philox.Block(
          UInt32(8 * (element / 64) + element % 32 / 4), site, UInt32(truncatingIfNeeded: step),
          UInt32(truncatingIfNeeded: step >> 32)),
        key: SIMD2(seed, 3))
      let word = block[2 * (element % 64 / 32) + element % 4 / 2]
      let half = element.isMultiple(of: 2) ? word & 0xffff : word >> 16
      return Double(half) < (keep * 65_536).rounded()
    }
  }

  /// A dropout of ones, its counter set.
  private func dropped<Element: Scalar>(
    _ type: Element.Type, _ shape: Shape, _ address: Address, _ sharing: DropoutSharing,
    tier: KernelTier = .chosen
  ) -> [Element] {
    var graph = Graph()
    let x = graph.input("x", shape)
    let output = graph.dropout(
      x, keep: address.keep, site: address.site, counter: graph.dropoutCounter(), sharing: sharing)
    let plan = Plan<Element>(
      graph: graph, outputs: [output], store: ParameterStore([]), numerics: .pinned, tier: tier)
    plan.setInput("x", Array(repeating: 3, count: shape.count))
    plan.setInput("dropout.counter", address.elements(type))
    plan.run()
    return plan.value(of: output)
  }

  @Test(
    arguments: Extents.all + [Extents(3, 5003), Extents(130, 64), Extents(1, 9000)],
    [Address(), Address(seed: .max, step: .max, site: .max, firstSample: 70_001, keep: 0.2)])
  func `an element is kept where the generator's bits are below the threshold`(
    extents: Extents, address: Address
  ) {
    let shape = Shape(extents.rows, extents.columns)
    let first = address.firstSample * 3 * extents.columns
    let isKept = (0..<shape.count).map { address.keeps(first + $0) }
    for tier in KernelTier.available {
      let single = dropped(Float.self, shape, address, .perSample(rows: 3), tier: tier)
      #expect(single == isKept.map { $0 ? 3 * Float(1 / address.keep) : 0 }, "\(tier)")
      let double = dropped(Double.self, shape, address, .perSample(rows: 3), tier: tier)
      #expect(double == isKept.map { $0 ? 3 * (1 / address.keep) : 0 }, "\(tier)")
    }
  }

  @Test(arguments: [0.05, 0.5, 0.8, 0.99])
  func `the share of kept elements is the probability`(keep: Double) {
    let values = dropped(
      Float.self, Shape(500, 200), Address(keep: keep), .perSample(rows: 1))
    let share = Double(values.count { $0 != 0 }) / 100_000
    // Four standard errors.
    #expect(abs(share - keep) < 4 * (keep * (1 - keep) / 100_000).squareRoot())
  }

  @Test(arguments: [
    Address(seed: 0x0005_0008, keep: 0.5), Address(step: 0x0004_0003_0002_0002, keep: 0.5),
    Address(step: 0x0005_0003_0002_0001, keep: 0.5), Address(site: 10, keep: 0.5),
    Address(firstSample: 1, keep: 0.5),
  ])
  func `every part of the address gives a mask that is independent`(other: Address) {
    let shape = Shape(500, 200)
    let mask = dropped(Float.self, shape, Address(keep: 0.5), .perSample(rows: 1))
    let second = dropped(Float.self, shape, other, .perSample(rows: 1))
    let share = Double(zip(mask, second).count { $0 == $1 }) / 100_000
    #expect(abs(share - 0.5) < 4 * (0.25 / 100_000).squareRoot())
  }

  @Test(arguments: [1, 3]) func `samples can share a mask`(rows: Int) {
    let shape = Shape(12, 70)
    // A mask for all samples is that of the first, wherever the batch begins.
    let address = Address(firstSample: 8, keep: 0.5)
    let values = dropped(Float.self, shape, address, .acrossBatch(rows: rows))
    let isKept = (0..<shape.count).map { address.keeps($0 % (70 * rows)) }
    #expect(values.map { $0 != 0 } == isKept)
  }

  @Test func `a part of a batch has the masks that it has in the whole`() {
    let whole = dropped(Float.self, Shape(21, 37), Address(keep: 0.5), .perSample(rows: 3))
    let part = dropped(
      Float.self, Shape(9, 37), Address(firstSample: 4, keep: 0.5), .perSample(rows: 3))
    #expect(part == Array(whole.suffix(9 * 37)))
  }

  @Test func `what is kept whole is left alone`() {
    var graph = Graph()
    let x = graph.input("x", Shape(3, 4))
    let counter = graph.dropoutCounter()
    #expect(graph.dropout(x, keep: 1, site: 0, counter: counter, sharing: .perSample(rows: 1)) == x)
  }

  @Test func `what is dropped is zero even where it was no number`() {
    var graph = Graph()
    let x = graph.input("x", Shape(1, 64))
    let output = graph.dropout(
      x, keep: 0.5, site: 0, counter: graph.dropoutCounter(), sharing: .perSample(rows: 1))
    for tier in KernelTier.available {
      let plan = Plan<Float>(
        graph: graph, outputs: [output], store: ParameterStore([]), numerics: .pinned, tier: tier)
      plan.setInput("x", Array(repeating: .nan, count: 64))
      plan.setInput("dropout.counter", [0, 0, 0, 0, 0, 0, 0, 0])
      plan.run()
      let address = Address(seed: 0, step: 0, site: 0, keep: 0.5)
      let isKept = (0..<64).map { address.keeps($0) }
      #expect(plan.value(of: output).map(\.isNaN) == isKept)
      #expect(plan.value(of: output).allSatisfy { $0.isNaN || $0 == 0 })
    }
  }

  @Test(arguments: ["0", "-0.5", "1.5", "nan"])
  func `a probability that is none stops the program`(text: String) async throws {
    let keep = try #require(Double(text))
    let bits = keep.bitPattern
    await #expect(processExitsWith: .failure) { [bits = bits as UInt64] in
      var graph = Graph()
      let x = graph.input("x", Shape(1, 1))
      _ = graph.dropout(
        x, keep: Double(bitPattern: bits), site: 0, counter: graph.dropoutCounter(),
        sharing: .perSample(rows: 1))
    }
  }
}
