import Protocol
import Testing

@testable import Kernel

/// A batch in chunks against the batch as a whole.
@Suite struct ChunkTests {
  static let sizes = [1, 2, 3, 4, 6]

  @Test(arguments: ChunkFixture.all, sizes)
  func `loss, output and gradients are those of the whole batch`(
    fixture: ChunkFixture, samplesPerChunk: Int
  ) {
    let whole = fixture.trainer(Double.self, samplesPerChunk: ChunkFixture.samples)
    let chunked = fixture.trainer(Double.self, samplesPerChunk: samplesPerChunk)
    let (expected, loss) = (whole.evaluate(), chunked.evaluate())
    #expect(abs(loss - expected) < 1e-13 * max(1, abs(expected)))
    #expect(worstDifference(chunked.output, whole.output) < 1e-13)
    for piece in whole.store.pieces {
      let difference = worstDifference(
        chunked.store.gradient(piece.name), whole.store.gradient(piece.name))
      #expect(difference < 1e-13, "\(piece.name)")
    }
  }

  @Test(arguments: sizes)
  func `what is dropped out does not depend on chunks`(samplesPerChunk: Int) {
    let whole = ChunkFixture.dropping.trainer(
      Double.self, samplesPerChunk: ChunkFixture.samples)
    let chunked = ChunkFixture.dropping.trainer(Double.self, samplesPerChunk: samplesPerChunk)
    #expect(abs(chunked.evaluate() - whole.evaluate()) < 1e-13)
    for piece in whole.store.pieces {
      let difference = worstDifference(
        chunked.store.gradient(piece.name), whole.store.gradient(piece.name))
      #expect(difference < 1e-13, "\(piece.name)")
    }
  }

  @Test(arguments: ChunkFixture.all)
  func `a second evaluation gives the same bits`(fixture: ChunkFixture) {
    let trainer = fixture.trainer(Float.self, samplesPerChunk: 3)
    let first = trainer.evaluate()
    let gradients = trainer.store.pieces.map { trainer.store.gradient($0.name) }
    #expect(trainer.evaluate() == first)
    #expect(trainer.store.pieces.map { trainer.store.gradient($0.name) } == gradients)
  }

  @Test(arguments: ChunkFixture.all, KernelTier.available)
  func `a training in chunks has the same bits in all tiers`(
    fixture: ChunkFixture, tier: KernelTier
  ) {
    let plain = fixture.trainer(Float.self, samplesPerChunk: 4, tier: .plain)
    let other = fixture.trainer(Float.self, samplesPerChunk: 4, tier: tier)
    #expect(plain.train() == other.train())
    for piece in plain.store.pieces {
      #expect(plain.parameter(piece.name) == other.parameter(piece.name), "\(piece.name)")
    }
  }

  @Test func `sums over rows go on in the order of the rows`() throws {
    let fixture = try #require(ChunkFixture.all.last)
    let whole = fixture.trainer(Float.self, samplesPerChunk: ChunkFixture.samples)
    let chunked = fixture.trainer(Float.self, samplesPerChunk: 4)
    whole.evaluate()
    chunked.evaluate()
    for name in ["tok.weight", "pos.weight", "head.bias"] {
      #expect(chunked.store.gradient(name) == whole.store.gradient(name), "\(name)")
    }
  }

  /// What the graph of a chunk adds to the loss counts once for every chunk.
  @Test func `a term that rests on no sample is added for every chunk`() {
    var graph = Graph()
    let x = graph.input("x", Shape(2, 3))
    let weight = graph.parameter("weight", Shape(1, 3))
    _ = graph.parameter("unused", Shape(1, 2))
    let data = graph.sum(graph.product(x, weight, transposeRight: true), over: .all)
    let loss = graph.add(data, graph.sum(graph.square(weight), over: .all))
    var stage = Stage(
      graph: graph, loss: loss, output: x, optimizer: GradientDescent(learningRate: 0),
      stop: StopRule(limit: .steps(1)))
    (stage.chunks, stage.chunkedInputs) = (3, ["x"])
    let trainer = Trainer<Double>(stage, numerics: .pinned)
    trainer.withParameter("weight") { $0.overwrite(with: [1, 2, 3].span) }
    trainer.setInput("x", (0..<18).map { Double($0) })
    // The columns of x add up to 45, 51 and 57, the squares to 14.
    #expect(trainer.evaluate() == 360)
    #expect(trainer.store.gradient("weight") == [51, 63, 75])
    #expect(trainer.store.gradient("unused") == [0, 0])
    let all = (0..<18).map { Double($0) }
    #expect(trainer.output == all)
  }

