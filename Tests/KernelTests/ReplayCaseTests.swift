import Protocol
import Testing

@testable import Kernel

/// Cases made here, right and wrong ones.
@Suite struct ReplayCaseTests {
  /// A case in memory, whose parts can be changed before it is written.
  struct Draft {
    var tensors: [String: NamedTensor] = [:]
    var description: [String: JSONValue] = [:]

    mutating func set(_ name: String, _ shape: [Int], _ values: [Double]) {
      tensors[name] = NamedTensor(name: name, shape: shape, values: values, precision: .double)
    }

    func replayCase() throws -> ReplayCase {
      let text = JSONValue.object(description.map { .init($0.key, $0.value) }).text
      let bytes = SafetensorsWriter.bytes(Array(tensors.values), metadata: [("config", text)])
      return try ReplayCase(
        file: try SafetensorsReader(bytes), manifest: nil, fileName: "made.safetensors")
    }
  }

  /// A masked factorisation with its steps by plain loops.
  static func factorization() -> Draft {
    let (rows, columns, rank, rate) = (3, 4, 2, 0.1)
    var draws = Draws(seed: 7)
    var first = draws.numbers(rows * rank).map { Double(Float($0)) }
    var second = draws.numbers(columns * rank).map { Double(Float($0)) }
    let target = draws.numbers(rows * columns).map { Double(Float($0)) }
    let mask = (0..<(rows * columns)).map { $0 % 3 == 0 ? 0.0 : 1 }
    var draft = Draft()
    draft.description = [
      "model": "mf", "loss": "masked_half_sse", "optimizer": ["name": "sgd", "lr": .real(rate)],
    ]
    draft.set("init.A", [rows, rank], first)
    draft.set("init.B", [columns, rank], second)
    draft.set("data.y", [rows, columns], target)
    draft.set("data.mask", [rows, columns], mask)
    var losses: [Double] = []
    for step in 0...2 {
      var output = Array(repeating: 0.0, count: rows * columns)
      var gradients = (first.map { _ in 0.0 }, second.map { _ in 0.0 })
      var loss = 0.0
      for row in 0..<rows {
        for column in 0..<columns {
          let place = row * columns + column
          for k in 0..<rank { output[place] += first[row * rank + k] * second[column * rank + k] }
          let error = output[place] - target[place]
          loss += 0.5 * mask[place] * error * error
          for k in 0..<rank {
            gradients.0[row * rank + k] += mask[place] * error * second[column * rank + k]
            gradients.1[column * rank + k] += mask[place] * error * first[row * rank + k]
          }
        }
      }
      losses.append(loss)
      if step == 0 {
        draft.set("out64", [rows, columns], output)
        draft.set("grad64.A", [rows, rank], gradients.0)
        draft.set("grad64.B", [columns, rank], gradients.1)
      }
      guard step < 2 else { break }
      first = zip(first, gradients.0).map { $0 - rate * $1 }
      second = zip(second, gradients.1).map { $0 - rate * $1 }
    }
    draft.set("param64.A", [rows, rank], first)
    draft.set("param64.B", [columns, rank], second)
    draft.set("losses64", [3], losses)
    return draft
  }

