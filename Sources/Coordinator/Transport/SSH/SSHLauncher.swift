package import Protocol

/// Workers on other machines: logged in to over SSH, sent there when they are not there yet, and
/// spoken to through the streams of a remote command.
package struct SSHLauncher: Launcher {
  /// What the catalog calls the node.
  package var node: NodeName { target.node }
  private let target: SSHTarget
  private let network: SSHNetwork
  private let workers: WorkerFiles
  private let workDirectory: String?
  private let catalog: UniqueID
  private let files: [SentFile]
  private let notice: @Sendable (String) -> Void

  /// A launcher for one catalog's worker on one machine.
  /// - Parameters:
  ///   - target: The machine.
  ///   - network: What opens sessions; shared by all launchers of a program.
  ///   - workers: The worker programs that can be sent.
  ///   - workDirectory: Where on the node everything of ours is; `nil` for `~/.cache/phasegrid`.
  ///   - catalog: The catalog that the worker serves.
  ///   - files: The files that trials read, sent to the machine before anything is trained.
  ///   - notice: Told in words what takes long and what a user should know.
  package init(
    target: SSHTarget, network: SSHNetwork, workers: WorkerFiles, workDirectory: String?,
    catalog: UniqueID, files: [SentFile] = [], notice: @escaping @Sendable (String) -> Void
  ) {
    self.target = target
    self.network = network
    self.workers = workers
    self.workDirectory = workDirectory
    self.catalog = catalog
    self.files = files
    self.notice = notice
  }

  /// Logs in, sees to it that the worker program is there, starts it and speaks to it.
  package func open() async throws(TransportError) -> any WorkerLink {
    let session = try await network.open(target)
    do throws(TransportError) {
      return try await open(SSHNodeSession(node: node, session: session))
    } catch {
      session.close()
      throw error
    }
  }

  private func open(_ node: SSHNodeSession) async throws(TransportError) -> any WorkerLink {
    for file in files {
      let script = NodeScript.dataFile(
        workDirectory: workDirectory, digest: file.digest, byteCount: file.byteCount)
      try await node.upload(file, script, heard: notice)
    }
    var file = try await file(for: nil)
    var isUploaded = false
    while true {
      let script = NodeScript.launch(
        workDirectory: workDirectory, digest: file.digest, catalog: catalog)
      switch try await node.launch(script, heard: notice) {
      case .ready(let channel): return SSHLink(session: node.session, channel: channel)
      case .missing(let machine):
        let wanted = try await self.file(for: machine)
        if wanted.digest == file.digest {
          guard !isUploaded else {
            throw TransportError(
              .nodeUpload,
              "The worker program was sent to node '\(self.node)' and is not there.",
              remedy: "Look at its work directory; something removes files there.")
          }
          let upload = NodeScript.upload(
            workDirectory: workDirectory, digest: file.digest, byteCount: file.byteCount)
          try await node.upload(file, upload, heard: notice)
          isUploaded = true
        }
        file = wanted
      }
    }
  }

  private func file(for machine: String?) async throws(TransportError) -> WorkerFile {
    if let file = try await workers.file(for: machine) { return file }
    throw TransportError(node: node, noWorkerFor: machine ?? "unknown")
  }
}

/// The streams of a remote command as a link; its session ends with it.
private final class SSHLink: WorkerLink {
  let incoming: AsyncStream<[UInt8]>
  private let session: SSHSession
  private let channel: SSHChannel

  init(session: SSHSession, channel: SSHChannel) {
    self.session = session
    self.channel = channel
    incoming = AsyncStream { await channel.read() }
  }

  func send(_ bytes: [UInt8]) { channel.send(bytes) }

  func close() { session.close() }

  var complaints: String {
    [channel.failure?.message ?? "", channel.complaints].filter { !$0.isEmpty }
      .joined(separator: " ")
  }
}
