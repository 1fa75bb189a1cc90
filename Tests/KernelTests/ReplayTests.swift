import Foundation
import Protocol
import Testing

@testable import Kernel

/// The golden cases, replayed as the worker does it.
@Suite struct ReplayTests {
  static let names = [
    "mlp-relu-mse-sgd", "mlp-tanh-mse-adam-hvp", "mlp-gelu-xent-momentum",
    "mlp-relu-logistic-sgd-nobias", "patchconv-relu-xent-sgd", "cnn-relu-xent-momentum",
    "gpt-post-1h-relu-adamw", "gpt-pre-4h-gelu-nobias-adamw", "gpt-pre-1h-gelutanh-adam",
  ]

  static func reader(_ name: String) throws -> SafetensorsReader {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let url = folder.appendingPathComponent("Golden/\(name).safetensors")
    return try SafetensorsReader([UInt8](Data(contentsOf: url)))
  }

  static func golden(_ name: String) throws -> ReplayCase {
    try ReplayCase(file: try reader(name), manifest: nil, fileName: "\(name).safetensors")
  }

  @Test(arguments: names, [NumericProfile.pinned, .openblas])
  func `a case is PyTorch's in single precision`(name: String, numerics: NumericProfile) throws {
    let lines = try Self.golden(name).replay(Float.self, numerics: numerics)
    for line in lines { #expect(line.isAccepted, "\(line.text)") }
    let gradients = lines.filter { $0.tensor.hasPrefix("grad.") }
    #expect(!gradients.isEmpty && gradients.allSatisfy { $0.error < 2e-6 })
  }

  @Test(arguments: names, [NumericProfile.pinned, .openblas])
  func `a case is PyTorch's in double precision`(name: String, numerics: NumericProfile) throws {
    let lines = try Self.golden(name).replay(Double.self, numerics: numerics)
    for line in lines { #expect(line.isAccepted, "\(line.text)") }
  }

  @Test(arguments: names)
  func `every parameter has a gradient and an end`(name: String) throws {
    let golden = try Self.golden(name)
    let tensors = Set(try golden.replay(Double.self, numerics: .pinned).map(\.tensor))
    for parameter in golden.parameters {
      #expect(tensors.contains("grad.\(parameter)") && tensors.contains("param.\(parameter)"))
    }
    #expect(tensors.isSuperset(of: ["output", "loss", "losses"]))
  }

  @Test func `the case with a direction compares the Hessian's product`() throws {
    let lines = try Self.golden("mlp-tanh-mse-adam-hvp").replay(Double.self, numerics: .pinned)
    #expect(lines.filter { $0.tensor.hasPrefix("hvp.") }.count == 6)
  }

  @Test func `key biases are compared by themselves and absolutely`() throws {
    let lines = try Self.golden("gpt-post-1h-relu-adamw").replay(Float.self, numerics: .pinned)
    let keys = lines.filter { $0.tensor.hasSuffix(".keys") }
    #expect(keys.map(\.tensor) == ["grad.blocks.0.qkv.bias.keys", "grad.blocks.1.qkv.bias.keys"])
    #expect(keys.allSatisfy { $0.bound == 1e-7 })
  }

  /// A manifest with one case, described as in the file but for one member.
  static func manifest(
    of name: String, changing member: String, to value: JSONValue
  ) throws -> JSONValue {
    let described = try JSONValue(parsing: try reader(name).metadata["config"] ?? "")
    let members = (described.members ?? []).filter { $0.name != member }
    return ["cases": [("\(name)", ["config": .object(members + [.init(member, value)])])].object]
  }

  @Test func `another learning rate moves the parameters and nothing before them`() throws {
    let name = "mlp-relu-mse-sgd"
    let manifest = try Self.manifest(
      of: name, changing: "optimizer", to: ["name": "sgd", "lr": .real(0.051)])
    let changed = try ReplayCase(
      file: try Self.reader(name), manifest: manifest, fileName: "\(name).safetensors")
    let lines = try changed.replay(Float.self, numerics: .pinned)
    let failed = Set(lines.filter { !$0.isAccepted }.map(\.tensor))
    #expect(failed == Set(changed.parameters.map { "param.\($0)" } + ["losses"]))
  }

  @Test(arguments: [
    (
      ReplayLine(tensor: "a", precision: .single, error: 3.14e-7, bound: 1e-5),
      "a float32 3.1e-07 ok"
    ),
    (
      ReplayLine(tensor: "a", precision: .double, error: 0.5, bound: 1e-5),
      "a float64 5.0e-01 FAILED"
    ),
    (ReplayLine(tensor: "a", precision: .single, error: 9.96, bound: 10), "a float32 1.0e+01 ok"),
    (ReplayLine(tensor: "a", precision: .single, error: 0, bound: 1), "a float32 0 ok"),
    (
      ReplayLine(tensor: "a", precision: .single, error: .infinity, bound: 1),
      "a float32 inf FAILED"
    ),
  ])
  func `a line says tensor, precision, error and verdict`(line: ReplayLine, text: String) {
    #expect(line.text == text)
  }

  @Test func `an error that is no number is not accepted`() {
    #expect(Comparison.worstError([Float.nan, 1], [0, 1]) == .infinity)
    #expect(Comparison.worstError([Float(0), 1], [.nan, 1]) == .infinity)
    #expect(Comparison.worstError([Float(0)], [0, 1]) == .infinity)
  }
}

extension [(String, JSONValue)] {
  /// The pairs as an object.
  var object: JSONValue { .object(map { .init($0.0, $0.1) }) }
}
