import Protocol
import TestSupport
import Testing

@testable import Transport

@Suite struct NodeReportTests {
  private static let digest = String(repeating: "a", count: 64)
  private static let other = String(repeating: "b", count: 64)
  private let expectation = NodeExpectation(
    digests: ["x86_64": digest], programBytes: 36 << 20, clockSeconds: 1_800_000_000)

  /// The answers of a node with which nothing is wrong.
  private static let healthy: [(name: String, value: String)] =
    [
      ("machine", "x86_64"), ("clock", "1800000001"), ("user", "ada"), ("work", "/home/ada/work"),
      ("memoryTotal", "16000000"), ("memoryAvailable", "8000000"), ("load", "0.50 1 1 1/99 7"),
      ("feature", "avx2"), ("feature", "fma"), ("features", "known"), ("cores", "4"),
      ("processors", "8"), ("tools", "known"), ("free", "1000000"), ("runs", "yes"),
      ("worker", "\(digest) verified 0.1.0"), ("killUserProcesses", "no"),
    ] + NodeRules.neededTools.map { ("tool", $0) }

  private func report(
    without names: [String] = [], adding facts: [(name: String, value: String)] = [],
    warnings: [NodeAnswer] = []
  ) -> NodeReport {
    let answers = (Self.healthy.filter { !names.contains($0.name) } + facts)
      .map { NodeAnswer.fact(name: $0.name, value: $0.value) }
    return NodeReport(
      node: NodeName("lab01"), address: "ada@lab01:22",
      facts: NodeFacts(answers: answers + warnings),
      expectation: expectation)
  }

  @Test func `a node with which nothing is wrong is usable`() {
    let report = report()
    #expect(report.faults == [])
    #expect(report.state == .usable)
    #expect(report.program?.release == "0.1.0")
  }

  @Test(
    arguments: [
      ("machine", "riscv64", "node.architecture"), ("runs", "no", "node.noexec"),
      ("free", "9000", "node.disk-full"),
    ])
  func `what makes a node unusable`(name: String, value: String, code: String) {
    let names = name == "free" ? ["free", "worker"] : [name]
    let report = report(without: names, adding: [(name, value)])
    #expect(report.faults.first?.code == code)
    #expect(report.state == .unusable)
  }

  @Test(
    arguments: [
      ("free", "100000", "node.disk-full"), ("memoryAvailable", "500000", "node.memory"),
      ("clock", "1800000061", "node.clock"), ("clock", "1799999939", "node.clock"),
      ("load", "4.01 1 1", "node.load"), ("killUserProcesses", "yes", "node.kill-user-processes"),
      ("process", "17 60 \(other) daemon lab/x", "node.other-workers"),
      ("worker", "\(digest) damaged unknown", "node.upload"),
      ("cores", "99999999999999999999", "node.answers"),
    ])
  func `what is worth a warning`(name: String, value: String, code: String) {
    let report = report(without: [name], adding: [(name, value)])
    #expect(report.faults.map(\.code) == [code])
    #expect(report.state == .warnings)
  }

  @Test(
    arguments: [
      ("free", "204800"), ("memoryAvailable", "524288"), ("clock", "1800000060"),
      ("clock", "1799999940"), ("load", "4.00 1 1"),
      ("process", "17 60 \(digest) daemon lab/x"),
    ])
  func `what is just good enough`(name: String, value: String) {
    #expect(report(without: [name], adding: [(name, value)]).faults == [])
  }

  @Test(arguments: ["avx2", "fma"])
  func `a processor without what pinned numerics need is named`(feature: String) {
    let present = feature == "fma" ? "avx2" : "fma"
    let report = report(without: ["feature"], adding: [("feature", present)])
    #expect(report.faults.map(\.code) == ["node.processor"])
    #expect(report.faults.first?.message.contains("no \(feature),") == true)
    #expect(report.state == .unusable)
  }

  @Test(arguments: NodeRules.neededTools)
  func `a tool that is missing makes a node unusable`(tool: String) {
    let tools = NodeRules.neededTools.filter { $0 != tool }.map { ("tool", $0) }
    let report = report(without: ["tool"], adding: tools)
    #expect(report.faults.map(\.code) == ["node.tool"])
    #expect(report.state == .unusable)
  }

