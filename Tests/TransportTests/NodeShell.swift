import Dispatch
import Glibc
import Protocol
import Testing

@testable import Transport

/// A shell of this machine in the place of a node's: what SSH would bring reaches it through its
/// standard input, in small pieces.
struct NodeShell: CustomTestStringConvertible, Sendable {
  /// What a script did.
  struct Outcome {
    var answers: [NodeAnswer] = []
    /// What followed `ready`.
    var rest: [UInt8] = []
    var noise = ""
    var complaints = ""

    /// The code of the failure that was answered.
    var failure: String? {
      for case .failed(let code, _) in answers { return code }
      return nil
    }

    /// The words of the failure or warning that was answered first.
    var words: String {
      for answer in answers {
        switch answer {
        case .failed(_, let words), .warning(_, let words): return words
        default: continue
        }
      }
      return ""
    }
  }

  let name: String
  var testDescription: String { name }

  /// The shells that a node's `/bin/sh` may be; not all are on every machine.
  static let all = ["dash", "bash", "busybox", "ksh93", "mksh", "zsh"].map(NodeShell.init)
  /// One of them that is everywhere.
  static let standard = NodeShell(name: "sh")

  /// Where a program is; `nil` when it is not there.
  static func find(_ program: String) -> String? {
    let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    return path.split(separator: ":").map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
  }

  /// Runs a script to its end.
  /// - Parameters:
  ///   - script: What the shell is given.
  ///   - world: Where it lives.
  ///   - file: What is sent after `send`.
  ///   - before: Shell text that runs before the shell: what a login shell would do.
  /// - Returns: What it answered and what it complained of.
  /// - Throws: ``TransportError``; cancels the test when the shell is not installed.
  func run(
    _ script: NodeScript, in world: NodeWorld, sending file: [UInt8] = [], before: String = ":"
  ) async throws -> Outcome {
    guard let program = NodeShell.find(name) else {
      try Test.cancel("\(name) is not installed")
    }
    // A shell behaves as /bin/sh does when that is its name.
    let link = "\(world.path)/shells/\(name)"
    try world.makeDirectory(link)
    symlink(program, "\(link)/sh")
    let settings = world.environment.map { "\($0.key)=\($0.value)" }
    let start = "\(before)\nexec \(ShellQuoting.quote(link + "/sh"))"
    let child = try ChildProcess(
      path: "/usr/bin/env", arguments: ["-i"] + settings + ["/bin/sh", "-c", start])
    let name = NodeName("lab01")
    return try await withCheckedThrowingContinuation { continuation in
      DispatchQueue(label: "node shell").async {
        continuation.resume(
          with: Result {
            try NodeShell.converse(
              with: child, NodeAnswers(node: name, script: script), script, file)
          })
      }
    }
  }

  private static func converse(
    with child: ChildProcess, _ reader: NodeAnswers, _ script: NodeScript, _ file: [UInt8]
  ) throws -> Outcome {
    var reader = reader
    var outcome = Outcome()
    var isOpen = true
    defer {
      if isOpen { close(child.input) }
      close(child.output)
      close(child.error)
      _ = child.waitForExit()
    }
    for piece in pieces(of: Array(script.text.utf8), byteCount: 97) {
      _ = writeAll(child.input, piece)
    }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(child.output, &buffer, buffer.count)
      guard count > 0 else { break }
      let answers = try reader.take(buffer[..<count])
      outcome.answers += answers
      outcome.rest += reader.takeRest()
      if answers.contains(.send) {
        for piece in pieces(of: file, byteCount: 32 << 10) { _ = writeAll(child.input, piece) }
      }
      if isOpen, answers.contains(.send) || outcome.answers.last == .ready {
        // The worker ends when its input does.
        isOpen = false
        close(child.input)
      }
    }
    outcome.noise = reader.noise
    readToEnd(child.error) { outcome.complaints += String(decoding: $0, as: UTF8.self) }
    return outcome
  }

  private static func pieces(of bytes: [UInt8], byteCount: Int) -> [[UInt8]] {
    stride(from: 0, to: bytes.count, by: byteCount).map {
      Array(bytes[$0..<min($0 + byteCount, bytes.count)])
    }
  }
}
