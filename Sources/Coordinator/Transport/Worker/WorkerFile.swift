import Dispatch
import Foundation
import Glibc
import Protocol

/// A worker program as it is sent to nodes.
package struct WorkerFile: Sendable {
  /// Where it is on this machine.
  package let path: String
  /// Its SHA-256 in 64 hexadecimal digits: the name of its directory on a node.
  package let digest: String
  private let content: Data

  /// Its size in bytes.
  package var byteCount: Int { content.count }

  /// Reads and digests a program; blocks.
  init(path: String) throws(TransportError) {
    self.path = path
    do {
      // Mapped: many nodes may be sent the same file at once, and none may need it.
      content = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
    } catch {
      throw TransportError(
        .noWorker, "Reading the worker program \(path): \(error.localizedDescription)",
        remedy: "Build it with 'make build', or set PHASEGRID_WORKER to where it is.")
    }
    var hash = SHA256()
    var position = 0
    while position < content.count {
      let piece = WorkerFile.piece(of: content, from: position)
      hash.update(piece)
      position += piece.count
    }
    digest = hexadecimal(of: hash.finish())
  }

  /// The bytes from a position on, a piece of at most 256 KiB.
  package func piece(from position: Int) -> [UInt8] {
    WorkerFile.piece(of: content, from: position)
  }

  private static func piece(of content: Data, from position: Int) -> [UInt8] {
    Array(content[position..<min(content.count, position + 256 << 10)])
  }
}

/// The worker programs that can be sent to nodes, by the kind of machine that they run on.
package actor WorkerFiles {
  /// The kind of this machine, as `uname -m` says it.
  package let ownMachine: String
  private let own: WorkerProgram
  private let folder: String
  private var files: [String: WorkerFile] = [:]
  private let turn = LoginGate(countMax: 1)

  /// The program of this machine, and those in a folder for other kinds, each in a folder of its
  /// own that is called as `uname -m` says it: `workers/aarch64/phasegrid-worker`.
  /// - Parameters:
  ///   - own: The worker program of this machine.
  ///   - folder: `nil`: `$PHASEGRID_WORKERS`, else `workers` beside that program.
  package init(own: WorkerProgram, folder: String? = nil) {
    self.own = own
    var name = utsname()
    uname(&name)
    ownMachine = withUnsafeBytes(of: name.machine) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    let beside = own.path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
    self.folder =
      folder ?? getenv("PHASEGRID_WORKERS").map { String(cString: $0) } ?? beside + "/workers"
  }

  /// The worker program for a kind of machine, digested once.
  /// - Parameter machine: As `uname -m` says it; `nil`: this machine's.
  /// - Returns: `nil` when there is none.
  /// - Throws: `transport.no-worker` when it cannot be read.
  package func file(for machine: String? = nil) async throws(TransportError) -> WorkerFile? {
    let machine = machine ?? ownMachine
    return try await turn.pass { [self] in await load(machine) }.get()
  }

  private func load(_ machine: String) async -> Result<WorkerFile?, TransportError> {
    if let file = files[machine] { return .success(file) }
    // The word comes from a node: it must not lead to another file.
    let isName =
      !machine.isEmpty
      && machine.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x61...0x7a).contains($0 | 0x20) || $0 == UInt8(ascii: "_")
      }
    let path = machine == ownMachine ? own.path : "\(folder)/\(machine)/phasegrid-worker"
    guard isName, machine == ownMachine || access(path, F_OK) == 0 else { return .success(nil) }
    // Digesting takes longer than anything else here may take: not on the cooperative pool.
    let result = await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        continuation.resume(
          returning: Result { () throws(TransportError) -> WorkerFile? in
            try WorkerFile(path: path)
          })
      }
    }
    if case .success(let file?) = result { files[machine] = file }
    return result
  }
}
