import Foundation
import Glibc
import Protocol
import TestSupport
import Testing

@testable import Transport

/// Files of users on their way to a node, and on this machine.
@Suite(.timeLimit(.minutes(2))) struct NodeDataFileTests {
  private let shell = NodeShell.standard
  private static let content = Array("samples of a user\n".utf8)

  private static func script(_ world: NodeWorld) -> NodeScript {
    .dataFile(
      workDirectory: world.workDirectory, digest: NodeWorld.digest(content),
      byteCount: content.count)
  }

  private static func place(_ world: NodeWorld) -> String {
    "\(world.workDirectory)/files/\(NodeWorld.digest(content))"
  }

  @Test func `a file is sent once and lies where its SHA-256 says`() async throws {
    try await NodeWorld.with { world in
      let first = try await shell.run(Self.script(world), in: world, sending: Self.content)
      #expect(first.answers == [.send, .done(words: "sent")])
      let found = FileManager.default.contents(atPath: Self.place(world))
      #expect(found == Data(Self.content))
      let again = try await shell.run(Self.script(world), in: world)
      #expect(again.answers == [.done(words: "present")])
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: world.workDirectory + "/files").count
          == 1)
    }
  }

  @Test func `a file that arrives changed or in part is refused and leaves nothing`() async throws {
    try await NodeWorld.with { world in
      for wrong in [Array(Self.content.dropLast()), Self.content.reversed()] {
        let outcome = try await shell.run(Self.script(world), in: world, sending: Array(wrong))
        #expect(outcome.answers.first == .send && outcome.failure == "digest")
        #expect(
          try FileManager.default.contentsOfDirectory(atPath: world.workDirectory + "/files")
            .isEmpty)
      }
    }
  }

  @Test func `a damaged file and a link to nowhere are replaced`() async throws {
    try await NodeWorld.with { world in
      let damage: [() throws -> Void] = [
        { try world.write(Self.content + [1], to: Self.place(world)) },
        {
          unlink(Self.place(world))
          #expect(symlink("/nowhere/at/all", Self.place(world)) == 0)
        },
      ]
      for damage in damage {
        try damage()
        let outcome = try await shell.run(Self.script(world), in: world, sending: Self.content)
        #expect(outcome.answers == [.send, .done(words: "sent")])
        #expect(FileManager.default.contents(atPath: Self.place(world)) == Data(Self.content))
      }
    }
  }

  @Test func `files that nobody used for a month go when another is sent`() async throws {
    try await NodeWorld.with { world in
      let old = world.workDirectory + "/files/old"
      let recent = world.workDirectory + "/files/recent"
      for name in [old, recent] { try world.write([1], to: name) }
      chmod(world.workDirectory, 0o700)
      let then = Date(timeIntervalSinceNow: -40 * 86_400)
      try FileManager.default.setAttributes([.modificationDate: then], ofItemAtPath: old)
      _ = try await shell.run(Self.script(world), in: world, sending: Self.content)
      #expect(access(old, F_OK) != 0 && access(recent, F_OK) == 0)
    }
  }

  @Test func `cleaning takes the files of users too`() async throws {
    try await NodeWorld.with { world in
      _ = try await shell.run(Self.script(world), in: world, sending: Self.content)
      let script = NodeScript.clean(workDirectory: world.workDirectory, systemRoot: world.root)
      let outcome = try await shell.run(script, in: world)
      #expect(outcome.answers.last == .done(words: ""))
      #expect(access(world.workDirectory + "/files", F_OK) != 0)
    }
  }

  @Test func `on this machine a link leads to the file itself`() async throws {
    try await TemporaryDirectory.with { directory in
      let path = directory.path("a.safetensors")
      try Data(Self.content).write(to: URL(fileURLWithPath: path))
      let digest = NodeWorld.digest(Self.content)
      let file = SentFile(path: path, digest: digest, byteCount: Self.content.count)
      let folder = directory.path("work/files")
      for _ in 0..<2 {
        try file.link(in: folder)
        let found = FileManager.default.contents(atPath: "\(folder)/\(digest)")
        #expect(found == Data(Self.content))
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [digest])
      #expect(file.piece(from: 5) == Array(Self.content.dropFirst(5)))
    }
  }

  @Test func `a work directory that cannot be made is an error of its own`() async throws {
    try await TemporaryDirectory.with { directory in
      try Data().write(to: URL(fileURLWithPath: directory.path("work")))
      let file = SentFile(path: "/a", digest: NodeWorld.digest(), byteCount: 1)
      let error = try #require(throws: TransportError.self) {
        try file.link(in: directory.path("work/files"))
      }
      #expect(error.kind == .dataFile && error.message.contains("/a"))
    }
  }
}
