import Foundation
import Planning
import Protocol
import TestSupport
import Testing

@Suite struct BadClusterTests {
  @Test(arguments: BadCluster.all)
  func `a bad cluster file is refused with its place and what was expected`(
    bad: BadCluster
  ) throws {
    let error = try #require(Self.error(of: bad.text), "it was taken for good")
    #expect(error.kind == bad.code, "\(error)")
    #expect(error.line == bad.line, "\(error)")
    for word in bad.words { #expect(error.description.contains(word), "\(error)") }
    let place = bad.line.map { "clusters/a.yaml:\($0): " } ?? "clusters/a.yaml: "
    #expect(error.message.hasPrefix(place), "\(error)")
    #expect(error.exitStatus == .malformedFile)
    #expect(error.remedy.hasSuffix(".") || error.remedy.hasSuffix("?"), "\(error.remedy)")
    #expect(!error.message.unicodeScalars.contains { $0.properties.generalCategory == .control })
    #expect(!error.description.contains("sweep"), "\(error)")
  }

  @Test func `the table holds each mistake once`() {
    #expect(Set(BadCluster.all.map(\.name)).count == BadCluster.all.count)
  }

  @Test func `a file that is not there cannot be read`() {
    let error = #expect(throws: ClusterFileError.self) {
      try ClusterFile.read(path: "/nowhere/a.yaml")
    }
    #expect(error?.kind == .unreadable)
    #expect(error?.exitStatus == .inputOutput)
    #expect(error?.message.hasPrefix("/nowhere/a.yaml: the cluster file cannot be read") == true)
  }

  @Test func `a directory cannot be read`() async throws {
    try await TemporaryDirectory.with { directory in
      let error = #expect(throws: ClusterFileError.self) {
        try ClusterFile.read(path: directory.path)
      }
      #expect(error?.kind == .unreadable)
    }
  }

  @Test func `a file without an end is refused before it is read whole`() {
    let error = #expect(throws: ClusterFileError.self) { try ClusterFile.read(path: "/dev/zero") }
    #expect(error?.kind == .tooLarge)
    #expect(error?.path == "/dev/zero")
  }

  @Test func `a file that is not UTF-8 is refused with its line`() async throws {
    try await TemporaryDirectory.with { directory in
      let path = directory.path("a.yaml")
      try (Data("nodes:\n  - ".utf8) + Data([0xff, 0x0a])).write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: ClusterFileError.self) { try ClusterFile.read(path: path) }
      #expect(error?.kind == .encoding)
      #expect(error?.line == 2)
    }
  }

  @Test(arguments: [nil, "", "home"])
  func `without a home directory a tilde is an error`(home: String?) {
    let error = #expect(throws: ClusterFileError.self) {
      try ClusterFile(
        text: "nodes:\n  - {host: a, identityFile: ~/k}", path: "/a.yaml", home: home,
        currentDirectory: nil)
    }
    #expect(error?.kind == .path)
    #expect(error?.line == 2)
    #expect(error?.remedy.contains("HOME") == true)
  }

  @Test func `a relative path is an error where the folder of the file is not known`() {
    let error = #expect(throws: ClusterFileError.self) {
      try ClusterFile(
        text: "nodes: [{host: a, identityFile: k}]", path: "a.yaml", home: "/home/grace",
        currentDirectory: nil)
    }
    #expect(error?.kind == .path)
  }

  @Test func `every code has a line in the documentation`() throws {
    let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let codes = try String(
      contentsOf: root.appendingPathComponent(
        "Sources/Coordinator/Planning/ClusterFileError+Codes.swift"), encoding: .utf8)
    for page in ["docs/CLUSTERS.md", "docs/ERRORS.md"] {
      let text = try String(contentsOf: root.appendingPathComponent(page), encoding: .utf8)
      let matches = codes.matches(of: /Code\("([a-z.-]+)"\)/)
      #expect(matches.count > 15)
      for match in matches { #expect(text.contains("| `\(match.1)` |"), "\(page): \(match.1)") }
    }
  }

  @Test(arguments: 0..<30)
  func `no bytes trap`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let good = Array(ClusterTexts.everything.utf8)
    for _ in 0..<40 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes.remove(at: place)
        case 2:
          bytes.insert(
            contentsOf: "[{&*'\":,-@~/\n".utf8.shuffled(using: &generator)[..<2], at: place)
        default: bytes.removeSubrange(place..<min(place + 20, bytes.count))
        }
      }
      // What is taken for good can be kept and read again.
      let text = String(decoding: bytes, as: UTF8.self)
      if let file = try? ClusterTexts.file(text) {
        let stored = try JSONValue(parsing: file.definition.json.text)
        #expect(try ClusterDefinition(json: stored) == file.definition)
      }
    }
  }

  /// What reading a text throws; `nil` when it is taken for good.
  private static func error(of text: String) -> ClusterFileError? {
    do throws(ClusterFileError) {
      _ = try ClusterTexts.file(text)
      return nil
    } catch {
      return error
    }
  }
}
