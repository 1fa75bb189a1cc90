import Protocol
import Testing

@testable import Kernel

/// What is taken down of a training.
@Suite struct TrainingRecorderTests {
  private static func request(
    _ keep: KeepRequest, parameters: [String: ParameterValue] = [:],
    study: any Study = TwoLayerPhaseDiagram()
  ) throws -> TrainingRequest {
    let resolver = try StudyResolver(study.description)
    let cell = try resolver.resolve(
      ["width": .integer(20), "training.stepsMax": .integer(30), "stop.lossFraction": .real(1e-12)]
        .merging(parameters) { $1 })
    let specification = resolver.specification(
      of: cell, numerics: .pinned, seeds: [:], replicate: 0)
    var request = TrainingRequest(
      key: specification.key, numerics: .pinned, parameters: specification.parameters, seeds: [:],
      replicate: 0)
    request.keepsTensors = true
    if !keep.isEmpty { request.recorder = TrainingRecorder(keep) }
    return request
  }

  @Test func `a training gives the same bits with a recorder and without`() throws {
    let study = TwoLayerPhaseDiagram()
    let plain = try study.train(try Self.request(.nothing))
    let keep = KeepRequest(
      parameters: [.step(0), .step(7), .final], curveInterval: 1, matrices: ["cosineW"])
    let recorded = try study.train(try Self.request(keep))
    #expect(recorded.measures == plain.measures)
    #expect(recorded.tensors == plain.tensors)
  }

  @Test(arguments: StudyRegistry.all.map(\.description).filter { $0.name != "idle" })
  func `every study keeps its loss, its parameters and its matrices`(study: StudyDescription)
    throws
  {
    let trial = try StudyRequests.specification(
      study.name, try #require(StudyRequests.small[study.name]))
    var request = TrainingRequest(
      key: trial.key, numerics: trial.numerics, parameters: trial.parameters,
      seeds: trial.seeds, replicate: trial.replicate)
    request.files = SuppliedFile.known
    request.keepsTensors = true
    let recorder = TrainingRecorder(
      KeepRequest(
        parameters: [.step(0), .final], curveInterval: 1, matrices: study.matrices.map(\.name)))
    request.recorder = recorder
    let report = try #require(StudyRegistry.study(named: study.name)).train(request)
    #expect(report.bits == (try StudyRequests.train(trial)).bits)
    let things = recorder.finish(report.tensors).things
    #expect(things.map(\.name) == ["0"] + study.matrices.map(\.name) + ["final", "loss"])
    let points = try #require(things.last?.points)
    #expect(points.steps.count > 1 && zip(points.steps, points.steps.dropFirst()).allSatisfy(<))
    // A second stage may end with fewer classes than the first began with, in pieces of these names.
    let pieces = try ["0", "final"].map { moment in
      let thing = try #require(things.first { $0.name == moment })
      return try SafetensorsReader(thing.bytes).namedTensors().map(\.name)
    }
    #expect(!pieces[0].isEmpty && pieces[0] == pieces[1])
  }

  @Test func `the loss has the first point, every interval and the last`() throws {
    let request = try Self.request(KeepRequest(curveInterval: 7))
    let report = try TwoLayerPhaseDiagram().train(request)
    let recorder = try #require(request.recorder)
    let points = try #require(recorder.finish(report.tensors).things.first?.points)
    #expect(points.steps == [0, 7, 14, 21, 28, 30])
    let first = try #require(report.measures.first { $0.name == "lossInitial" }?.values.first)
    let last = try #require(report.measures.first { $0.name == "lossFinal" }?.values.first)
    #expect(points.values.first == Float(first) && points.values.last == Float(last))
  }

  @Test func `parameters are those of their step`() throws {
    let short = try TwoLayerPhaseDiagram().train(
      try Self.request(.nothing, parameters: ["training.stepsMax": .integer(7)]))
    let request = try Self.request(KeepRequest(parameters: [.step(7), .final]))
    let report = try TwoLayerPhaseDiagram().train(request)
    let things = try #require(request.recorder).finish(report.tensors).things
    #expect(things.map(\.name) == ["7", "final"])
    #expect(try SafetensorsReader(things[0].bytes).namedTensors() == short.tensors)
    #expect(try SafetensorsReader(things[1].bytes).namedTensors() == report.tensors)
    #expect(things.map(\.step) == [7, 30])
  }

  @Test func `a training goes on from the steps of the one before`() {
    let recorder = TrainingRecorder(
      KeepRequest(parameters: [.step(3), .step(5)], curveInterval: 2))
    for step in 0...3 as ClosedRange<UInt64> {
      recorder.note(
        StepRecord(step: step, loss: 1, stepSize: 0), after: 0, isLast: step == 3, tensors: { [] })
    }
    let before = recorder.stepsSoFar
    #expect(before == 3)
    for step in 0...3 as ClosedRange<UInt64> {
      recorder.note(
        StepRecord(step: step, loss: 2, stepSize: 0), after: before, isLast: step == 3,
        tensors: { [] })
    }
    let things = recorder.finish([]).things
    #expect(things.map(\.name) == ["3", "5", "loss"])
    #expect(things.last?.points?.steps == [0, 2, 3, 4, 6])
    #expect(things.last?.points?.values == [1, 1, 1, 2, 2])
  }

  @Test func `more than there is room for is a refusal`() {
    let recorder = TrainingRecorder(KeepRequest(matrices: ["cosineW"]))
    var isComputed = false
    recorder.keep(CosineMatrix.description, side: 5000) {
      isComputed = true
      return []
    }
    #expect(!isComputed && recorder.refusal?.contains("64 MiB") == true)
    #expect(recorder.finish([]).things.isEmpty)
  }
}

/// The matrix of cosines.
@Suite struct CosineMatrixTests {
  @Test func `directions and their opposites stand apart, with their cosines`() {
    let half = 0.5.squareRoot()
    let rows: [[Double]] = [[1, 0], [-1, 0], [half, half], [-1, 0], [1, 0]]
    let values = CosineMatrix.values(ofUnit: rows)
    #expect(values.count == 25)
    let order = CosineMatrix.order(of: rows)
    #expect(Set([order.prefix(3).sorted(), order.suffix(3).sorted()]).contains([0, 2, 4]))
    for (one, row) in order.enumerated() {
      for (other, column) in order.enumerated() {
        let product = zip(rows[row], rows[column]).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(values[5 * one + other] - Float(product)) < 1e-6)
      }
    }
  }

  @Test func `groups of one direction stand side by side`() {
    // Three groups, told apart by the entries of the leading eigenvector.
    let groups: [[Double]] = [[1, 0, 0], [0.6, 0.8, 0], [-0.8, 0, 0.6]]
    let rows = (0..<12).map { groups[$0 % 3] }
    let order = CosineMatrix.order(of: rows).map { $0 % 3 }
    let changes = zip(order, order.dropFirst()).count { $0 != $1 }
    #expect(changes == 2)
  }

  @Test func `no neurons are an empty matrix`() {
    #expect(CosineMatrix.values(ofUnit: []).isEmpty)
  }

  @Test(
    arguments: StudyRegistry.all.flatMap { study in
      study.description.matrices.map { (study.description.name, $0.name) }
    })
  func `every study's matrix has another name than its measures`(study: String, matrix: String)
    throws
  {
    let description = try #require(StudyRegistry.study(named: study)).description
    #expect(description.measure(matrix) == nil && description.matrix(matrix)?.kind == .matrix)
  }
}
