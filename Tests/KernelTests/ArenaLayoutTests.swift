import Protocol
import Testing

@testable import Kernel

/// Which memory a plan's values take.
@Suite struct ArenaLayoutTests {
  @Test(arguments: [
    "W1-1000", "W2-500", "W3-small", "W3-small-4h", "W3-big-b256", "W4-b32", "W5-patch", "W5-cnn",
  ])
  func `an arena is little more than what is in use at one time`(name: String) throws {
    let workload = try #require(Workload.all.first { $0.name == name })
    let problem = workload.training(plain: false).problem
    var graph = problem.graph
    let nodes = graph.parameterNodesInOrder
    let gradients = graph.gradient(of: problem.loss, withRespectTo: nodes)
    var offsets: [String: Int] = [:]
    var end = 0
    for piece in graph.parameters {
      offsets[piece.name] = end
      end += ArenaLayout.aligned(piece.shape.count)
    }
    let layout = Planner(
      graph: graph, outputs: [problem.loss, problem.output], parameterOffsets: offsets,
      gradients: zip(graph.parameters, gradients).map { ($1, offsets[$0.name] ?? 0) },
      numerics: .pinned,
      chunks: Chunks(count: problem.chunks, inputs: problem.chunkedInputs, sums: [problem.loss])
    ).layout
    #expect(Double(layout.count) <= 1.25 * Double(layout.usedMax))
  }

  @Test func `the shortest piece that is long enough is taken`() {
    var layout = ArenaLayout()
    let (long, between) = (layout.take(64), layout.take(16))
    let (short, last) = (layout.take(32), layout.take(16))
    layout.give(long, 64)
    layout.give(short, 32)
    #expect(layout.take(32) == short)
    #expect(layout.take(48) == long)
    #expect(layout.count == 128)
    #expect(between != last)
  }

  @Test func `neighbours that are given back are one piece`() {
    var layout = ArenaLayout()
    let places = (0..<4).map { _ in layout.take(16) }
    for index in [0, 2, 1] { layout.give(places[index], 16) }
    #expect(layout.take(48) == places[0])
    #expect(layout.count == 64)
  }

  @Test func `a free piece at the end is grown`() {
    var layout = ArenaLayout()
    let place = layout.take(16)
    layout.give(place, 16)
    #expect(layout.take(80) == place)
    #expect(layout.count == 80)
  }
}
