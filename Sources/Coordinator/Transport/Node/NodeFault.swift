/// One thing that is wrong with a node.
package struct NodeFault: Hashable, Sendable {
  /// The dotted name, one of ``TransportError/Code``.
  package let code: String
  /// What is wrong.
  package let message: String
  /// What to do about it, as one imperative sentence.
  package let remedy: String
  /// Whether the node can be used all the same.
  package let isWarning: Bool

  /// Puts a fault together.
  init(_ kind: TransportError.Code, isWarning: Bool, _ message: String, remedy: String) {
    code = kind.rawValue
    self.message = message
    self.remedy = remedy
    self.isWarning = isWarning
  }

  /// The fault that an error tells of.
  init(_ error: TransportError) {
    self.init(error.kind, isWarning: false, error.message, remedy: error.remedy)
  }
}

/// What the coordinator has and expects, against which the facts about a node are held.
package struct NodeExpectation: Hashable, Sendable {
  /// The SHA-256 of the worker program for each kind of machine (`uname -m`), 64 hexadecimal digits.
  package var digests: [String: String]
  /// The size of a worker program, in bytes.
  package var programBytes: Int64
  /// What this machine's clock said when the answers came, in seconds since 1970.
  package var clockSeconds: Int64

  /// Puts an expectation together.
  package init(digests: [String: String], programBytes: Int64, clockSeconds: Int64) {
    self.digests = digests
    self.programBytes = programBytes
    self.clockSeconds = clockSeconds
  }
}