  @Test func `two parameters may have the same gradient`() {
    var graph = Graph()
    let x = graph.input("x", Shape(2, 3))
    let a = graph.parameter("a", Shape(1, 3))
    let b = graph.parameter("b", Shape(1, 3))
    let output = graph.multiply(x, graph.add(a, b))
    let loss = graph.sum(output, over: .all)
    let gradients = graph.gradient(of: loss, withRespectTo: [a, b])
    let store = ParameterStore<Double>(graph.parameters)
    let plan = Plan(
      graph: graph, outputs: [loss, gradients[0]],
      gradients: ["a": gradients[0], "b": gradients[1]], store: store, numerics: .pinned,
      chunks: Chunks(count: 2, inputs: ["x"], sums: [loss]))
    plan.setInput("x", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    plan.run()
    #expect(store.gradient("a") == [22, 26, 30])
    #expect(store.gradient("b") == [22, 26, 30])
    // As an output it is that of every chunk by itself.
    #expect(plan.value(of: gradients[0]) == [5, 7, 9, 17, 19, 21])
  }

  @Test func `a chunked input has the rows of all chunks`() async {
    await #expect(processExitsWith: .failure) {
      let trainer = ChunkFixture.all[0].trainer(Double.self, samplesPerChunk: 4)
      trainer.setInput("x", Array(repeating: 0, count: 4 * 5))
    }
  }

  @Test func `a rule that reads a Gram matrix takes no chunks`() async {
    await #expect(processExitsWith: .failure) {
      let problem = ModelProblem(
        model: MLP(sizes: [2, 4, 1], activation: .tanh), loss: .meanSquaredError, samples: 4,
        samplesPerChunk: 2)
      _ = Trainer<Double>(
        problem.stage(
          optimizer: CappedGradientDescent(), stop: StopRule(limit: .steps(1))),
        numerics: .pinned)
    }
  }

  @Test func `chunks need less memory than the whole batch`() {
    let fixture = ChunkFixture.all[0]
    let whole = fixture.trainer(Float.self, samplesPerChunk: ChunkFixture.samples)
    let chunked = fixture.trainer(Float.self, samplesPerChunk: 4)
    #expect(chunked.workspaceBytes < whole.workspaceBytes)
  }

  @Test(
    arguments: [
      ("W3-small", 32), ("W3-big-b256", 64), ("W3-big", 64), ("W4", 8), ("W4-b32", 8),
      ("W5-patch", 64), ("W5-cnn", 16),
    ])
  func `the size of a chunk follows from the shapes`(name: String, samples: Int) throws {
    let workload = try #require(Workload.all.first { $0.name == name })
    #expect(workload.training(plain: true).problem.samplesPerChunk == samples)
  }

  @Test func `a small batch is one chunk`() {
    let model = MLP(sizes: [5, 10_000, 1], activation: .relu)
    #expect(ChunkSize(of: model, batch: 80).samples == 80)
  }

  @Test(arguments: [(1, 1), (7, 7), (12, 6), (64, 8), (100, 10)])
  func `a chunk is the greatest divisor of the batch within the limit`(batch: Int, samples: Int) {
    #expect(ChunkSize.samples(of: batch, elementsOfEach: 100, limit: 1099) == samples)
  }

  @Test(arguments: [(13, 13), (1009, 1009)])
  func `a chunk is not far smaller than the limit`(batch: Int, samples: Int) {
    #expect(ChunkSize.samples(of: batch, elementsOfEach: 100, limit: 1099) == samples)
  }

  @Test func `a sample that is beyond the limit is a chunk`() {
    #expect(ChunkSize.samples(of: 6, elementsOfEach: 5000, limit: 1099) == 1)
  }
}
