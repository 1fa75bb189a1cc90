import Protocol
import Testing

@testable import Kernel

/// What a user's file may hold, and what is said of one that does not fit.
@Suite struct SuppliedSamplesTests {
  typealias Part = SuppliedFile.Part

  /// A file, the parameters of a trial on it, and words of the error.
  struct Bad: CustomTestStringConvertible, Sendable {
    let parts: [Part]
    var parameters: [String: ParameterValue] = [:]
    let words: String
    var testDescription: String { words }
  }

  static let inputs = Part("inputs", "F32", [4, 3], (0..<12).map { Double($0) })
  static let classes = Part("targets", "I64", [4], [0, 1, 2, 1])
  static let tokens = Part("inputs", "I64", [4, 3], (0..<12).map { Double($0 % 5) })
  static let convolution: [String: ParameterValue] = ["model.kind": .text("convolution")]
  static let transformer: [String: ParameterValue] = [
    "model.kind": .text("transformer"), "model.vocabulary": .integer(5),
  ]

  static let bad: [Bad] = [
    Bad(parts: [], words: "no tensors 'inputs' and 'targets', but none"),
    Bad(parts: [inputs], words: "'inputs' and not 'targets'"),
    Bad(parts: [classes], words: "'targets' and not 'inputs'"),
    Bad(
      parts: [inputs, classes, Part("target", "I64", [1], [0])], words: "did you mean 'targets'"),
    Bad(
      parts: [Part("inputs", "F32", [4], [0, 1, 2, 3]), classes],
      words: "the shape [4], and [samples, features]"),
    Bad(parts: [Part("inputs", "F32", [0, 3], []), classes], words: "the shape [0, 3]"),
    Bad(
      parts: [inputs, Part("targets", "I64", [3], [0, 1, 2])],
      words: "'inputs' has 4 samples and 'targets' has 3"),
    Bad(
      parts: [inputs, Part("targets", "I64", [4], [0, -1, 2, 1])], words: "has the label -1"),
    Bad(
      parts: [inputs, Part("targets", "I64", [4, 2], [0, 1, 2, 1, 0, 1, 2, 1])],
      words: "there are 2 a sample"),
    Bad(
      parts: [Part("inputs", "F32", [4, 1], [0, .nan, 2, 3]), classes],
      words: "element 1 of 'inputs' is nan"),
    Bad(
      parts: [inputs, Part("targets", "F64", [4], [0, 1e300, 2, 3])],
      words: "element 1 of 'targets' is 1e+300"),
    Bad(
      parts: [inputs, classes, Part("test.inputs", "F32", [1, 3], [0, 1, 2])],
      words: "'test.inputs' and not 'test.targets'"),
    Bad(
      parts: [
        inputs, classes, Part("test.inputs", "F32", [1, 2], [0, 1]),
        Part("test.targets", "I64", [1], [0]),
      ], words: "has the shape [3] and of another [2]"),
    Bad(
      parts: [
        inputs, classes, Part("test.inputs", "F32", [1, 3], [0, 1, 2]),
        Part("test.targets", "F32", [1], [0]),
      ], words: "some of its targets are whole numbers"),
    Bad(
      parts: [
        inputs, classes, Part("test.inputs", "F32", [1, 3], [0, 1, 2]),
        Part("test.targets", "I64", [1], [0]),
      ], parameters: ["data.testShare": .real(0.5)], words: "data.testShare holds 0.5"),
    Bad(
      parts: [inputs, classes], parameters: ["data.testShare": .real(0.01)],
      words: "none are left for one side"),
    Bad(
      parts: [inputs, classes], parameters: ["data.samples": .integer(5)],
      words: "data.samples is 5, and there are 4"),
    Bad(
      parts: [inputs, classes], parameters: ["training.batch": .integer(5)],
      words: "training.batch is 5, and there are 4"),
    Bad(
      parts: [inputs, classes], parameters: ["model.outputs": .integer(2)],
      words: "model.outputs is 2, and classes are from 0 to 2"),
    Bad(
      parts: [inputs, Part("targets", "F32", [4], [0, 1, 2, 3])],
      parameters: ["model.outputs": .integer(2)], words: "targets have 1 columns"),
    Bad(
      parts: [inputs, classes], parameters: ["finetune.steps": .integer(1)],
      words: "asks for a second stage"),
    Bad(
      parts: [inputs, classes], parameters: convolution,
      words: "takes inputs (samples, channels, height, width)"),
    Bad(
      parts: [Part("inputs", "F32", [4, 1, 3], (0..<12).map { Double($0) }), classes],
      parameters: convolution, words: "images of 1 x 3 positions"),
    Bad(parts: [inputs, classes], parameters: transformer, words: "takes whole inputs"),
    Bad(
      parts: [tokens, Part("targets", "F32", [4], [0, 1, 2, 3])], parameters: transformer,
      words: "takes whole targets"),
    Bad(
      parts: [tokens, Part("targets", "I64", [4], [0, 1, 2, 5])], parameters: transformer,
      words: "tokens are from 0 to 5, and model.vocabulary is 5"),
  ]

