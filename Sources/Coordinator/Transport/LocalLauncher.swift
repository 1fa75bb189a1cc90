import Dispatch
import Glibc
package import Protocol
import Synchronization

/// Workers on this machine: the program is started as a child and spoken to over its streams.
package struct LocalLauncher: Launcher {
  /// The node's name in the catalog.
  package let node: NodeName
  private let program: WorkerProgram
  private let directory: String
  private let files: [SentFile]

  /// A launcher for one catalog's worker on this machine.
  /// - Parameters:
  ///   - node: What the catalog calls this machine.
  ///   - program: The worker program.
  ///   - directory: The worker's own directory, for its spool and logs; made when it is not there.
  ///   - files: The files that trials read.
  package init(
    node: NodeName = NodeName("local"), program: WorkerProgram, directory: String,
    files: [SentFile] = []
  ) {
    self.node = node
    self.program = program
    self.directory = directory
    self.files = files
  }

  /// Starts `phasegrid-worker serve` and speaks to it.
  package func open() async throws(TransportError) -> any WorkerLink {
    // The work directory has a folder for every machine, and in it one for every catalog.
    let folder = directory.split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" } + "/files"
    for file in files { try file.link(in: folder) }
    return LocalLink(
      child: try ChildProcess(
        path: program.path, arguments: ["serve", "--directory", directory]))
  }
}

/// The streams of a child process as a link.
private final class LocalLink: WorkerLink {
  let incoming: AsyncStream<[UInt8]>
  private let child: ChildProcess
  private let writer = DispatchQueue(label: "phasegrid.link.writer")
  private let heard = Mutex<[UInt8]>([])
  private let isClosed = Mutex(false)

  init(child: ChildProcess) {
    self.child = child
    let (stream, continuation) = AsyncStream.makeStream(of: [UInt8].self)
    incoming = stream
    let output = child.output
    // A queue of its own: reading blocks its thread until the link ends.
    DispatchQueue(label: "phasegrid.link.reader").async {
      readToEnd(output) { continuation.yield($0) }
      Glibc.close(output)
      continuation.finish()
    }
    listen()
  }

  func send(_ bytes: [UInt8]) {
    writer.async { [self] in
      // A link that is cut ends its incoming stream; there is nobody else to tell.
      guard !isClosed.withLock({ $0 }) else { return }
      _ = writeAll(child.input, bytes)
    }
  }

  func close() {
    writer.async { [self] in
      let wasClosed = isClosed.withLock { closed in
        defer { closed = true }
        return closed
      }
      // The relay ends when its input does, and its end ends the reader.
      if !wasClosed { Glibc.close(child.input) }
    }
  }

  var complaints: String {
    String(decoding: heard.withLock { $0 }, as: UTF8.self)
  }

  /// Keeps the last words of standard error, and collects the process when it has ended.
  private func listen() {
    let child = child
    DispatchQueue.global().async { [weak self] in
      readToEnd(child.error) { piece in
        self?.heard.withLock { $0 = ($0 + piece).suffix(4096) }
      }
      Glibc.close(child.error)
      _ = child.waitForExit()
    }
  }
}
