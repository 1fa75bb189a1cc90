import Protocol
import Testing

@testable import Kernel

/// The workloads that speed is measured on.
@Suite struct WorkloadTests {
  /// Operations of a step and parameters, by the definitions that all programs share.
  static let sizes: [(name: String, operations: Int, parameters: Int)] = [
    ("W1-50", 104_000, 351),
    ("W1-1000", 2_080_000, 7001),
    ("W1-10000", 20_800_000, 70_001),
    ("W2-100", 12_920_000, 11_301),
    ("W2-200", 49_840_000, 42_601),
    ("W2-500", 304_600_000, 256_501),
    ("W3-small", 705_232_896, 126_344),
    ("W3-small-4h", 705_232_896, 126_344),
    ("W3-small-pre", 705_232_896, 126_472),
    ("W3-small-pre-nodrop", 705_232_896, 126_472),
    ("W3-big", 236_223_725_568, 2_296_184),
    ("W3-big-b256", 29_527_965_696, 2_296_184),
    ("W3-big-4h4l", 608_888_684_544, 5_659_672),
    ("W3-big-pre", 236_223_725_568, 2_296_984),
    ("W4", 486_405_046_272, 2_419_008),
    ("W4-b32", 30_400_315_392, 2_419_008),
    ("W5-patch", 2_147_483_648, 65_536),
    ("W5-cnn", 2_856_419_328, 72_298),
    ("W6", 750_000, 5000),
    ("W7-100", 37_960_000, 11_301),
    ("W7-500", 909_800_000, 256_501),
  ]

  @Test func `the workloads are those of the other programs`() {
    #expect(Workload.all.map(\.name) == Self.sizes.map(\.name))
  }

  @Test(arguments: sizes)
  func `a step has as many operations as the definitions say`(
    name: String, operations: Int, parameters: Int
  ) throws {
    let workload = try #require(Workload.all.first { $0.name == name })
    #expect(workload.operationCount == operations)
  }

  @Test(arguments: sizes)
  func `a model has as many parameters as the definitions say`(
    name: String, operations: Int, parameters: Int
  ) throws {
    let workload = try #require(Workload.all.first { $0.name == name })
    let model = workload.training(plain: false).problem.model
    #expect(model.parameters.reduce(0) { $0 + $1.count } == parameters)
  }

  @Test(arguments: ["W1-50", "W1-1000", "W2-100", "W6"])
  func `steps lower the loss`(name: String) throws {
    let workload = try #require(Workload.all.first { $0.name == name })
    let stepper = try WorkloadStepper(workload, numerics: .pinned, plain: false)
    stepper.step()
    let first = stepper.lastValue
    for _ in 0..<20 { stepper.step() }
    #expect(first.isFinite && stepper.lastValue < first)
  }

  @Test func `a Hessian's product is a number that does not change`() throws {
    let workload = try #require(Workload.all.first { $0.name == "W7-100" })
    let stepper = try WorkloadStepper(workload, numerics: .pinned, plain: false)
    stepper.step()
    let first = stepper.lastValue
    stepper.step()
    #expect(first.isFinite && first != 0 && stepper.lastValue == first)
  }

  @Test(arguments: [Transformer.Normalization.before, .after, .none], [1, 3])
  func `what the loss does not need changes no gradient`(
    normalization: Transformer.Normalization, layers: Int
  ) {
    var model = Transformer(
      vocabulary: 7, tokens: 5, width: 6, hidden: 8, heads: 2, keyWidth: 3, valueWidth: 2,
      layers: layers)
    model.normalization = normalization
    let needed = Self.gradients(model)
    model.computesAll = true
    let all = Self.gradients(model)
    #expect(needed.count == all.count)
    for (first, second) in zip(needed, all) { #expect(worstDifference(first, second) < 1e-13) }
  }

  /// Loss and gradients of a transformer at drawn parameters.
  private static func gradients(_ model: Transformer) -> [[Double]] {
    let problem = ModelProblem(model: model, loss: .crossEntropy, samples: 3)
    let stage = Stage(
      graph: problem.graph, loss: problem.loss, output: problem.output,
      optimizer: GradientDescent(learningRate: 0), stop: StopRule(limit: .steps(1)))
    let trainer = Trainer<Double>(stage, numerics: .pinned)
    var draws = Draws(seed: 3)
    for piece in problem.graph.parameters {
      let values = draws.numbers(piece.shape.count)
      trainer.withParameter(piece.name) { span in
        for index in span.indices { span[index] = values[index] }
      }
    }
    for (index, input) in problem.inputs.enumerated() {
      trainer.setInput(input.name, input.drawn(step: UInt64(index)))
    }
    let loss = trainer.evaluate()
    return [[loss]] + problem.graph.parameters.map { trainer.store.gradient($0.name) }
  }
}
