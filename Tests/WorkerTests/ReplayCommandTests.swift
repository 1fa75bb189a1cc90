import Foundation
import Protocol
import TestSupport
import Testing

/// The commands that replay cases and measure speed.
@Suite struct ReplayCommandTests {
  private static let worker = BuiltProgram("phasegrid-worker")
  private static let name = "mlp-relu-mse-sgd"

  private static var golden: String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("KernelTests/Golden/\(name).safetensors").path
  }

  @Test func `a case that is replayed has a line for each tensor and a verdict`() async throws {
    let ending = try await Self.worker.run(["replay", Self.golden])
    #expect(ending.status == 0 && ending.words.isEmpty)
    let lines = ending.output.split(separator: "\n")
    #expect(lines.last?.hasPrefix("\(Self.name): ok") == true)
    for line in lines.dropLast() {
      let words = line.split(separator: " ")
      #expect(words.count == 4 && words[3] == "ok" && Double(words[2]) != nil, "\(line)")
      #expect(["float32", "float64"].contains(words[1]))
    }
    #expect(lines.contains { $0.hasPrefix("grad.layers.0.weight float32 ") })
    #expect(lines.contains { $0.hasPrefix("param.layers.1.bias float64 ") })
  }

  /// A manifest that describes the case with this learning rate.
  private static func manifest(rate: Double) -> String {
    """
    {"cases": {"\(name)": {"file": "\(name).safetensors", "config": {"model": "mlp",
      "sizes": [5, 16, 1], "bias": true, "act": "relu", "loss": "mse",
      "optimizer": {"name": "sgd", "lr": \(rate)}}}}}
    """
  }

  @Test(arguments: [(0.05, Int32(0)), (0.04, 1)])
  func `a manifest describes the case`(rate: Double, status: Int32) async throws {
    let ending = try await Self.worker.run(
      ["replay", Self.golden, "--manifest", "-"], input: Self.manifest(rate: rate))
    #expect(ending.status == status && ending.words.isEmpty)
    #expect(ending.output.contains("FAILED") == (status == 1))
  }

  @Test(arguments: ["{\n  NaN}", "[1]", #"{"cases": {"mlp-relu-mse-sgd": {"config": {}}}}"#])
  func `a manifest that makes no sense is an error`(text: String) async throws {
    let ending = try await Self.worker.run(
      ["replay", Self.golden, "--manifest", "-"], input: text)
    #expect(ending.status == 65 && ending.output.isEmpty)
  }

  @Test func `a case that is cut off is an error`() async throws {
    try await TemporaryDirectory.with { directory in
      let path = directory.path("cut.safetensors")
      let bytes = try Data(contentsOf: URL(fileURLWithPath: Self.golden))
      try bytes.dropLast(100).write(to: URL(fileURLWithPath: path))
      let ending = try await Self.worker.run(["replay", path])
      #expect(ending.status == 65 && ending.words.contains("kernel.safetensors"))
    }
  }

  @Test func `a case that is not there is an error of its own`() async throws {
    let ending = try await Self.worker.run(["replay", "/nowhere/case.safetensors"])
    #expect(ending.status == 74 && ending.words.contains("/nowhere/case.safetensors"))
  }

  @Test(arguments: [[], ["--plain"], ["--numerics", "native"]])
  func `a measurement is one line of JSON`(options: [String]) async throws {
    let ending = try await Self.worker.run(
      ["bench", "W1-50", "--seconds", "0.1"] + options)
    #expect(ending.status == 0 && ending.words.isEmpty)
    #expect(ending.output.split(separator: "\n").count == 1)
    let line = try JSONValue(parsing: ending.output)
    let rate = try #require(line["steps_per_cpu_s"]?.number)
    #expect(rate > 0 && (line["steps_per_s"]?.number ?? 0) > 0)
    #expect(line["flop_per_step"] == 104_000 && line["workload"] == "W1-50")
    let gigaflops = try #require(line["gflops"]?.number)
    #expect(abs(gigaflops - rate * 104_000e-9) < 1e-9 * gigaflops)
    #expect(line["status"] == "ok" && line["threads"] == 1)
    #expect((line["blocks"]?.integer ?? 0) >= 3)
  }
}
