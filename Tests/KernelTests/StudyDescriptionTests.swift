import Protocol
import Testing

@testable import Kernel

@Suite struct StudyDescriptionTests {
  static let names = StudyRegistry.all.map(\.description.name)

  static func description(_ name: String) throws -> StudyDescription {
    try #require(StudyRegistry.study(named: name)).description
  }

  @Test func `the registry holds the studies, quickest first`() {
    #expect(
      StudyDescriptionTests.names == [
        "idle", "initial-condensation", "two-layer-phase-diagram", "convolution-condensation",
        "dropout-condensation", "label-granularity", "anchor-functions", "matching-reasoning",
        "composite-anchors", "supervised",
      ])
  }

  @Test func `an unknown name has no study`() {
    #expect(StudyRegistry.study(named: "two-layer") == nil)
  }

  @Test(arguments: StudyDescriptionTests.names)
  func `names, ranges, defaults and conditions are consistent`(name: String) throws {
    let resolver = try StudyResolver(try StudyDescriptionTests.description(name))
    let cell = try resolver.resolve([:])
    #expect(cell.violatedConstraint == nil)
    #expect(resolver.defaults.count == resolver.study.parameters.count)
  }

  @Test(arguments: StudyDescriptionTests.names)
  func `everything that a reader sees says something`(name: String) throws {
    let study = try StudyDescriptionTests.description(name)
    let sentences =
      study.parameters.map(\.meaning) + study.measures.map(\.meaning)
      + study.statements.map(\.claim) + [study.summary]
    #expect(sentences.allSatisfy { $0.hasSuffix(".") && !$0.contains("\n") })
    let labels =
      study.parameters.map(\.label) + study.measures.map(\.label) + [study.title, study.source]
    #expect(labels.allSatisfy { !$0.isEmpty })
  }

  @Test(arguments: StudyDescriptionTests.names)
  func `numbers have a range`(name: String) throws {
    let parameters = try StudyDescriptionTests.description(name).parameters
    for parameter in parameters where parameter.type == .real || parameter.type == .integer {
      #expect(parameter.minimum != nil && parameter.maximum != nil)
    }
  }

  @Test(arguments: StudyDescriptionTests.names)
  func `seed purposes are purposes of the kernel`(name: String) throws {
    let purposes = RandomPurpose.allCases.map(\.name)
    let study = try StudyDescriptionTests.description(name)
    #expect(study.seedPurposes.allSatisfy(purposes.contains))
  }

  @Test(arguments: StudyDescriptionTests.names.filter { $0 != "idle" })
  func `measures are those of the registry`(name: String) throws {
    let study = try StudyDescriptionTests.description(name)
    #expect(study.measures.allSatisfy(MeasureRegistry.all.contains))
  }

  @Test(arguments: StudyDescriptionTests.names)
  func `verdicts come in the order of the statements`(name: String) throws {
    let study = try #require(StudyRegistry.study(named: name))
    let verdicts = study.verdicts(on: [])
    #expect(verdicts.map(\.name) == study.description.statements.map(\.name))
    #expect(verdicts.map(\.claim) == study.description.statements.map(\.claim))
  }

  @Test(arguments: [
    ("two-layer-phase-diagram", "width"), ("initial-condensation", "width"),
    ("convolution-condensation", "model.channels"), ("anchor-functions", "training.steps"),
    ("composite-anchors", "training.batch"), ("matching-reasoning", "training.steps"),
    ("supervised", "training.steps"), ("label-granularity", "training.batch"),
    ("dropout-condensation", "training.steps"),
  ])
  func `the cost grows with the extents`(name: String, extent: String) throws {
    let study = try StudyDescriptionTests.description(name)
    let cost = try Expression(parsing: study.cost)
    let values = try [1000, 2000].map { width in
      try cost.evaluate { name in
        name == extent
          ? .number(width) : study.parameter(name).map { ExpressionValue($0.defaultValue) }
      }
    }
    guard case .number(let narrow) = values[0], case .number(let wide) = values[1] else {
      Issue.record("the cost is not a number")
      return
    }
    #expect(narrow > 0 && wide >= 2 * narrow)
  }

  @Test(arguments: ["two-layer-phase-diagram", "initial-condensation"])
  func `an antisymmetric start needs an even width`(name: String) throws {
    let resolver = try StudyResolver(try StudyDescriptionTests.description(name))
    let odd = try resolver.resolve(["width": .integer(1001)])
    #expect(resolver.violation(of: odd) != nil)
    let plain = try resolver.resolve([
      "width": .integer(1001), "init.antisymmetric": .boolean(false),
    ])
    #expect(resolver.violation(of: plain) == nil)
  }

  @Test func `digits are no more than there are`() throws {
    let resolver = try StudyResolver(ConvolutionCondensation().description)
    let many = try resolver.resolve(["data.samples": .integer(201)])
    #expect(resolver.violation(of: many) != nil)
    let drawn = try resolver.resolve([
      "data.samples": .integer(201), "data.source": .text("prototypes"),
    ])
    #expect(resolver.violation(of: drawn) == nil)
  }

  @Test(arguments: [
    ("model.vocabulary", ParameterValue.integer(111)), ("data.length", .integer(10)),
    ("model.head", .text("none")),
  ])
  func `sentences that do not fit their model are left out`(
    name: String, value: ParameterValue
  ) throws {
    let resolver = try StudyResolver(AnchorFunctions().description)
    #expect(resolver.violation(of: try resolver.resolve([name: value])) != nil)
  }

  @Test func `heads without a projection are as wide as the stream`() throws {
    let resolver = try StudyResolver(AnchorFunctions().description)
    let without = ["model.projection": ParameterValue.boolean(false)]
    #expect(resolver.violation(of: try resolver.resolve(without)) == nil)
    let two = without.merging(["model.heads": .integer(2)]) { $1 }
    #expect(resolver.violation(of: try resolver.resolve(two)) != nil)
    let narrow = two.merging(["model.keyWidth": .integer(32)]) { $1 }
    #expect(resolver.violation(of: try resolver.resolve(narrow)) == nil)
  }

  @Test(arguments: [
    ("model.vocabulary", ParameterValue.integer(69)), ("data.values", .integer(43)),
    ("data.length", .integer(41)),
  ])
  func `composite sentences that do not fit their model are left out`(
    name: String, value: ParameterValue
  ) throws {
    let resolver = try StudyResolver(CompositeAnchors().description)
    #expect(resolver.violation(of: try resolver.resolve([name: value])) != nil)
  }

  @Test(arguments: [
    ["data.steps": ParameterValue.integer(5)], ["data.firstValue": .integer(1)],
    ["data.values": .integer(24), "model.vocabulary": .integer(24)],
    ["data.format": .text("two"), "data.relations": .integer(5)],
    ["data.format": .text("two"), "data.steps": .integer(3)], ["data.format": .text("ordered")],
    ["model.fixedMatrices": .text("normal"), "model.heads": .integer(2)],
  ])
  func `chains that cannot be made or do not fit their model are left out`(
    changes: [String: ParameterValue]
  ) throws {
    let resolver = try StudyResolver(MatchingReasoning().description)
    #expect(resolver.violation(of: try resolver.resolve(changes)) != nil)
    var trial = try StudyRequests.specification("matching-reasoning", [:])
    trial.parameters.merge(changes) { $1 }
    let error = try #require(throws: KernelError.self) { try StudyRequests.train(trial) }
    #expect(error.kind == .parameter)
  }

  @Test func `the factor of fixed matrices is part of the key where there are any`() throws {
    let resolver = try StudyResolver(MatchingReasoning().description)
    #expect(!resolver.keyParameters(of: try resolver.resolve([:])).contains("init.fixedFactor"))
    let fixed = try resolver.resolve(["model.fixedMatrices": .text("normal")])
    #expect(resolver.keyParameters(of: fixed).contains("init.fixedFactor"))
  }

  @Test func `phase and offset leave the key with the notebook's target`() throws {
    let resolver = try StudyResolver(InitialCondensation().description)
    let cell = try resolver.resolve(["data.target": .text("notebook")])
    let keyed = resolver.keyParameters(of: cell)
    #expect(!keyed.contains("data.phase") && !keyed.contains("data.offset"))
    #expect(try resolver.keyParameters(of: resolver.resolve([:])).contains("data.phase"))
  }

  @Test(arguments: ["two-layer-phase-diagram", "initial-condensation"])
  func `the theory line bends at the point where both exponents meet`(name: String) throws {
    let line = try #require(try StudyDescriptionTests.description(name).theoryLines.first)
    #expect((line.x, line.y) == ("init.gamma", "init.gammaPrime"))
    for point in line.points {
      #expect(point.x == TwoLayerParameters.boundaryGamma(gammaPrime: point.y))
    }
    #expect(line.points.contains(.init(x: 1, y: 0)))
  }

  @Test(arguments: [
    (0.5, 0.0, -0.5), (1.0, 0.0, 0.0), (1.75, 0.0, 0.375), (0.8, 0.2, -0.6), (1.2, 0.4, -0.4),
    (1.4, 0.2, 0.1), (1.4, -0.4, 0.4), (1.4, -0.2, 0.3),
  ])
  func `the predicted slope is that of the formula`(
    gamma: Double, gammaPrime: Double, expected: Double
  ) {
    let slope = TwoLayerPhaseDiagram.predictedSlope(at: PhasePoint(gamma, gammaPrime))
    #expect(abs(slope - expected) < 1e-12)
  }
}
