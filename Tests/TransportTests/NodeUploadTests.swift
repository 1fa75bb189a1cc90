import Foundation
import Glibc
import TestSupport
import Testing

@testable import Transport

@Suite(.timeLimit(.minutes(2))) struct NodeUploadTests {
  private let shell = NodeShell.standard

  @Test func `a program that arrives in part is refused and leaves nothing`() async throws {
    try await NodeWorld.with { world in
      let part = Array(NodeWorld.program.dropLast(7))
      let outcome = try await shell.run(world.upload(), in: world, sending: part)
      #expect(outcome.answers.first == .send)
      #expect(outcome.failure == "digest")
      #expect(outcome.words.contains("\(part.count) of \(NodeWorld.program.count) bytes"))
      #expect(world.contents() == [NodeWorld.digest()])
    }
  }

  @Test func `a program that arrives changed is refused and leaves nothing`() async throws {
    try await NodeWorld.with { world in
      var changed = NodeWorld.program
      changed[20] ^= 1
      let outcome = try await shell.run(world.upload(), in: world, sending: changed)
      #expect(outcome.failure == "digest")
      #expect(world.contents() == [NodeWorld.digest()])
    }
  }

  @Test func `a program that is there already is not asked for`() async throws {
    try await NodeWorld.with { world in
      try world.install()
      let outcome = try await shell.run(world.upload(), in: world)
      #expect(outcome.answers == [.done(words: "9.8.7")])
    }
  }

  @Test func `a damaged program is replaced`() async throws {
    try await NodeWorld.with { world in
      try world.install(NodeWorld.program + [10])
      let outcome = try await shell.run(world.upload(), in: world, sending: NodeWorld.program)
      #expect(outcome.answers == [.send, .done(words: "9.8.7")])
      #expect(try await shell.run(world.launch(), in: world).answers == [.ready])
    }
  }

  @Test func `uploads at the same time end with one whole program`() async throws {
    try await NodeWorld.with { world in
      try await withThrowingTaskGroup(of: [NodeAnswer].self) { group in
        for _ in 0..<6 {
          group.addTask {
            try await shell.run(world.upload(), in: world, sending: NodeWorld.program).answers
          }
        }
        for try await answers in group { #expect(answers.last == .done(words: "9.8.7")) }
      }
      let digest = NodeWorld.digest()
      #expect(world.contents() == [digest, "\(digest)/phasegrid-worker"])
    }
  }

  @Test func `a program that another node has put there meanwhile is kept`() async throws {
    try await NodeWorld.with { world in
      // The trial of what arrived is the moment in which another upload ends.
      let place = "\(world.workDirectory)/\(NodeWorld.digest())"
      let meddling = Array(
        """
        #!/bin/sh
        case $0 in
          */upload.*) cp "$0" "${0%/*}/phasegrid-worker"; ls -i "${0%/*}/phasegrid-worker" >"$HOME/i" ;;
        esac
        echo 9.8.7

        """.utf8)
      let digest = NodeWorld.digest(meddling)
      let outcome = try await shell.run(
        world.upload(meddling), in: world, sending: meddling)
      #expect(outcome.answers.last == .done(words: "9.8.7"))
      let program = place.replacingOccurrences(of: NodeWorld.digest(), with: digest)
      var status = stat()
      #expect(stat(program + "/phasegrid-worker", &status) == 0)
      let seen = try String(contentsOfFile: world.home + "/i", encoding: .utf8)
      #expect(seen.split(separator: " ").first == "\(status.st_ino)")
      #expect(world.contents().count == 2)
    }
  }

  @Test(arguments: ["cat", "mkdir", "chmod", "mv", "rm"])
  func `a program of the system that is not there is named`(name: String) async throws {
    try await NodeWorld.with { world in
      let tools = ["cat", "mkdir", "chmod", "mv", "rm", "sha256sum", "ls", "printf"]
      let bare = try world.withTools(tools.filter { $0 != name })
      let outcome = try await shell.run(world.upload(), in: bare)
      #expect(outcome.failure == "tool")
      #expect(outcome.words == name)
    }
  }

  @Test func `without a program that tells a SHA-256 nothing is sent`() async throws {
    try await NodeWorld.with { world in
      let bare = try world.withTools(["cat", "mkdir", "chmod", "mv", "rm", "ls", "printf"])
      let outcome = try await shell.run(world.upload(), in: bare)
      #expect(outcome.answers == [.failed(code: "tool", words: "sha256sum")])
    }
  }

  @Test(arguments: ["openssl", "sha256sum", "shasum", "busybox"])
  func `any program that tells a SHA-256 will do`(name: String) async throws {
    guard NodeShell.find(name) != nil else { try Test.cancel("\(name) is not installed") }
    try await NodeWorld.with { world in
      // Perl is what shasum is written in; the rest is what a node must have.
      let bare = try world.withTools([
        "cat", "mkdir", "chmod", "mv", "rm", "sh", "perl", "env", name,
      ])
      let outcome = try await shell.run(world.upload(), in: bare, sending: NodeWorld.program)
      #expect(outcome.answers == [.send, .done(words: "9.8.7")])
      #expect(try await shell.run(world.launch(), in: bare).answers == [.ready])
    }
  }

  @Test func `a program that tells nonsense is passed over`() async throws {
    try await NodeWorld.with { world in
      try world.shadow("openssl", with: "echo unknown option")
      let outcome = try await shell.run(
        world.upload(), in: world.shadowed, sending: NodeWorld.program)
      #expect(outcome.answers == [.send, .done(words: "9.8.7")])
    }
  }

  @Test func `too little space is said before anything is sent`() async throws {
    try await NodeWorld.with { world in
      let line = "//server/a share 1000000 999000 1000 100% /home"
      try world.shadow("df", with: "echo Filesystem; echo '\(line)'")
      let outcome = try await shell.run(world.upload(), in: world.shadowed)
      #expect(outcome.failure == "disk-full")
      #expect(outcome.words.contains("1000 KiB free"))
    }
  }

  @Test(arguments: ["No space left on device", "Disk quota exceeded"])
  func `a disk that fills up meanwhile is a full disk`(words: String) async throws {
    try await NodeWorld.with { world in
      try world.shadow("cat", with: "head -c 9; echo 'cat: write error: \(words)' >&2; exit 1")
      let outcome = try await shell.run(
        world.upload(), in: world.shadowed, sending: NodeWorld.program)
      #expect(outcome.failure == "disk-full")
      #expect(world.contents() == [NodeWorld.digest()])
    }
  }

  @Test func `a program that does not run is quoted and does not get into place`() async throws {
    try await NodeWorld.with { world in
      let program = Array("#!/bin/sh\necho 'no such core' >&2\nexit 3\n".utf8)
      let outcome = try await shell.run(world.upload(program), in: world, sending: program)
      #expect(outcome.failure == "execution")
      #expect(outcome.words.contains("status 3: no such core"))
      #expect(world.contents() == [NodeWorld.digest(program)])
    }
  }

  @Test(arguments: NodeShell.all)
  func `a program for another kind of machine does not run`(shell: NodeShell) async throws {
    try await NodeWorld.with { world in
      // The header of a program for a machine that nobody has any more.
      var program: [UInt8] = [
        0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0,
      ]
      program += [UInt8](repeating: 0, count: 200)
      let outcome = try await shell.run(world.upload(program), in: world, sending: program)
      #expect(outcome.failure == "execution")
      #expect(world.contents() == [NodeWorld.digest(program)])
    }
  }

  @Test(arguments: NodeShell.all)
  func `a work directory without the right to execute is named`(shell: NodeShell) async throws {
    try await NodeWorld.with { world in
      let mounting = try shell.mounting("noexec", in: world)
      let outcome = try await shell.run(
        world.upload(), in: world, sending: NodeWorld.program, before: mounting)
      #expect(outcome.failure == "noexec")
    }
  }

  @Test(arguments: NodeShell.all)
  func `a disk that is truly full is named`(shell: NodeShell) async throws {
    try await NodeWorld.with { world in
      let mounting = try shell.mounting("size=64k", in: world)
      try world.shadow("df", with: "exit 1")
      let program = NodeWorld.program + [UInt8](repeating: 35, count: 1 << 20)
      let outcome = try await shell.run(
        world.upload(program), in: world.shadowed, sending: program, before: mounting)
      #expect(outcome.failure == "disk-full")
    }
  }

  @Test func `what an upload left that was cut long ago is removed`() async throws {
    try await NodeWorld.with { world in
      let place = "\(world.workDirectory)/\(NodeWorld.digest())"
      for (name, age) in [("upload.0000000000000000", 7200.0), ("upload.1111111111111111", 60)] {
        try world.write([1], to: "\(place)/\(name)")
        try FileManager.default.setAttributes(
          [.modificationDate: Date(timeIntervalSinceNow: -age)], ofItemAtPath: "\(place)/\(name)")
      }
      _ = try await shell.run(world.upload(), in: world, sending: NodeWorld.program)
      let names = try FileManager.default.contentsOfDirectory(atPath: place).sorted()
      #expect(names == ["phasegrid-worker", "upload.1111111111111111"])
    }
  }
}

extension NodeShell {
  /// Shell text that mounts something at the work directory and runs the shell where it is mounted;
  /// nobody else sees it.
  func mounting(_ options: String, in world: NodeWorld) throws -> String {
    guard geteuid() == 0, NodeShell.find("unshare") != nil else {
      try Test.cancel("only root can mount")
    }
    try world.makeDirectory(world.workDirectory)
    return """
      exec unshare --mount --propagation private /bin/sh -c \
        'mount -t tmpfs -o mode=700,\(options) none "$HOME/work" && exec "$0"' \
        \(ShellQuoting.quote("\(world.path)/shells/\(name)/sh"))
      """
  }
}
