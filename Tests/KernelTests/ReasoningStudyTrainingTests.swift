import Protocol
import Testing

@testable import Kernel

/// Small trainings of the studies of composite anchors and of matching.
@Suite struct ReasoningStudyTrainingTests {
  @Test(arguments: KernelTier.available.dropFirst())
  func `a trial of composite anchors has the same bits in all tiers`(tier: KernelTier) throws {
    for source in ["fresh", "stored"] {
      let request = try LayerStudyTrainingTests.request(
        "composite-anchors",
        [
          "data.source": .text(source), "data.samples": .integer(20),
          "dropout.keepResidual": .real(0.9),
        ])
      let plain = try CompositeAnchors().train(request, tier: .plain)
      let fast = try CompositeAnchors().train(request, tier: tier)
      #expect(plain.bits == fast.bits)
    }
  }

  @Test(arguments: KernelTier.available.dropFirst())
  func `a trial of matching has the same bits in all tiers`(tier: KernelTier) throws {
    for matrices in FixedMatrixParameters.Kind.allCases {
      let request = try LayerStudyTrainingTests.request(
        "matching-reasoning", ["model.fixedMatrices": .text(matrices.rawValue)])
      let plain = try MatchingReasoning().train(request, tier: .plain)
      let fast = try MatchingReasoning().train(request, tier: tier)
      #expect(plain.bits == fast.bits)
    }
  }

  @Test func `a small start has fewer directions than a large one`() throws {
    let reports = try [0.4, 1].map { gamma in
      try StudyRequests.trainSmall(
        "composite-anchors",
        [
          "init.gamma": .real(gamma), "model.width": .integer(32), "model.keyWidth": .integer(32),
          "model.feedForward": .integer(64), "training.steps": .integer(1000),
          "training.batch": .integer(32), "data.testSamples": .integer(200),
        ])
    }
    #expect(try reports[1].number("queryCosine") > reports[0].number("queryCosine") + 0.5)
    #expect(try reports[1].number("embeddingRank") < reports[0].number("embeddingRank") - 3)
    for report in reports {
      let shares = try ["inferentialAccuracy", "symmetricAccuracy", "otherShare"].map {
        try report.number($0)
      }
      #expect(abs(shares.reduce(0, +) - 1) < 1e-12)
    }
  }

  @Test func `stored sentences and fresh ones are judged alike`() throws {
    let reports = try ["fresh", "stored"].map {
      try StudyRequests.trainSmall(
        "composite-anchors",
        [
          "data.source": .text($0), "data.samples": .integer(20),
          "optimizer.learningRate": .real(1e-9),
        ])
    }
    #expect(
      abs(try reports[0].number("testLoss") - reports[1].number("testLoss")) < 1e-4)
  }

  @Test func `chains of one step are learned, and looked at on the way`() throws {
    let report = try StudyRequests.trainSmall(
      "matching-reasoning",
      [
        "data.relations": .integer(2), "data.steps": .integer(1), "model.depth": .integer(2),
        "data.values": .integer(20), "data.samples": .integer(2000),
        "data.testSamples": .integer(200), "model.width": .integer(32),
        "model.keyWidth": .integer(32), "model.feedForward": .integer(64),
        "training.steps": .integer(400), "training.batch": .integer(64),
        "training.lookEvery": .integer(50), "optimizer.learningRate": .real(3e-3),
      ])
    #expect(try report.number("trainAccuracy") > 0.9)
    let step = try report.number("trainStep90")
    #expect(step > 0 && step.truncatingRemainder(dividingBy: 50) == 0)
    let curve = try #require(report.measures.first { $0.name == "outOfDistributionCurve" })
    #expect(curve.steps == (0...8).map { UInt32(50 * $0) })
    #expect(curve.values[8] == (try report.number("outOfDistributionAccuracy")))
    #expect(try report.number("matchingTop2").isNaN)
    #expect(try report.number("alpha1") == 0)
  }

  @Test func `networks with and without fixed matrices start alike`() throws {
    let usual: [String: ParameterValue] = ["optimizer.learningRate": .real(1e-9)]
    let without = try StudyRequests.trainSmall("matching-reasoning", usual)
    let with = try StudyRequests.trainSmall(
      "matching-reasoning",
      usual.merging(["model.fixedMatrices": .text("normal"), "init.fixedFactor": .real(0)]) { $1 })
    #expect(
      abs(try without.number("testLoss") - with.number("testLoss")) < 1e-5)
    #expect(
      abs(try without.number("matchingScore2") - with.number("matchingScore2")) < 1e-6)
  }

  @Test func `the identity beside the products makes a diagonal`() throws {
    let report = try StudyRequests.trainSmall(
      "matching-reasoning",
      [
        "model.fixedMatrices": .text("identity"), "init.fixedFactor": .real(3),
        "init.gamma": .real(1.2), "model.width": .integer(32),
        "optimizer.learningRate": .real(1e-9),
      ])
    // Kernels are multiples of the identity and embeddings of one length, so like meets like.
    for name in ["matchingTop1", "matchingTop2", "matchingTopUntrained1"] {
      #expect(try report.number(name) == 1)
    }
    #expect(try report.number("kernelDominance1") > 100)
    #expect(abs(try report.number("alpha1") - 3) < 1e-5)
    #expect(abs(try report.number("beta0") - 3) < 1e-5)
  }

  @Test func `drawn matrices have the deviation of the width, and chains multiply them`() throws {
    func matrices(_ kind: String) throws -> [String: SquareMatrix] {
      let request = try LayerStudyTrainingTests.request(
        "matching-reasoning",
        ["model.fixedMatrices": .text(kind), "model.width": .integer(40)])
      let reader = try ParameterReader(request.parameters, of: MatchingReasoning().description)
      return try MatchingProblem(reader, request).matrices
    }
    let normal = try matrices("normal")
    #expect(normal.count == 5)
    let first = try #require(normal["blocks.0.fixed.values"])
    let squares = first.entries.reduce(0) { $0 + $1 * $1 }
    // 1600 entries of variance 1/40: 40, with a deviation of 1.4.
    #expect(abs(squares - 40) < 5)
    #expect(normal["blocks.1.fixed.scores"] == first)
    let second = try #require(normal["blocks.1.fixed.values"])
    #expect(normal["blocks.2.fixed.scores"] == second && second != first)
    let chained = try matrices("chained")
    #expect(chained["blocks.1.fixed.scores"] == first)
    #expect(chained["blocks.2.fixed.scores"] == second.transposed * first)
    #expect(try matrices("none").isEmpty)
  }
}
