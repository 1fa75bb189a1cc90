import Protocol
import Synchronization
import Transport

/// What a connection tells the driver.
enum NodeNews: Sendable {
  /// The link is open and the worker has been greeted.
  case opened(any WorkerLink)
  /// Messages in the order in which they came.
  case messages([FromWorker])
  /// The link could not be opened or has ended, with the reason where there is one.
  case ended(NodeFailure?)
}

/// Why a node is not connected.
struct NodeFailure: Sendable {
  /// What happened and what to do.
  var words: String
  /// Whether somebody has to do something before it can be connected.
  var isLasting = false
}

/// Whether somebody still wants a connection.
final class ConnectionPermit: Sendable {
  private let withdrawn = Mutex(false)

  /// Whether nobody does.
  var isWithdrawn: Bool { withdrawn.withLock { $0 } }

  /// Nobody does from now on.
  func withdraw() { withdrawn.withLock { $0 = true } }
}

/// One connection to a node, from the opening of its link to its end.
struct NodeConnection: Sendable {
  let launcher: any Launcher
  let greeting: Attach
  let permit: ConnectionPermit

  /// Opens the link after a pause, greets the worker, and passes on what it says until the link
  /// ends.
  func follow(afterSeconds pause: Double, news: @Sendable (NodeNews) -> Void) async {
    if pause > 0 {
      // A cancelled pause ends the connection before it began.
      guard (try? await Task.sleep(for: .seconds(pause))) != nil else { return }
    }
    guard !permit.isWithdrawn else { return }
    let link: any WorkerLink
    do {
      link = try await launcher.open()
    } catch {
      news(
        .ended(
          NodeFailure(words: "\(error.message) \(error.remedy)", isLasting: error.isLasting)))
      return
    }
    defer { link.close() }
    guard !permit.isWithdrawn else { return }
    news(.opened(link))
    link.send(FrameEncoder.frame(ToWorker.attach(greeting)))
    var decoder = FrameDecoder<FromWorker>(awaitsMagic: true)
    do throws(FrameError) {
      for await bytes in link.incoming {
        decoder.append(bytes)
        var messages: [FromWorker] = []
        while let message = try decoder.next() { messages.append(message) }
        if !messages.isEmpty { news(.messages(messages)) }
      }
      try decoder.finish()
      news(.ended(link.complaints.isEmpty ? nil : NodeFailure(words: link.complaints)))
    } catch {
      let complaints = link.complaints
      news(
        .ended(
          NodeFailure(
            words: complaints.isEmpty
              ? error.message : "\(error.message) It said: \(complaints)")))
    }
  }
}
