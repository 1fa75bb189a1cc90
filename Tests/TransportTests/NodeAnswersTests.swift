import Glibc
import Protocol
import TestSupport
import Testing

@testable import Transport

@Suite struct NodeAnswersTests {
  private let script = NodeScript(values: [], parts: [])
  private var mark: String { "phasegrid \(script.token) " }
  private var reader: NodeAnswers { NodeAnswers(node: NodeName("lab01"), script: script) }

  private func answers(_ text: String) throws -> [NodeAnswer] {
    var reader = reader
    return try reader.take(text.utf8)
  }

  @Test func `answers are read wherever the stream is cut`() throws {
    let text =
      "hello\n\(mark)missing x86_64\nnoise\(mark)warning digest a b\n\(mark)ready\n\0rest\n"
    let bytes = Array(text.utf8)
    for cut in 0...bytes.count {
      var reader = reader
      let answers = try reader.take(bytes[..<cut])
      var rest = reader.takeRest()
      let others = try reader.take(bytes[cut...])
      rest += reader.takeRest()
      #expect(
        answers + others == [
          .missing(machine: "x86_64"), .warning(code: "digest", words: "a b"), .ready,
        ])
      #expect(rest == Array("\0rest\n".utf8))
      #expect(reader.noise == "hello / noise")
    }
  }

  @Test func `an answer under another token is noise`() throws {
    var reader = reader
    let other = script.token == "0123456789abcdef" ? "fedcba9876543210" : "0123456789abcdef"
    #expect(try reader.take("phasegrid \(other) ready\n".utf8).isEmpty)
    #expect(reader.noiseBytes > 0)
  }

  @Test func `what follows ready is left alone, whatever it looks like`() throws {
    var reader = reader
    #expect(try reader.take("\(mark)ready\n\(mark)nonsense\n".utf8) == [.ready])
    let long = [UInt8](repeating: 7, count: 1 << 20)
    #expect(try reader.take(long).isEmpty)
    #expect(reader.takeRest() == Array("\(mark)nonsense\n".utf8) + long)
  }

  @Test(arguments: ["", "rady", "ready now", "missing", "failed", "fact", "send it"])
  func `what no script says is a fault`(words: String) throws {
    let error = try #require(throws: TransportError.self) { try answers("\(mark)\(words)\n") }
    #expect(error.kind == .nodeShell)
  }

  @Test func `an answer that is too long is a fault`() throws {
    #expect(throws: TransportError.self) {
      try answers("\(mark)failed digest " + String(repeating: "x", count: 5 << 10) + "\n")
    }
  }

  @Test func `an answer without an end is a fault`() throws {
    #expect(throws: TransportError.self) {
      try answers("\(mark)failed digest " + String(repeating: "x", count: 10 << 10))
    }
  }

  @Test func `too many answers are a fault`() throws {
    var reader = reader
    let line = Array("\(mark)fact load \(String(repeating: "1", count: 4000))\n".utf8)
    #expect(throws: TransportError.self) {
      for _ in 0..<300 { _ = try reader.take(line) }
    }
  }

  @Test(arguments: [1, 100, 10_000])
  func `noise is bounded, with lines of any length`(lineBytes: Int) throws {
    var reader = reader
    let line = [UInt8](repeating: 65, count: lineBytes - 1) + [10]
    #expect(throws: TransportError.self) {
      for _ in 0...(2 * Limits.noiseBytesMax / lineBytes) { _ = try reader.take(line) }
    }
    #expect(reader.noise.utf8.count <= 2 << 10)
  }

  @Test func `noise without any end of line is bounded`() throws {
    var reader = reader
    #expect(throws: TransportError.self) {
      for _ in 0..<200 { _ = try reader.take([UInt8](repeating: 65, count: 1000)) }
    }
  }

  @Test func `an answer after a long line without an end is found`() throws {
    var reader = reader
    #expect(try reader.take([UInt8](repeating: 65, count: 20_000)).isEmpty)
    let first = mark.utf8.prefix(10)
    #expect(try reader.take(first).isEmpty)
    #expect(try reader.take((mark + "send\n").utf8.dropFirst(10)) == [.send])
  }

  @Test func `control characters never come through`() throws {
    let nasty = "\u{1B}[2Jx\u{7}\u{202E}y\u{85}z\r"
    let all = try answers("\u{1B}]0;owned\u{7}\n\(mark)failed digest \(nasty)\n")
    #expect(
      all == [.failed(code: "digest", words: "\u{FFFD}[2Jx\u{FFFD}\u{FFFD}y\u{FFFD}z\u{FFFD}")])
    var reader = reader
    _ = try reader.take(nasty.utf8 + [10])
    let ended = reader.endedEarly(complaints: nasty)
    for text in [reader.noise, ended.message, ended.remedy] {
      #expect(!text.unicodeScalars.contains(where: NodeText.isControl))
    }
  }

  @Test func `bytes that are no UTF-8 do no harm`() throws {
    var reader = reader
    let answers = try reader.take(Array("\(mark)failed x ".utf8) + [0xFF, 0xC0, 10])
    #expect(answers == [.failed(code: "x", words: "\u{FFFD}\u{FFFD}")])
  }

  @Test func `random bytes are read or refused`() throws {
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<300 {
      var reader = reader
      var bytes: [UInt8] = []
      for _ in 0..<Int.random(in: 0..<40, using: &generator) {
        bytes += Bool.random(using: &generator) ? Array(mark.utf8) : []
        bytes += (0..<8).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        bytes += Bool.random(using: &generator) ? [10] : []
      }
      do throws(TransportError) {
        _ = try reader.take(bytes)
      } catch {
        #expect(error.kind == .nodeShell)
      }
    }
  }

  @Test func `an end without an answer quotes what was heard`() throws {
    var reader = reader
    _ = try reader.take("This account is\ncurrently not available.".utf8)
    let error = reader.endedEarly(complaints: "rbash: exec: restricted\n")
    #expect(error.kind == .nodeShell)
    #expect(error.message.contains("currently not available"))
    #expect(error.message.contains("rbash: exec: restricted"))
  }

  @Test(
    arguments: [
      ("disk-full", TransportError.Code.nodeDiskFull), ("work-directory", .nodeWorkDirectory),
      ("noexec", .nodeNoExec), ("tool", .nodeTool), ("digest", .nodeUpload),
      ("execution", .nodeWorker), ("else", .nodeShell),
    ])
  func `a failure has an error that names the node`(code: String, kind: TransportError.Code) {
    let error = TransportError(node: NodeName("lab01"), failure: code, words: "the words")
    #expect(error.kind == kind)
    #expect(error.message.contains("lab01") && error.message.contains("the words"))
    #expect(!error.remedy.isEmpty)
  }

  @Test func `a kind of machine without a worker is named`() {
    let error = TransportError(node: NodeName("lab01"), noWorkerFor: "riscv64")
    #expect(error.kind == .nodeArchitecture)
    #expect(error.message.contains("riscv64") && error.remedy.contains("workers/riscv64"))
  }

  @Test(arguments: ["", "a b", "it's", "''", "$HOME `x` \\ \" * \n"])
  func `a quoted text is one word for a shell`(text: String) throws {
    let command = "printf %s \(ShellQuoting.quote(text))"
    let child = try ChildProcess(path: "/bin/sh", arguments: ["-c", command])
    for end in [child.input, child.error] { close(end) }
    var said: [UInt8] = []
    readToEnd(child.output) { said += $0 }
    close(child.output)
    #expect(said == Array(text.utf8))
    #expect(child.waitForExit() == 0)
  }
}
