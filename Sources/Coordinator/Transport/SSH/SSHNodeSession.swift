import Protocol

/// A node that is logged in to: scripts run on it, and what they answer is understood.
struct SSHNodeSession: Sendable {
  /// The one command that is ever started on a node, whatever its login shell: everything else goes
  /// to its standard input.
  static let command = "exec /bin/sh"

  /// How long a script may take to answer, in seconds; slow start-up files and discs included.
  static let answerSeconds = 60.0
  /// The slowest link that a worker program is sent over, in bytes a second.
  static let leastBytesPerSecond = 50_000.0

  let node: NodeName
  let session: SSHSession
  var answerSeconds = SSHNodeSession.answerSeconds

  /// How the script of a launch ended.
  enum Launch {
    /// The worker speaks: what it has said so far stands first in the channel.
    case ready(SSHChannel)
    /// The wanted worker program is not there.
    case missing(machine: String)
  }

  /// Starts a worker whose program is on the node.
  /// - Parameters:
  ///   - script: The script of a launch.
  ///   - heard: Told of what does not stop the script.
  /// - Returns: Whether the worker speaks.
  /// - Throws: ``TransportError``.
  func launch(
    _ script: NodeScript, heard: (String) -> Void
  ) async throws(TransportError) -> Launch {
    let (channel, deadline) = try await start(script)
    defer { deadline.cancel() }
    var answers = NodeAnswers(node: node, script: script)
    while let bytes = await channel.read() {
      for answer in try answers.take(bytes) {
        switch answer {
        case .ready:
          channel.output.putBack(answers.takeRest())
          return .ready(channel)
        case .missing(let machine):
          channel.close()
          return .missing(machine: machine)
        case .failed(let code, let words):
          throw TransportError(node: node, failure: code, words: words)
        case .warning(let code, let words): heard(words.isEmpty ? code : "\(code): \(words)")
        case .send, .done, .fact: break
        }
      }
    }
    throw failure(of: channel, answers, deadline)
  }

  /// Puts a worker program, or a file of the user, on the node.
  /// - Throws: ``TransportError``.
  func upload(
    _ file: any NodeContent, _ script: NodeScript, heard: (String) -> Void
  ) async throws(TransportError) {
    let (channel, deadline) = try await start(
      script, addingSeconds: Double(file.byteCount) / SSHNodeSession.leastBytesPerSecond)
    defer {
      deadline.cancel()
      channel.close()
    }
    var answers = NodeAnswers(node: node, script: script)
    while let bytes = await channel.read() {
      for answer in try answers.take(bytes) {
        switch answer {
        case .send:
          let size = file.byteCount
          heard(
            "sending \(file.name), "
              + (size >> 20 > 0 ? "\(size >> 20) MiB" : "\((size + 1023) >> 10) KiB"))
          await send(file, through: channel)
        case .done: return
        case .failed(let code, let words):
          throw TransportError(node: node, failure: code, words: words)
        case .ready, .missing, .warning, .fact: break
        }
      }
    }
    throw failure(of: channel, answers, deadline)
  }

  /// Sends the whole file; one that the node takes no longer has its reason in the answers.
  private func send(_ file: any NodeContent, through channel: SSHChannel) async {
    var position = 0
    while position < file.byteCount {
      let piece = file.piece(from: position)
      guard !piece.isEmpty else { break }
      do throws(TransportError) {
        try await channel.write(piece)
      } catch {
        return
      }
      position += piece.count
    }
    channel.endInput()
  }

  /// Runs a script to its end and collects what it answers.
  /// - Throws: ``TransportError``.
  func answers(to script: NodeScript) async throws(TransportError) -> [NodeAnswer] {
    let (channel, deadline) = try await start(script)
    defer {
      deadline.cancel()
      channel.close()
    }
    var reader = NodeAnswers(node: node, script: script)
    var all: [NodeAnswer] = []
    while let bytes = await channel.read() {
      for answer in try reader.take(bytes) {
        if case .failed(let code, let words) = answer {
          throw TransportError(node: node, failure: code, words: words)
        }
        all.append(answer)
        if case .done = answer { return all }
      }
    }
    throw failure(of: channel, reader, deadline)
  }

  private func start(
    _ script: NodeScript, addingSeconds seconds: Double = 0
  ) async throws(TransportError) -> (SSHChannel, Deadline) {
    let session = session
    // A login shell that hangs would be waited for for ever.
    let deadline = Deadline(seconds: answerSeconds + seconds) { session.close() }
    let channel = try await session.start(SSHNodeSession.command)
    channel.send(Array(script.text.utf8))
    return (channel, deadline)
  }

  /// Why a script gave no last answer.
  private func failure(
    of channel: SSHChannel, _ answers: NodeAnswers, _ deadline: Deadline
  ) -> TransportError {
    guard deadline.hasPassed else {
      return channel.failure ?? answers.endedEarly(complaints: channel.complaints)
    }
    return TransportError(
      .nodeShell,
      "Node '\(node)' let us in, and its /bin/sh did not answer within \(Int(answerSeconds)) s.",
      remedy: "Look at its login shell and start-up files: 'ssh \(node) true' must end soon.")
  }
}
