import Protocol
import Testing

@testable import Kernel

/// Batches of a fixed set and of fresh samples.
@Suite struct BatchTests {
  private func batches(
    samples: Int, size: Int, order: FixedSetBatches<Double>.Order = .epochs, seed: UInt32 = 5
  ) -> FixedSetBatches<Double> {
    FixedSetBatches(
      ["x": (0..<(2 * samples)).map { Double($0) }, "y": (0..<samples).map { 100 + Double($0) }],
      samples: samples, batchSize: size, order: order, seed: seed)
  }

  private func loaded(_ batches: some BatchSource<Double>, step: UInt64) -> [String: [Double]] {
    var result: [String: [Double]] = [:]
    batches.load(step: step) { result[$0] = $1.copied() }
    return result
  }

  @Test(arguments: [(12, 4), (12, 5), (7, 3), (3, 8), (1, 1)])
  func `every epoch has every sample once`(samples: Int, size: Int) {
    let batches = batches(samples: samples, size: size)
    let order = (0..<UInt64(5 * samples)).flatMap { batches.samples(ofStep: $0) }
    for epoch in 0..<5 {
      let part = order[(epoch * samples)..<((epoch + 1) * samples)]
      #expect(part.sorted() == Array(0..<samples))
    }
  }

  @Test func `epochs have orders of their own`() {
    let batches = batches(samples: 20, size: 20)
    let orders = Set((0..<6).map { batches.samples(ofStep: $0) })
    #expect(orders.count == 6)
  }

  @Test func `all orders of three samples come about equally often`() {
    let batches = batches(samples: 3, size: 3)
    var counts: [[Int]: Int] = [:]
    for step in 0..<6000 { counts[batches.samples(ofStep: UInt64(step)), default: 0] += 1 }
    // 1000 of each are expected, with a deviation of 29.
    #expect(counts.count == 6 && counts.values.allSatisfy { abs($0 - 1000) < 150 })
  }

  @Test func `whole batches leave the rest of an epoch out`() {
    let batches = batches(samples: 11, size: 4, order: .wholeBatches)
    #expect(batches.stepsPerEpoch == 2)
    for epoch in 0..<4 {
      let first = UInt64(2 * epoch)
      let seen = batches.samples(ofStep: first) + batches.samples(ofStep: first + 1)
      #expect(Set(seen).count == 8)
    }
  }

  @Test func `draws with replacement are any sample`() {
    let batches = batches(samples: 4, size: 8, order: .withReplacement)
    let drawn = (0..<500).flatMap { batches.samples(ofStep: $0) }
    let counts = (0..<4).map { sample in drawn.filter { $0 == sample }.count }
    // 1000 of each are expected, with a deviation of 27.
    #expect(counts.allSatisfy { abs($0 - 1000) < 140 })
  }

  @Test(arguments: [
    FixedSetBatches<Double>.Order.epochs, .wholeBatches, .withReplacement,
  ])
  func `a batch follows from the step alone`(order: FixedSetBatches<Double>.Order) {
    let forwards = batches(samples: 10, size: 3, order: order)
    let expected = (0..<9).map { forwards.samples(ofStep: $0) }
    let backwards = batches(samples: 10, size: 3, order: order)
    let found = (0..<9).reversed().map { backwards.samples(ofStep: $0) }
    #expect(found.reversed() == expected)
    #expect(batches(samples: 10, size: 3, order: order, seed: 6).samples(ofStep: 0) != expected[0])
  }

  @Test func `all inputs of a sample go together`() {
    let batches = batches(samples: 10, size: 4)
    let (values, chosen) = (loaded(batches, step: 3), batches.samples(ofStep: 3))
    #expect(values["x"] == chosen.flatMap { [Double(2 * $0), Double(2 * $0 + 1)] })
    #expect(values["y"] == chosen.map { 100 + Double($0) })
  }

  /// w - x averaged over a batch, squared: the gradient tells which batch it was.
  private func trainer() -> Trainer<Double> {
    var graph = Graph()
    let x = graph.input("x", Shape(2, 1))
    let w = graph.parameter("w", .scalar)
    let loss = graph.mean(graph.square(graph.subtract(x, w)))
    let stage = Stage(
      graph: graph, loss: loss, output: loss, optimizer: GradientDescent(learningRate: 0.25),
      stop: StopRule(limit: .steps(4)))
    return Trainer(stage, numerics: .pinned)
  }

  @Test func `a trainer steps on the batch of each step`() {
    let values = [3.0, -1, 4, 1, -5, 9]
    let source = FixedSetBatches(["x": values], samples: 6, batchSize: 2, seed: 1)
    let trainer = trainer()
    trainer.batches = source
    _ = trainer.train()
    var w = 0.0
    for step in 0..<4 {
      let mean = source.samples(ofStep: UInt64(step)).reduce(0) { $0 + values[$1] } / 2
      w -= 0.25 * 2 * (w - mean)
    }
    #expect(abs(trainer.parameter("w")[0] - w) < 1e-14)
  }

  @Test func `fresh samples are asked for before every evaluation`() {
    let trainer = trainer()
    var asked: [UInt64] = []
    trainer.batches = FreshBatches { step, set in
      asked.append(step)
      set("x", [Double(step), Double(step)])
    }
    var losses: [Double] = []
    _ = trainer.train { losses.append($0.loss) }
    #expect(asked == [0, 1, 2, 3, 4])
    // w is 0, 0, 1/2, 5/4, 17/8 and the samples 0, 1, 2, 3, 4.
    #expect(losses == [0, 1, 2.25, 3.0625, 3.515625])
  }
}
