import Protocol
import Testing

@testable import Kernel

/// Small trainings of the studies of convolutions and of anchors that learn what they should.
@Suite struct LayerStudyTrainingTests {
  static func request(
    _ study: String, _ changes: [String: ParameterValue]
  ) throws -> TrainingRequest {
    let small = try #require(StudyRequests.small[study])
    let trial = try StudyRequests.specification(study, small.merging(changes) { $1 })
    return TrainingRequest(
      key: trial.key, numerics: trial.numerics, parameters: trial.parameters, seeds: trial.seeds,
      replicate: trial.replicate)
  }

  @Test(arguments: KernelTier.available.dropFirst())
  func `a convolution's trial has the same bits in all tiers`(tier: KernelTier) throws {
    for activation in ["tanh", "relu", "x-tanh-x"] {
      let request = try Self.request(
        "convolution-condensation",
        ["model.activation": .text(activation), "init.deviation": .real(0.1)])
      let plain = try ConvolutionCondensation().train(request, tier: .plain)
      let fast = try ConvolutionCondensation().train(request, tier: tier)
      #expect(plain.bits == fast.bits && plain.steps == fast.steps)
    }
  }

  @Test(arguments: KernelTier.available.dropFirst())
  func `an anchor's trial has the same bits in all tiers`(tier: KernelTier) throws {
    for operation in AnchorOperation.allCases {
      let request = try Self.request(
        "anchor-functions",
        ["data.operation": .text(operation.rawValue), "dropout.keepResidual": .real(0.9)])
      let plain = try AnchorFunctions().train(request, tier: .plain)
      let fast = try AnchorFunctions().train(request, tier: tier)
      #expect(plain.bits == fast.bits)
    }
  }

  @Test func `kernels condense from a small start and not from a large one`() throws {
    let extents: [String: ParameterValue] = [
      "model.channels": .integer(12), "data.samples": .integer(60),
    ]
    let reports = try [1e-4, 1e-1].map { deviation in
      try StudyRequests.trainSmall(
        "convolution-condensation", extents.merging(["init.deviation": .real(deviation)]) { $1 })
    }
    #expect(try reports[0].number("kernelRank") < 1.5)
    #expect(try reports[0].number("kernelAlignment") > 0.95)
    #expect(try reports[0].number("kernelGrowth") > 10)
    #expect(try reports[0].number("lossRatio") <= 0.9)
    #expect(try reports[1].number("kernelRank") > 4)
    // The data are the same, so is what they say.
    #expect(try reports[0].number("dataGap") == reports[1].number("dataGap"))
  }

  @Test func `the share of the mean patch that is subtracted changes the data's direction`() throws
  {
    let gaps = try [0, 0.5, 1].map {
      try StudyRequests.trainSmall("convolution-condensation", ["data.meanRemoved": .real($0)])
        .number("dataGap")
    }
    #expect(gaps[0] < gaps[1] && gaps[1] < gaps[2])
  }

  @Test func `a transformer learns its sentences before it generalises`() throws {
    let report = try StudyRequests.trainSmall(
      "anchor-functions",
      [
        "data.samples": .integer(48), "data.testSamples": .integer(100),
        "model.width": .integer(32), "model.keyWidth": .integer(16),
        "model.feedForward": .integer(48), "training.steps": .integer(250),
        "training.batch": .integer(16), "optimizer.learningRate": .real(5e-3),
      ])
    #expect(try report.number("trainAccuracy") == 1)
    #expect(try report.number("trainLoss") < 0.1)
    #expect(try report.number("testAccuracy") < 0.3)
  }

  @Test func `answers after training are those of the parameters that are kept`() throws {
    var request = try Self.request("anchor-functions", [:])
    request.keepsTensors = true
    let first = try AnchorFunctions().train(request)
    request.initial = first.tensors
    request.parameters["training.steps"] = .integer(1)
    request.parameters["optimizer.learningRate"] = .real(1e-9)
    let second = try AnchorFunctions().train(request)
    #expect(
      abs(try first.number("testLoss") - second.number("testLoss")) < 1e-5)
  }
}
