import Planning
import Protocol
import TestSupport
import Testing

@Suite struct KeyDifferenceTests {
  private func text(_ body: String) throws -> String {
    try SweepTexts.plan(body).trials.map(\.specification.keyText).first ?? ""
  }

  @Test func `the same trial has no difference`() throws {
    let text = try text("parameters: {}")
    let difference = KeyDifference(first: text, second: text)
    #expect(difference.facts.isEmpty)
    #expect(difference.sentences == ["the two are the same trial"])
  }

  @Test func `differences are said in words`() throws {
    let first = try text("parameters: {width: 100}\nseeds: {data: 3}")
    let second = try text(
      "parameters: {width: 200, mode: drop, keepProbability: 0.5}\n"
        + "replicates: [4]\nseeds: {data: 3}"
    )
    #expect(
      KeyDifference(first: first, second: second).sentences == [
        "parameter mode is \"none\" in the first, \"drop\" in the second",
        "parameter width is 100 in the first, 200 in the second",
        "seed initialization is 0 in the first, 4 in the second",
        "replicate is 0 in the first, 4 in the second",
        "parameter keepProbability has no effect in the first and is 0.5 in the second",
      ])
  }

  @Test func `a new revision of the study is a difference`() throws {
    var study = StudyFixture.description
    let before = try SweepTexts.plan("parameters: {}", study: study)
    study.revision = 2
    let after = try SweepTexts.plan("parameters: {}", study: study)
    let texts = [before, after].map { $0.trials.map(\.specification.keyText).first ?? "" }
    #expect(
      KeyDifference(first: texts[0], second: texts[1]).sentences
        == ["study is fixture revision 1 in the first, fixture revision 2 in the second"])
  }
}
