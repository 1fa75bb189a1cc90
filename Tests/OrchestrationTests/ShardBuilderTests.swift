import Protocol
import Testing

@testable import Orchestration

@Suite struct ShardBuilderTests {
  private func entry(
    _ index: Int, study: String = "a", extra: [String: ParameterValue] = [:]
  ) -> ShardBuilder.Entry {
    var parameters: [String: ParameterValue] = [
      "index": .integer(Int64(index)), "rate": .real(0.5),
    ]
    parameters.merge(extra) { $1 }
    let specification = TrialSpecification(
      study: study, revision: 1, numerics: .pinned, parameters: parameters,
      keyParameters: ["index"], seeds: ["initialization": UInt32(index)], replicate: 0)
    return ShardBuilder.Entry(
      key: specification.key, attempt: AttemptNumber(1), specification: specification)
  }

  @Test func `what all trials share is written once`() {
    let shards = ShardBuilder.shards(of: (0..<10).map { entry($0) }, limits: TrialLimits())
    #expect(shards.count == 1)
    #expect(shards.first?.shared == ["rate": .real(0.5)])
    #expect(shards.first?.entries.map(\.parameters.count) == [Int](repeating: 1, count: 10))
  }

  @Test func `a single trial shares everything with itself`() {
    let shards = ShardBuilder.shards(of: [entry(3)], limits: TrialLimits())
    #expect(shards.first?.shared.count == 2)
    #expect(shards.first?.entries.first?.parameters.isEmpty == true)
  }

  @Test func `trials of two studies go in two shards, in their order`() {
    let entries = [entry(0), entry(1), entry(2, study: "b"), entry(3)]
    let shards = ShardBuilder.shards(of: entries, limits: TrialLimits())
    #expect(shards.map(\.study) == ["a", "b", "a"])
    #expect(shards.flatMap(\.entries).map(\.key) == entries.map(\.key))
  }

  @Test func `a shard of large trials stays within a frame`() {
    let entries = (0..<300).map { index in
      entry(index, extra: ["text": .text(String(repeating: "x", count: 20_000) + "\(index)")])
    }
    let shards = ShardBuilder.shards(of: entries, limits: TrialLimits())
    #expect(shards.count > 1)
    #expect(shards.flatMap(\.entries).map(\.key) == entries.map(\.key))
    for shard in shards {
      #expect(FrameEncoder.frame(ToWorker.assign(shard)).count <= Limits.frameBytesMax)
    }
  }
}