  @Test func `a worker that can leave its session needs no warning`() {
    let facts = [("killUserProcesses", "yes"), ("scope", "yes")]
    #expect(report(without: ["killUserProcesses"], adding: facts).faults == [])
  }

  @Test func `a load that our own workers make is no fault`() {
    let facts = [("load", "9 9 9"), ("process", "17 60 \(Self.digest) slot ")]
    #expect(report(without: ["load"], adding: facts).faults == [])
  }

  @Test func `what the node complains of makes it unusable`() {
    let report = report(warnings: [.warning(code: "work-directory", words: "it is no directory")])
    #expect(report.faults.map(\.code) == ["node.work-directory"])
    #expect(report.faults.first?.isWarning == false)
  }

  @Test func `the worst stands first`() {
    let report = report(
      without: ["clock", "runs"], adding: [("clock", "1"), ("runs", "no")])
    #expect(report.faults.map(\.isWarning) == [false, true])
  }

  @Test func `a node that could not be asked has its error`() {
    let error = TransportError(.sshUnreachable, "Nothing answers.", remedy: "Start it.")
    let report = NodeReport(node: NodeName("lab01"), address: "lab01:22", error: error)
    #expect(report.state == .unusable)
    #expect(report.json["facts"] == .null)
    #expect(report.faults.map(\.code) == ["ssh.unreachable"])
  }

  @Test(
    arguments: [
      ("free", "-1"), ("free", "1e9"), ("free", ""), ("free", "9999999999999999"), ("load", "nan"),
      ("load", "inf"), ("load", "-1"), ("load", ""), ("clock", "0x10"),
      ("worker", "abc verified 1"),
      ("worker", ""), ("process", "1 2"), ("process", "x 1 \(digest) daemon d"),
      ("spool", "5 ../../etc"), ("spool", "5 a/b/c"), ("nonsense", "1"),
    ])
  func `a fact that makes no sense is named and does no harm`(name: String, value: String) {
    let facts = NodeFacts(answers: [.fact(name: name, value: value)])
    #expect(facts.malformed == [name])
  }

  @Test func `a flood of facts is bounded`() {
    let worker = NodeAnswer.fact(name: "worker", value: "\(Self.digest) verified 1")
    let tools = (0..<3_000).map { NodeAnswer.fact(name: "tool", value: "t\($0)") }
    let complaint = NodeAnswer.warning(code: "digest", words: "x")
    let facts = NodeFacts(
      answers: [NodeAnswer](repeating: worker, count: 3_000) + tools
        + [NodeAnswer](repeating: complaint, count: 3_000))
    #expect(facts.programs.count == 1_000)
    #expect(facts.tools?.count == 1_000)
    #expect(facts.complaints.count == 1_000)
    #expect(facts.malformed.count == NodeFacts.malformedCountMax)
  }

  @Test func `the largest numbers can be added up`() {
    let spool = "999999999999999 lab-0123456789abcdef/\(UniqueID.random())"
    let answers = [NodeAnswer](repeating: .fact(name: "spool", value: spool), count: 1_000)
    #expect(NodeFacts(answers: answers).resultBytes == 999_999_999_999_999_000)
    let facts = NodeFacts(answers: [.fact(name: "free", value: "999999999999999")])
    let expected: Int64 = 1_023_999_999_999_998_976
    #expect(facts.freeBytes == expected)
  }

  @Test func `texts of a node are short and show no control characters`() {
    let text = "\u{1B}[31m" + String(repeating: "x", count: 4_000)
    let facts = NodeFacts(answers: [.fact(name: "model", value: text)])
    #expect(facts.processorModel?.count == NodeText.charactersMax)
    #expect(facts.processorModel?.hasPrefix("\u{FFFD}[31m") == true)
  }

  @Test func `a report for programs has every fact`() throws {
    let json = report().json
    #expect(json["state"]?.string == "usable")
    #expect(json["workerRelease"]?.string == "0.1.0")
    let facts = try #require(json["facts"])
    #expect(facts["cores"]?.integer == 4)
    #expect(facts["features"]?.array == ["avx2", "fma"])
    #expect(facts["mayRunPrograms"]?.boolean == true)
    #expect(try JSONValue(parsing: Array(json.indentedText.utf8)) == json)
  }
}
