import Foundation
import Protocol
import Testing

@testable import Kernel

/// The study `supervised` against trajectories of PyTorch in float64, `scripts/golden/supervised.py`.
@Suite struct SupervisedGoldenTests {
  /// A training of the script.
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let parameters: [String: ParameterValue]
    var testDescription: String { name }
  }

  static let cases = [
    Case(
      name: "supervised-mlp",
      parameters: [
        "model.kind": .text("mlp"), "model.width": .integer(16), "model.activation": .text("tanh"),
        "optimizer.rule": .text("adam"), "optimizer.learningRate": .real(0.01),
      ]),
    Case(
      name: "supervised-cnn",
      parameters: [
        "model.kind": .text("convolution"), "model.convolutions": .integer(2),
        "model.channels": .integer(4), "optimizer.rule": .text("gradient-descent"),
        "optimizer.momentum": .real(0.9), "optimizer.learningRate": .real(0.05),
      ]),
    Case(
      name: "supervised-transformer",
      parameters: [
        "model.kind": .text("transformer"), "model.vocabulary": .integer(11),
        "model.width": .integer(8), "model.heads": .integer(2), "model.keyWidth": .integer(4),
        "model.feedForward": .integer(16), "model.activation": .text("gelu"),
        "model.biases": .text("head"), "optimizer.rule": .text("adamw"),
        "optimizer.weightDecay": .real(0.1), "optimizer.learningRate": .real(0.003),
      ]),
    Case(
      name: "supervised-transformer-last",
      parameters: [
        "model.kind": .text("transformer"), "model.vocabulary": .integer(9),
        "model.depth": .integer(1), "model.width": .integer(6), "model.keyWidth": .integer(6),
        "model.feedForward": .integer(10), "model.normalization": .text("post"),
        "optimizer.rule": .text("gradient-descent"), "optimizer.weightDecay": .real(0.01),
        "optimizer.learningRate": .real(0.1),
      ]),
  ]

  // Twenty steps of sums in another order: some hundred roundings of 1e-16.
  @Test(arguments: SupervisedGoldenTests.cases)
  func `double precision takes PyTorch's steps`(golden: Case) throws {
    try expectTrajectory(golden, Double.self, tolerance: 1e-11)
  }

  // The same with roundings of 6e-8.
  @Test(arguments: SupervisedGoldenTests.cases)
  func `single precision stays beside them`(golden: Case) throws {
    try expectTrajectory(golden, Float.self, tolerance: 1e-5)
  }

  @Test(arguments: SupervisedGoldenTests.cases)
  func `a trial has the same bits in all tiers`(golden: Case) throws {
    let (request, _) = try Self.request(golden)
    let plain = try Supervised().train(request, tier: .plain)
    for tier in KernelTier.available.dropFirst() {
      #expect(try Supervised().train(request, tier: tier).bits == plain.bits)
    }
  }

  @Test(arguments: SupervisedGoldenTests.cases)
  func `the study reports what was trained`(golden: Case) throws {
    let (request, reference) = try Self.request(golden)
    let report = try Supervised().train(request)
    #expect(report.outcome == .completed(.steps) && report.steps == 20)
    let losses = try reference.numbers("losses")
    try expectNear(report, "lossInitial", losses[0])
    try expectNear(report, "lossFinal", losses[20])
    for name in ["trainLoss", "testLoss", "trainAccuracy", "testAccuracy"]
    where reference.tensors[name] != nil {
      try expectNear(report, name, reference.numbers(name)[0])
    }
    var squares = RelativeChange.Squares(change: 0, start: 0)
    for name in reference.tensors.keys where name.hasPrefix("init.") {
      let end = "final.\(name.dropFirst("init.".count))"
      squares =
        squares
        + RelativeChange.squares(
          start: try reference.numbers(name), end: try reference.numbers(end))
    }
    try expectNear(report, "relativeChangeAll", squares.relativeChange)
    #expect(
      try report.number("trainAccuracy").isNaN == (reference.tensors["trainAccuracy"] == nil))
  }

  private func expectNear(_ report: TrainingReport, _ name: String, _ wanted: Double) throws {
    let value = try report.number(name)
    #expect(abs(value - wanted) <= 1e-5 * max(1, abs(wanted)), "\(name): \(value), \(wanted)")
  }

  private func expectTrajectory<Element: Scalar>(
    _ golden: Case, _ type: Element.Type, tolerance: Double
  ) throws {
    let (request, reference) = try Self.request(golden)
    let reader = try ParameterReader(request.parameters, of: Supervised().description)
    let problem = try SuppliedProblem(reader, request)
    var losses: [Double] = []
    let result = try SuppliedTraining<Element>(problem).train { losses.append($0.loss) }
    #expect(losses.count == 21)
    #expect(worstDifference(losses, try reference.numbers("losses")) < tolerance)
    let layouts = problem.first.model.parameters
    #expect(reference.tensors.keys.filter { $0.hasPrefix("final.") }.count == layouts.count)
    for layout in layouts {
      let trained = result.store.parameter(layout.name).map { Double($0) }
      let wanted = layout.inner(try reference.numbers("final.\(layout.name)"))
      #expect(worstDifference(trained, wanted) < tolerance, "\(layout.name)")
    }
  }

  /// The trial of a case, and what PyTorch made of it.
  static func request(
    _ golden: Case
  ) throws -> (request: TrainingRequest, reference: SafetensorsReader) {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Golden")
    func bytes(_ name: String) throws -> [UInt8] {
      Array(try Data(contentsOf: folder.appendingPathComponent("\(name).safetensors")))
    }
    let data = try bytes("\(golden.name)-data")
    let reference = try SafetensorsReader(try bytes(golden.name))
    let prefix = "init."
    let start = try reference.namedTensors().filter { $0.name.hasPrefix(prefix) }.map {
      NamedTensor(
        name: String($0.name.dropFirst(prefix.count)), shape: $0.shape, values: $0.values)
    }
    let initial = SafetensorsWriter.bytes(start)
    let parameters = golden.parameters.merging([
      "data.file": SuppliedFile.digest(data), "init.file": SuppliedFile.digest(initial),
      "training.steps": .integer(20),
    ]) { $1 }
    let trial = try StudyRequests.specification("supervised", parameters)
    var request = TrainingRequest(
      key: trial.key, numerics: trial.numerics, parameters: trial.parameters, seeds: trial.seeds,
      replicate: 0)
    request.files = [
      FileDigest.text(of: data): try SafetensorsReader(data),
      FileDigest.text(of: initial): try SafetensorsReader(initial),
    ]
    return (request, reference)
  }
}
