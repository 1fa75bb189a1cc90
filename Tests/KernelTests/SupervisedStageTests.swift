import Protocol
import Testing

@testable import Kernel

/// What a second stage goes on with.
@Suite struct SupervisedStageTests {
  private static func training(
    _ changes: [String: ParameterValue]
  ) throws -> (first: ParameterStore<Float>, last: ParameterStore<Float>) {
    let small = try #require(StudyRequests.small["supervised"])
    func store(_ changes: [String: ParameterValue]) throws -> ParameterStore<Float> {
      let trial = try StudyRequests.specification(
        "supervised", small.merging(changes) { $1 })
      var request = TrainingRequest(
        key: trial.key, numerics: .pinned, parameters: trial.parameters, seeds: trial.seeds,
        replicate: 0)
      request.files = SuppliedFile.known
      let reader = try ParameterReader(request.parameters, of: Supervised().description)
      return try SuppliedTraining<Float>(SuppliedProblem(reader, request)).train().store
    }
    return (
      try store(changes.merging(["finetune.steps": .integer(0)]) { $1 }), try store(changes)
    )
  }

  @Test func `the last layer alone is trained, and the body stays`() throws {
    let (first, last) = try Self.training(["finetune.trained": .text("head")])
    #expect(first.parameter("layers.0.weight") == last.parameter("layers.0.weight"))
    #expect(first.parameter("layers.0.bias") == last.parameter("layers.0.bias"))
  }

  @Test func `a new head has as many outputs as the second stage has classes`() throws {
    let (first, last) = try Self.training([:])
    #expect(first.parameter("layers.1.bias").count == 3)
    #expect(last.parameter("layers.1.bias").count == 2)
    #expect(first.parameter("layers.0.weight") != last.parameter("layers.0.weight"))
  }

  @Test func `the loss after the first stage is that of a training without a second`() throws {
    let both = try StudyRequests.trainSmall("supervised")
    let first = try StudyRequests.trainSmall("supervised", ["finetune.steps": .integer(0)])
    #expect(try both.number("firstStageLoss") == first.number("trainLoss"))
    #expect(try first.number("firstStageLoss") == first.number("trainLoss"))
    #expect(try both.number("trainLoss") != first.number("trainLoss"))
    #expect(both.steps == 8 && first.steps == 5)
  }

  @Test func `the curvature of a linear fit is that of its inputs`() throws {
    // H = 2/n Xᵀ X with XᵀX = diag(2, 8) and n = 4; signs see the trace of a diagonal exactly.
    let file = SuppliedFile.bytes([
      .init("inputs", "F32", [4, 2], [1, 0, 0, 2, -1, 0, 0, -2]),
      .init("targets", "F32", [4], [0.5, 1, 0, 2]),
    ])
    let report = try Supervised().train(
      try SuppliedSamplesTests.request(
        file,
        [
          "model.depth": .integer(0), "model.bias": .boolean(false),
          "training.steps": .integer(1), "measure.curvature": .boolean(true),
        ]))
    #expect(abs(try report.number("hessianGreatest") - 4) < 1e-9)
    #expect(abs(try report.number("hessianTrace") - 5) < 1e-9)
    #expect(abs(try report.number("hessianTraceError")) < 1e-9)
  }

  @Test func `a head that is kept has the outputs of both stages`() throws {
    let (_, last) = try Self.training(["finetune.head": .text("kept")])
    #expect(last.parameter("layers.1.bias").count == 3)
  }

  @Test func `a head that is kept and not trained further stays as it was`() throws {
    // A rate that no number of single precision notices.
    let (first, last) = try Self.training([
      "finetune.head": .text("kept"), "finetune.learningRate": .real(1e-9),
      "optimizer.rule": .text("gradient-descent"),
    ])
    #expect(
      worstDifference(
        last.parameter("layers.1.weight").map { Double($0) },
        first.parameter("layers.1.weight").map { Double($0) }) < 1e-7)
  }

  @Test func `a transformer without a head has no last layer to train alone`() throws {
    let tokens = SuppliedFile.bytes(
      SuppliedFile.samples("", 9, [4], below: 9, classes: 9)
        + SuppliedFile.samples("stage2.", 9, [4], below: 9, classes: 9))
    let request = try SuppliedSamplesTests.request(
      tokens,
      [
        "model.kind": .text("transformer"), "model.head": .text("none"),
        "model.vocabulary": .integer(9), "model.width": .integer(9), "training.steps": .integer(1),
        "finetune.steps": .integer(1), "finetune.trained": .text("head"),
      ])
    let error = try #require(throws: KernelError.self) { try Supervised().train(request) }
    #expect(error.kind == .parameter && error.message.contains("the last layer alone"))
  }
}
