import Foundation
import TestSupport
import Testing
import Transport

@Suite struct SSHConfigurationFileTests {
  /// A home directory with these files in `.ssh`, removed afterwards.
  private func home(
    _ files: [String: String], _ body: (String) throws -> Void
  ) async throws {
    try await TemporaryDirectory.with { directory in
      let home = directory.path("home")
      for (name, text) in files {
        let path = home + "/.ssh/" + name
        try FileManager.default.createDirectory(
          atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
      }
      try body(home)
    }
  }

  private func read(_ home: String, _ names: [String] = ["config"]) throws -> SSHConfiguration {
    try SSHConfiguration(
      paths: names.map { $0.hasPrefix("/") ? $0 : home + "/.ssh/" + $0 }, home: home,
      localUser: "ada", localHostName: "desk")
  }

  private func failure(_ home: String, _ names: [String] = ["config"]) throws -> TransportError {
    let error = try #require(throws: TransportError.self) { _ = try read(home, names) }
    #expect(error.kind == .sshConfiguration)
    return error
  }

  @Test func `the first file wins and one that is not there is skipped`() async throws {
    try await home(["config": "User bob\n", "second": "User eve\nPort 3\n"]) { home throws in
      let found = try read(home, ["nothing", "config", "second"]).settings(for: "lab")
      #expect(found.user == "bob")
      #expect(found.port == 3)
    }
  }

  @Test func `no file at all is a configuration too`() async throws {
    try await home([:]) { home throws in
      #expect(try read(home, ["nothing", "/dev/null"]).settings(for: "lab").user == "ada")
    }
  }

  @Test func `files are included in order, from the user's directory`() async throws {
    let files = [
      "config": "Include conf.d/* ~/.ssh/more nothing-of-this-name\nPort 9\nUser last\n",
      "conf.d/2": "Port 2\n", "conf.d/1": "Host lab\nPort 1\n", "conf.d/3/deep": "User deep\n",
      "more": "User bob\n",
    ]
    try await home(files) { home throws in
      let configuration = try read(home)
      #expect(try configuration.settings(for: "lab").port == 1)
      #expect(try configuration.settings(for: "other").port == 2)
      #expect(try configuration.settings(for: "other").user == "bob")
    }
  }

  @Test func `a file that a block includes applies to that block only`() async throws {
    let files = [
      "config": "Host lab\n Include more\n User lab\nHost *\n Port 9\n",
      "more": "Compression yes\nHost other\n User eve\nHost lab\n HostName rack\n",
    ]
    try await home(files) { home throws in
      let configuration = try read(home)
      let lab = try configuration.settings(for: "lab")
      #expect(lab.compression)
      #expect(lab.hostName == "rack")
      #expect(lab.user == "lab")
      #expect(lab.port == 9)
      let other = try configuration.settings(for: "other")
      #expect(!other.compression)
      #expect(other.user == "ada")
      #expect(other.port == 9)
    }
  }

  @Test func `a Match matters to what is included in it`() async throws {
    try await home(["config": "Match exec x\n Include more\n", "more": "Host lab\nUser eve\n"]) {
      home throws in
      let configuration = try read(home)
      let error = try #require(throws: TransportError.self) {
        _ = try configuration.settings(for: "lab")
      }
      #expect(error.kind == .sshUnsupported)
      #expect(try configuration.settings(for: "other").user == "ada")
    }
  }

  @Test func `an error in an included file names that file`() async throws {
    try await home(["config": "Include more\n", "more": "\n\nPort 0\n"]) { home throws in
      #expect(try failure(home).message.hasPrefix("\(home)/.ssh/more, line 3: "))
    }
  }

  @Test func `files that include each other are refused`() async throws {
    try await home(["config": "Include more\n", "more": "Include config\n"]) { home throws in
      #expect(try failure(home).message.contains("circle"))
    }
  }

  @Test(arguments: [(16, true), (17, false)])
  func `a chain of files may be 16 long`(count: Int, isRead: Bool) async throws {
    var files: [String: String] = ["config": "Include 2\n", "\(count)": "User bob\n"]
    for position in 2..<count { files["\(position)"] = "Include \(position + 1)\n" }
    try await home(files) { home throws in
      if isRead {
        #expect(try read(home).settings(for: "lab").user == "bob")
      } else {
        #expect(try failure(home).message.contains("nested"))
      }
    }
  }

  @Test func `files that multiply are refused`() async throws {
    var files = ["config": "Include 1 1\n", "12": "User bob\n"]
    for depth in 1..<12 { files["\(depth)"] = "Include \(depth + 1) \(depth + 1)\n" }
    try await home(files) { home throws in
      #expect(try failure(home).message.contains("1024"))
    }
  }

  @Test(arguments: [0o602, 0o666])
  func `a file that others may write is refused`(permissions: Int) async throws {
    try await home(["config": "User bob\n"]) { home throws in
      try FileManager.default.setAttributes(
        [.posixPermissions: permissions], ofItemAtPath: home + "/.ssh/config")
      #expect(try failure(home).remedy.contains("chmod go-w"))
    }
  }

  @Test(.enabled(if: getuid() == 0, "only root can give a file to another user"))
  func `a file of another user is refused`() async throws {
    try await home(["config": "User bob\n"]) { home throws in
      try #require(chown(home + "/.ssh/config", 12_345, 12_345) == 0)
      #expect(try failure(home).remedy.contains("chown"))
    }
  }

  @Test(.enabled(if: getuid() != 0, "root may read every file"))
  func `a file that may not be read is an error`() async throws {
    try await home(["config": "User bob\n"]) { home throws in
      try FileManager.default.setAttributes(
        [.posixPermissions: 0], ofItemAtPath: home + "/.ssh/config")
      #expect(try failure(home).message.contains("Permission denied"))
    }
  }

  @Test func `what is not a file is an error, and is not waited for`() async throws {
    try await home(["config": ""]) { home throws in
      #expect(try failure(home, ["."]).message.contains("directory"))
      try #require(mkfifo(home + "/.ssh/pipe", 0o600) == 0)
      #expect(try failure(home, ["pipe"]).message.contains("not a file"))
    }
  }

  @Test func `a file of more than a mebibyte is refused`() async throws {
    try await home(["config": String(repeating: "# nothing\n", count: 110_000)]) { home throws in
      #expect(try failure(home).message.contains("larger"))
    }
  }

  @Test func `bytes that are no UTF-8 may stand in a comment only`() async throws {
    try await home([:]) { home throws in
      let path = home + "-config"
      try Data([UInt8(ascii: "#"), 0xe4, UInt8(ascii: "\n")] + "User bob".utf8)
        .write(to: URL(fileURLWithPath: path))
      #expect(try read(home, [path]).settings(for: "lab").user == "bob")
      try Data("User b".utf8 + [0xe4]).write(to: URL(fileURLWithPath: path))
      #expect(try failure(home, [path]).message.contains("UTF-8"))
    }
  }
}
