package import Protocol

/// Why a node or a worker program could not be reached.
package struct TransportError: Diagnosable {
  /// The stable names of this room's errors.
  package struct Code: Hashable, Sendable {
    /// The dotted name.
    package let rawValue: String

    init(_ rawValue: String) { self.rawValue = rawValue }

    /// The worker program is not where it should be.
    package static let noWorker = Code("transport.no-worker")
    /// A file of the user could not be made known on this machine.
    package static let dataFile = Code("transport.data-file")
    /// A process could not be started.
    package static let spawn = Code("transport.spawn")
    /// The worker program ended with an error.
    package static let workerFailed = Code("transport.worker-failed")
    /// The worker program answered with something that is not what was asked for.
    package static let badAnswer = Code("transport.bad-answer")
  }

  /// Which error it is.
  package let kind: Code
  /// What was being done, to what, and why it failed.
  package let message: String
  /// What to do about it.
  package let remedy: String

  /// The dotted name.
  package var code: String { kind.rawValue }
  /// A node that cannot be used.
  package var exitStatus: ExitStatus { .unavailable }

  /// Puts an error together.
  package init(_ kind: Code, _ message: String, remedy: String) {
    self.kind = kind
    self.message = message
    self.remedy = remedy
  }
}

extension TransportError {
  /// Whether somebody has to do something before trying again can help.
  ///
  /// A machine that is off, a network that is down and a log-in that was cut mend themselves.
  package var isLasting: Bool {
    switch kind {
    case .sshHostName, .sshUnreachable, .sshGreeting, .sshLost, .sshChannel, .nodeUpload, .spawn:
      false
    default: true
    }
  }
}
