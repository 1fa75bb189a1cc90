import Protocol
import TestSupport
import Testing

@Suite struct StudyResolverTests {
  private let resolver: StudyResolver

  init() throws { resolver = try StudyResolver(StudyFixture.description) }

  private func value(_ name: String, in cell: ResolvedCell) -> ParameterValue? {
    resolver.position(of: name).map { cell.values[$0] }
  }

  @Test func `parameters without a value have their default`() throws {
    let cell = try resolver.resolve(["width": .integer(2000)])
    #expect(value("width", in: cell) == .integer(2000))
    #expect(value("init.gamma", in: cell) == .real(1))
    #expect(value("mode", in: cell) == .text("none"))
  }

  @Test func `a whole real is an integer and an integer is a real`() throws {
    let cell = try resolver.resolve(["width": .real(500), "init.gamma": .integer(2)])
    #expect(value("width", in: cell) == .integer(500))
    #expect(value("init.gamma", in: cell) == .real(2))
  }

  @Test(arguments: [
    ("init.gama", ParameterValue.real(1), StudyError.Code.unknownParameter, "'init.gamma'"),
    ("width", .real(0.5), .parameterType, "0.5 is not a whole number"),
    ("width", .real(1e300), .parameterType, "not a whole number"),
    ("width", .text("1000"), .parameterType, "an integer from 2 to 1000000"),
    ("width", .integer(1), .parameterRange, "an integer from 2 to 1000000"),
    ("init.gamma", .real(.nan), .parameterType, "not a finite number"),
    ("init.gamma", .real(10.5), .parameterRange, "a number from -10 to 10"),
    ("mode", .text("dorp"), .parameterRange, "did you mean 'drop'"),
    ("mode", .boolean(true), .parameterType, "one of 'none', 'drop', 'r1'"),
    ("antisymmetric", .integer(1), .parameterType, "true or false"),
    ("training.clip", .real(-1), .parameterRange, "of at least 0"),
  ])
  func `a value that does not fit is refused`(
    name: String, value: ParameterValue, code: StudyError.Code, words: String
  ) {
    let error = #expect(throws: StudyError.self) { try resolver.resolve([name: value]) }
    #expect(error?.kind == code)
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
  }

  @Test func `an inactive parameter has its default and leaves the key`() throws {
    let cell = try resolver.resolve(["keepProbability": .real(0.5)])
    #expect(value("keepProbability", in: cell) == .real(1))
    #expect(!resolver.keyParameters(of: cell).contains("keepProbability"))
  }

  @Test func `an active parameter has its value and makes the key`() throws {
    let cell = try resolver.resolve(["keepProbability": .real(0.5), "mode": .text("drop")])
    #expect(value("keepProbability", in: cell) == .real(0.5))
    #expect(resolver.keyParameters(of: cell).contains("keepProbability"))
  }

  @Test func `a neutral parameter leaves the key`() throws {
    let neutral = try resolver.resolve([:])
    #expect(!resolver.keyParameters(of: neutral).contains("training.clip"))
    let clipped = try resolver.resolve(["training.clip": .real(1)])
    #expect(resolver.keyParameters(of: clipped).contains("training.clip"))
  }

  @Test func `a cell that cannot be trained says why`() throws {
    let cell = try resolver.resolve(["width": .integer(6)])
    #expect(resolver.violation(of: cell) == "fewer than two neurons a sample")
    #expect(resolver.violation(of: try resolver.resolve([:])) == nil)
  }

  @Test func `a condition sees an inactive parameter at its default`() throws {
    var study = StudyFixture.description
    study.parameters.insert(
      ParameterDescription(
        name: "burst", label: "b", type: .integer, defaultValue: .integer(1), meaning: "Burst.",
        activeWhen: "keepProbability < 1"), at: 0)
    let resolver = try StudyResolver(study)
    let cell = try resolver.resolve(["keepProbability": .real(0.5), "burst": .integer(7)])
    #expect(cell.values[0] == .integer(1))
    let active = try resolver.resolve([
      "keepProbability": .real(0.5), "burst": .integer(7), "mode": .text("r1"),
    ])
    #expect(active.values[0] == .integer(7))
  }

  @Test func `seeds follow the replicate where nothing fixes them`() {
    #expect(
      resolver.seeds(fixed: ["data": 3], replicate: 8) == ["data": 3, "initialization": 8])
  }

  @Test(arguments: [
    "init.gamma >", "1 + 'a'", "unknown > 1", "init.gamma + 1", "loss > 1",
  ])
  func `a malformed condition is an error`(text: String) {
    var study = StudyFixture.description
    study.parameters[0].activeWhen = text
    let error = #expect(throws: StudyError.self) { try StudyResolver(study) }
    #expect(error?.kind == .malformedDescription)
    #expect(error?.exitStatus == .internalFault)
    study = StudyFixture.description
    study.constraints = [StudyConstraint(validWhen: text, reason: "")]
    #expect(throws: StudyError.self) { try StudyResolver(study) }
  }

  @Test func `parameters that are active depending on each other are an error`() {
    var study = StudyFixture.description
    study.parameters[0].activeWhen = "init.gamma > 0"
    study.parameters[1].activeWhen = "width > 0"
    #expect(throws: StudyError.self) { try StudyResolver(study) }
  }

  static let malformations: [@Sendable (inout StudyDescription) -> Void] = [
    { $0.name = "two\nlines" }, { $0.name = "" }, { $0.parameters[0].name = "a b" },
    { $0.parameters[0].name = "and" }, { $0.parameters[1].name = "width" },
    { $0.measures[0].name = "width" }, { $0.measures[0].name = "replicate" },
    { $0.seedPurposes = ["data", "data"] }, { $0.seedPurposes = ["a\nb"] },
    { $0.parameters[0].minimum = 5000 }, { $0.parameters[0].minimum = .nan },
    { $0.parameters[0].defaultValue = .real(1000) }, { $0.parameters[3].type = .choice([]) },
    { $0.parameters[3].type = .choice(["none", "none"]) },
    { $0.parameters[9].neutral = .integer(0) }, { $0.theoryLines[0].x = "gamma" },
    { $0.theoryLines[0].points[0].x = .infinity }, { $0.cost = "1 +" }, { $0.cost = "mode" },
    { $0.parameters = Array(repeating: $0.parameters[0], count: 2000) },
  ]

  @Test(arguments: 0..<malformations.count)
  func `a malformed description is an error`(index: Int) {
    var study = StudyFixture.description
    StudyResolverTests.malformations[index](&study)
    let error = #expect(throws: StudyError.self) { try StudyResolver(study) }
    #expect(error?.kind == .malformedDescription)
  }
}
