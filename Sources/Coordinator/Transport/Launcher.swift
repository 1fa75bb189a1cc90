package import Protocol

/// A way to start a worker on a node and to reach the one that runs there.
///
/// Adding one is a file beside this one and a case where the cluster's nodes are turned into
/// launchers. What every launcher runs is `phasegrid-worker serve`: it starts the worker unless it
/// runs already and relays its standard streams to it, so that opening a link is idempotent.
package protocol Launcher: Sendable {
  /// The node that it reaches.
  var node: NodeName { get }

  /// Starts the worker if need be and opens a stream of bytes to it.
  ///
  /// The worker goes on when the link ends; a new link attaches to it.
  /// - Throws: ``TransportError`` when the node cannot be reached or the worker cannot be started.
  func open() async throws(TransportError) -> any WorkerLink
}

/// A stream of bytes to a worker and back.
package protocol WorkerLink: Sendable {
  /// What the worker sends, in pieces as they come; ends when the link is cut or closed.
  var incoming: AsyncStream<[UInt8]> { get }

  /// Sends bytes; they arrive in the order of the calls.
  ///
  /// Returns at once: what a cut link does not deliver is sent again after the next attach.
  func send(_ bytes: [UInt8])

  /// Ends the link; the worker goes on.
  func close()

  /// What the worker's start wrote to standard error, for the error that the user sees.
  var complaints: String { get }
}
