import Foundation
import Glibc
import Protocol
import TestSupport

@testable import Transport

/// A home, a work directory and programs that stand for a node's.
struct NodeWorld: Sendable {
  /// Everything of the world is below this.
  let path: String
  /// What is set where the scripts run.
  var environment: [String: String]
  /// The work directory that the scripts are given.
  var workDirectory: String { home + "/work" }
  var home: String { path + "/home" }
  /// Stands before the paths of the system's own files.
  var root: String { path + "/root" }
  let catalog: UniqueID

  /// The worker program of this world: it says its release, or what it was told.
  static let program = Array(
    """
    #!/bin/sh
    case $1 in
      --version) echo 9.8.7 ;;
      serve) printf '\\000phasegrid wire\\n%s|' "$@" ;;
    esac

    """.utf8)
  /// The SHA-256 of a program.
  static func digest(_ program: [UInt8] = program) -> String {
    hexadecimal(of: SHA256.digest(program))
  }

  /// A program of this machine, with its SHA-256: our own code for that is slow in tests.
  static func program(at path: String) throws -> (bytes: [UInt8], digest: String) {
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    let child = try ChildProcess(path: "/usr/bin/env", arguments: ["sha256sum", path])
    for end in [child.input, child.error] { close(end) }
    var said: [UInt8] = []
    readToEnd(child.output) { said += $0 }
    close(child.output)
    _ = child.waitForExit()
    return (bytes, String(decoding: said.prefix(64), as: UTF8.self))
  }

  /// Makes a world, hands it to `body`, and removes it.
  static func with(_ body: (NodeWorld) async throws -> Void) async throws {
    try await TemporaryDirectory.with { directory in
      let world = NodeWorld(path: directory.path)
      for name in [world.home, world.root, world.path + "/run"] { try world.makeDirectory(name) }
      try await body(world)
    }
  }

  private init(path: String) {
    self.path = path
    catalog = UniqueID.random()
    environment = [
      "HOME": path + "/home", "XDG_RUNTIME_DIR": path + "/run", "SHELL": "/bin/false",
      "PATH": getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin",
    ]
  }

  func makeDirectory(_ name: String, mode: Int = 0o700) throws {
    try FileManager.default.createDirectory(
      atPath: name, withIntermediateDirectories: true, attributes: [.posixPermissions: mode])
  }

  /// Writes a file, and the directories above it.
  func write(_ bytes: [UInt8], to name: String) throws {
    try makeDirectory((name as NSString).deletingLastPathComponent)
    try Data(bytes).write(to: URL(fileURLWithPath: name))
  }

  /// Writes a program, and the directories above it.
  ///
  /// Another process does: a program cannot be run while a child that another test starts at this
  /// moment still holds the file open that was written here.
  func writeProgram(_ bytes: [UInt8], to name: String) throws {
    let plain = "\(path)/plain-\(UInt64.random(in: 0 ... .max))"
    try write(bytes, to: plain)
    try makeDirectory((name as NSString).deletingLastPathComponent)
    let child = try ChildProcess(path: "/usr/bin/install", arguments: ["-m", "700", plain, name])
    for end in [child.input, child.output, child.error] { close(end) }
    guard child.waitForExit() == 0 else { throw POSIXError(.EIO) }
    unlink(plain)
  }

  /// Puts a program where a script finds it before the system's own.
  func shadow(_ name: String, with text: String) throws {
    try writeProgram(Array("#!/bin/sh\n\(text)\n".utf8), to: "\(path)/bin/\(name)")
  }

  /// The world with its own programs first.
  var shadowed: NodeWorld {
    var world = self
    world.environment["PATH"] = "\(path)/bin:\(environment["PATH"] ?? "")"
    return world
  }

  /// The world with these programs alone.
  func withTools(_ names: [String]) throws -> NodeWorld {
    try makeDirectory(path + "/tools")
    for name in names {
      guard let program = NodeShell.find(name) else { continue }
      symlink(program, "\(path)/tools/\(name)")
    }
    var world = self
    world.environment["PATH"] = path + "/tools"
    return world
  }

  /// Puts a worker program in its place.
  func install(_ program: [UInt8] = NodeWorld.program, as digest: String = digest()) throws {
    try writeProgram(program, to: "\(workDirectory)/\(digest)/phasegrid-worker")
  }

  /// The files and directories below the work directory, sorted.
  func contents() -> [String] {
    (FileManager.default.enumerator(atPath: workDirectory)?.compactMap { $0 as? String } ?? [])
      .sorted()
  }

  func launch(digest: String = digest()) -> NodeScript {
    .launch(workDirectory: workDirectory, digest: digest, catalog: catalog, systemRoot: "")
  }

  func upload(_ program: [UInt8] = NodeWorld.program, digest: String? = nil) -> NodeScript {
    .upload(
      workDirectory: workDirectory, digest: digest ?? NodeWorld.digest(program),
      byteCount: program.count)
  }
}