  @Test func `a masked factorisation is that of plain loops`() throws {
    let made = try Self.factorization().replayCase()
    let lines =
      try made.replay(Float.self, numerics: .pinned) + made.replay(Double.self, numerics: .pinned)
    for line in lines { #expect(line.isAccepted, "\(line.text)") }
    #expect(lines.count == 14)
  }

  @Test func `the logistic loss of two outputs takes their difference`() throws {
    var draft = Draft()
    draft.description = [
      "model": "mlp", "sizes": [1, 2], "act": "relu", "bias": false, "loss": "logistic",
      "optimizer": ["name": "sgd", "lr": 1],
    ]
    draft.set("init.layers.0.weight", [2, 1], [0.25, 0.75])
    draft.set("data.x", [1, 1], [2])
    draft.set("data.y", [1], [-1])
    // f = 1, so the loss is log(1 + e) and its derivative by f the sigmoid of 1.
    let sigmoid = 0.7310585786300049
    draft.set("out64", [1, 2], [0.5, 1.5])
    draft.set("losses64", [1], [1.3132616875182228])
    draft.set("grad64.layers.0.weight", [2, 1], [-2 * sigmoid, 2 * sigmoid])
    draft.set("param64.layers.0.weight", [2, 1], [0.25, 0.75])
    let lines = try draft.replayCase().replay(Double.self, numerics: .pinned)
    for line in lines { #expect(line.isAccepted, "\(line.text)") }
  }

  /// A fault, and what its message must say.
  struct Fault: CustomTestStringConvertible, Sendable {
    var words: String
    var change: @Sendable (inout Draft) -> Void
    var testDescription: String { words }
  }

  static let faults: [Fault] = [
    Fault(words: "'model' is missing") { $0.description["model"] = nil },
    Fault(words: "'model' is \"rnn\"") { $0.description["model"] = "rnn" },
    Fault(words: "'loss' is \"mae\"") { $0.description["loss"] = "mae" },
    Fault(words: "'optimizer.lr' is missing") { $0.description["optimizer"] = ["name": "sgd"] },
    Fault(words: "'optimizer' is missing") { $0.description["optimizer"] = nil },
    Fault(words: "'optimizer.betas'") {
      $0.description["optimizer"] = ["name": "adam", "lr": 1, "betas": [.real(0.9)]]
    },
    Fault(words: "asks for a variant") {
      $0.description["optimizer"] = ["name": "adam", "lr": 1, "amsgrad": true]
    },
    Fault(words: "'init.A' (N, R)") { $0.tensors["init.A"] = nil },
    Fault(words: "no parameter 'C'") { $0.set("init.C", [1], [1]) },
    Fault(words: "no tensor 'grad64.B'") { $0.tensors["grad64.B"] = nil },
    Fault(words: "no tensor 'data.mask'") { $0.tensors["data.mask"] = nil },
    Fault(words: "'data.y' has the shape [2, 6]") {
      $0.set("data.y", [2, 6], Array(repeating: 0, count: 12))
    },
    Fault(words: "'losses64'") { $0.tensors["losses64"] = nil },
    Fault(words: "'losses64'") { $0.set("losses64", [0], []) },
    Fault(words: "no tensor 'hvp.v.A'") { $0.description["hvp"] = true },
    Fault(words: "'hvp' is 1") { $0.description["hvp"] = 1 },
    Fault(words: "'sizes' is missing") { $0.description["model"] = "mlp" },
    Fault(words: "'sizes' is [0,1]") {
      ($0.description["model"], $0.description["sizes"]) = ("mlp", [0, 1])
    },
    Fault(words: "'sizes' is [5,9223372036854775807]") {
      ($0.description["model"], $0.description["sizes"]) = ("mlp", [5, .integer(.max)])
    },
    Fault(words: "no tensor 'init.layers.0.weight'") {
      ($0.description["model"], $0.description["sizes"]) = ("mlp", [5, 1])
      $0.description["act"] = "relu"
    },
    Fault(words: "'layers' is missing") { $0.description["model"] = "gpt" },
    Fault(words: "'P' is missing") { $0.description["model"] = "patch" },
    Fault(words: "'H' is missing") { $0.description["model"] = "cnn" },
  ]

  @Test(arguments: faults)
  func `a case that is wrong says where`(fault: Fault) throws {
    var draft = Self.factorization()
    fault.change(&draft)
    let error = #expect(throws: KernelError.self) { try draft.replayCase() }
    #expect(error?.code == "kernel.case")
    #expect(error?.message.contains(fault.words) == true, "\(error?.message ?? "")")
  }

  @Test(arguments: [-1.0, 5, 0.5, .nan])
  func `a label that is no class is an error`(label: Double) throws {
    let name = "mlp-gelu-xent-momentum"
    let reader = try ReplayTests.reader(name)
    var tensors = try reader.namedTensors().filter { $0.name != "data.y" }
    let labels = [label] + Array(repeating: 0.0, count: 15)
    tensors.append(NamedTensor(name: "data.y", shape: [16], values: labels))
    let bytes = SafetensorsWriter.bytes(
      tensors, metadata: [("config", reader.metadata["config"] ?? "")])
    let changed = try ReplayCase(
      file: try SafetensorsReader(bytes), manifest: nil, fileName: name)
    let error = #expect(throws: KernelError.self) {
      try changed.replay(Float.self, numerics: .pinned)
    }
    #expect(error?.code == "kernel.case" && error?.message.contains("'data.y'") == true)
  }

  @Test func `parameters that are no numbers fail and do not stop the replay`() throws {
    var draft = Self.factorization()
    draft.set("init.A", [3, 2], [.nan, 0, 0, 0, 0, 0])
    let lines = try draft.replayCase().replay(Double.self, numerics: .pinned)
    #expect(lines.contains { !$0.isAccepted } && lines.count == 7)
  }

  @Test(arguments: [
    ("{}", "no object 'cases'"), (#"{"cases": {"made": {"config": 7}}}"#, "no JSON object"),
    (#"{"cases": {"made": {}}}"#, "no JSON object"),
  ])
  func `a manifest that does not describe the case is an error`(text: String, words: String) throws
  {
    let bytes = SafetensorsWriter.bytes([])
    let error = #expect(throws: KernelError.self) {
      try ReplayCase(
        file: try SafetensorsReader(bytes), manifest: try JSONValue(parsing: text),
        fileName: "made.safetensors")
    }
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
  }

  @Test(arguments: ["NaN", "", "[1", #"{"model": NaN}"#])
  func `a description that is no JSON is an error`(text: String) throws {
    let bytes = SafetensorsWriter.bytes([], metadata: [("config", text)])
    let error = #expect(throws: KernelError.self) {
      try ReplayCase(
        file: try SafetensorsReader(bytes), manifest: nil, fileName: "made.safetensors")
    }
    #expect(error?.message.contains("no JSON") == true)
  }
}
