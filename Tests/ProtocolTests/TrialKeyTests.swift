import Protocol
import TestSupport
import Testing

@Suite struct TrialKeyTests {
  private let resolver: StudyResolver

  init() throws { resolver = try StudyResolver(StudyFixture.description) }

  private func specification(
    _ assigned: [String: ParameterValue], replicate: UInt32 = 0
  ) throws -> TrialSpecification {
    resolver.specification(
      of: try resolver.resolve(assigned), numerics: .pinned,
      seeds: resolver.seeds(fixed: ["data": 0], replicate: replicate), replicate: replicate)
  }

  @Test func `the key text is what was reviewed`() throws {
    let trial = try specification(
      ["mode": .text("drop"), "keepProbability": .real(0.9), "init.gamma": .real(0.1)],
      replicate: 3)
    #expect(
      trial.keyText == """
        phasegrid trial key 1
        study fixture revision 1
        numerics pinned revision 2
        parameter antisymmetric true
        parameter init.gamma 0.1
        parameter init.gammaPrime 0.0
        parameter keepProbability 0.9
        parameter mode "drop"
        parameter samples 4
        parameter training.learningRate 0.01
        parameter training.steps 1000
        parameter width 1000
        seed data 0
        seed initialization 3
        replicate 3

        """)
  }

  @Test func `the key is the digest of its text`() throws {
    let trial = try specification([:])
    #expect(trial.key.bytes == SHA256.digest(trial.keyText.utf8))
    #expect(
      trial.key.description
        == "a6106cb04b931fb1b468176a8e9d915c8b9605b780b7d9c5430ce5eb03ab8d73")
  }

  @Test func `inactive parameters leave the key`() throws {
    #expect(
      try specification(["keepProbability": .real(0.5)]).key
        == specification(["keepProbability": .real(0.7)]).key)
    let drop = ParameterValue.text("drop")
    #expect(
      try specification(["mode": drop, "keepProbability": .real(0.5)]).key
        != specification(["mode": drop, "keepProbability": .real(0.7)]).key)
  }

  @Test func `the order in which a study declares its parameters leaves the key`() throws {
    var study = StudyFixture.description
    study.parameters.reverse()
    study.seedPurposes.reverse()
    let other = try StudyResolver(study)
    let trial = other.specification(
      of: try other.resolve([:]), numerics: .pinned,
      seeds: other.seeds(fixed: ["data": 0], replicate: 0), replicate: 0)
    #expect(trial.key == (try specification([:]).key))
  }

  @Test(arguments: 0..<5)
  func `a writer gives the keys of the specifications`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var writer = TrialKeyWriter(resolver, numerics: .pinned, fixedSeeds: ["data": 0])
    for _ in 0..<300 {
      let cell = try resolver.resolve([
        "mode": .text(["none", "drop", "r1"].randomElement(using: &generator) ?? "none"),
        "keepProbability": .real([0.5, 0.9].randomElement(using: &generator) ?? 1),
        "width": .integer([100, 200].randomElement(using: &generator) ?? 1),
        "antisymmetric": .boolean(Bool.random(using: &generator)),
        "training.clip": .real([0, 1].randomElement(using: &generator) ?? 0),
      ])
      writer.begin(cell)
      for replicate in [UInt32(0), 5, 5, 1] {
        let trial = resolver.specification(
          of: cell, numerics: .pinned,
          seeds: resolver.seeds(fixed: ["data": 0], replicate: replicate), replicate: replicate)
        #expect(writer.key(replicate: replicate) == trial.key)
      }
    }
  }
}
