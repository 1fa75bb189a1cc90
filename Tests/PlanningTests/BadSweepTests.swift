import Foundation
import Planning
import Protocol
import TestSupport
import Testing

@Suite struct BadSweepTests {
  @Test(arguments: BadSweep.all)
  func `a bad sweep file is refused with its place and what was expected`(bad: BadSweep) throws {
    let error = try #require(bad.error, "it was taken for good")
    #expect(error.kind == bad.code, "\(error)")
    #expect(error.line == bad.line, "\(error)")
    for word in bad.words {
      #expect(error.description.contains(word), "\(error)")
    }
    let place = bad.line.map { "bad.yaml:\($0): " } ?? "bad.yaml: "
    #expect(error.message.hasPrefix(place))
    #expect(error.exitStatus == .malformedFile)
    #expect(error.remedy.hasSuffix(".") || error.remedy.hasSuffix("?"), "\(error.remedy)")
    #expect(!error.message.contains("\n"))
  }

  @Test func `the table holds each mistake once`() {
    #expect(Set(BadSweep.all.map(\.name)).count == BadSweep.all.count)
  }

  @Test func `every code has a line in the documentation`() throws {
    let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let codes = try String(
      contentsOf: root.appendingPathComponent(
        "Sources/Coordinator/Planning/SweepFileError+Codes.swift"), encoding: .utf8)
    let page = try String(
      contentsOf: root.appendingPathComponent("docs/SWEEP-ERRORS.md"), encoding: .utf8)
    var count = 0
    for match in codes.matches(of: /Code\("([a-z.-]+)"\)/) {
      #expect(page.contains("`\(match.1)`"), "\(match.1)")
      count += 1
    }
    #expect(count > 30)
  }

  @Test func `a key given twice names both lines where they differ in quotes`() {
    let bad = BadSweep(
      "", body: "parameters:\n  width: 100\n  \"width\": 200", .duplicateKey, line: nil)
    #expect(bad.error?.kind == .duplicateKey)
  }

  @Test func `a malformed study is the worker's fault`() throws {
    let file = try SweepFile(
      text: "sweep: a\nstudy: fixture\nparameters: {}\n", path: "a.yaml")
    var study = StudyFixture.description
    study.constraints[0].validWhen = "width >"
    let error = #expect(throws: SweepFileError.self) { try SweepPlan(file, study: study) }
    #expect(error?.kind == .studyDescription)
    #expect(error?.exitStatus == .internalFault)
  }

  @Test(arguments: 0..<30)
  func `no bytes trap`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let good = Array(SweepTexts.everything.utf8)
    for _ in 0..<40 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes.remove(at: place)
        case 2:
          bytes.insert(contentsOf: "[{&*'\":,-\n".utf8.shuffled(using: &generator)[..<2], at: place)
        default: bytes.removeSubrange(place..<min(place + 20, bytes.count))
        }
      }
      _ =
        BadSweep(
          "", String(decoding: bytes, as: UTF8.self), .syntax, line: nil
        ).error
    }
  }
}