  @Test(arguments: SuppliedSamplesTests.bad)
  func `a file that does not fit is told what is wrong`(bad: Bad) throws {
    let bytes = SuppliedFile.bytes(bad.parts)
    let request = try Self.request(bytes, bad.parameters)
    let error = try #require(throws: KernelError.self) { try Supervised().examine(request) }
    #expect(error.kind == .data && !error.remedy.isEmpty)
    #expect(error.message.contains(bad.words), "\(error.message)")
    let second = try #require(throws: KernelError.self) { try Supervised().train(request) }
    #expect(second.message == error.message)
  }

  @Test func `a file that is not at hand, or not given, is named`() throws {
    var request = try Self.request(SuppliedFile.bytes([Self.inputs, Self.classes]))
    request.files = [:]
    let error = try #require(throws: KernelError.self) { try Supervised().examine(request) }
    #expect(error.kind == .data && error.message.contains("'data.file'"))
    request.parameters["data.file"] = .text("")
    let second = try #require(throws: KernelError.self) { try Supervised().examine(request) }
    #expect(second.kind == .data && second.message.contains("No file is given"))
  }

  @Test(arguments: [
    (Part("layers.9.weight", "F32", [1], [0]), "no parameter 'layers.9.weight'"),
    (
      Part("layers.0.weight", "F32", [3, 64], [Double](repeating: 0, count: 192)),
      "the shape [3, 64]"
    ),
    (Part("layers.0.bias", "F32", [64], [Double](repeating: .nan, count: 64)), "not finite"),
  ])
  func `initial parameters that do not fit are told what is wrong`(
    part: Part, words: String
  ) throws {
    let initial = SuppliedFile.bytes([part])
    var request = try Self.request(
      SuppliedFile.bytes([Self.inputs, Self.classes]),
      ["init.file": SuppliedFile.digest(initial)])
    request.files[FileDigest.text(of: initial)] = try SafetensorsReader(initial)
    let error = try #require(throws: KernelError.self) { try Supervised().examine(request) }
    #expect(error.kind == .initial && error.message.contains(words), "\(error.message)")
  }

  @Test func `a share that is held back is drawn, and none of it is trained on`() throws {
    let file = SuppliedFile.bytes([
      Part("inputs", "F32", [10, 1], (0..<10).map { Double($0) }),
      Part("targets", "F32", [10], (0..<10).map { Double($0) }),
    ])
    func sides(_ replicate: UInt32) throws -> (training: [Double], test: [Double]) {
      let request = try Self.request(
        file, ["data.testShare": .real(0.3)], replicate: replicate)
      let reader = try ParameterReader(request.parameters, of: Supervised().description)
      let part = try SuppliedProblem(reader, request).first
      return (part.training.inputs, part.test?.inputs ?? [])
    }
    let first = try sides(0)
    #expect(first.test.count == 3 && first.training.count == 7)
    #expect((first.training + first.test).sorted() == (0..<10).map { Double($0) })
    #expect(first.training == first.training.sorted())
    #expect(try sides(1).test != first.test)
  }

  @Test func `squares of classes are those of rows of one 1`() throws {
    let file = SuppliedFile.bytes([Self.inputs, Self.classes])
    let rows = SuppliedFile.bytes([
      Self.inputs, Part("targets", "F32", [4, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0]),
    ])
    let short: [String: ParameterValue] = ["training.steps": .integer(3)]
    let classes = try Supervised().train(
      try Self.request(file, short.merging(["loss.kind": .text("squares")]) { $1 }))
    let numbers = try Supervised().train(try Self.request(rows, short))
    #expect(try classes.number("trainLoss") == numbers.number("trainLoss"))
    #expect(try classes.number("trainAccuracy").isFinite)
    #expect(try numbers.number("trainAccuracy").isNaN)
  }

  /// A trial on a file.
  static func request(
    _ bytes: [UInt8], _ changes: [String: ParameterValue] = [:], replicate: UInt32 = 0
  ) throws -> TrainingRequest {
    let trial = try StudyRequests.specification(
      "supervised", changes.merging(["data.file": SuppliedFile.digest(bytes)]) { $1 },
      replicate: replicate)
    var request = TrainingRequest(
      key: trial.key, numerics: trial.numerics, parameters: trial.parameters, seeds: trial.seeds,
      replicate: replicate)
    request.files = [FileDigest.text(of: bytes): try SafetensorsReader(bytes)]
    return request
  }
}
