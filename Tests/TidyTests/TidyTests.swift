import Foundation
import Testing

/// The tree polices itself.
@Suite struct TidyTests {
  @Test func `no source file has more than 400 lines`() throws {
    let files = try SourceTree.files(
      below: ["Sources", "Tests"], suffixes: [".swift", ".c", ".h"])
    #expect(files.count > 50)
    for file in files {
      #expect(file.lines.count <= 401, "\(file.path) has \(file.lines.count - 1)")
    }
  }

  @Test func `no function has more than 70 lines`() throws {
    let declaration = try Regex(
      #"^ *(?:(?:public|package|private|fileprivate|static|mutating|override|isolated|@\w+) )*(?:func |init[?(<])"#
    )
    for file in try SourceTree.swift() {
      for (start, line) in file.lines.enumerated() where line.prefixMatch(of: declaration) != nil {
        let indentation = String(line.prefix { $0 == " " })
        // A declaration ends at the first brace of its own depth; a requirement of a protocol ends
        // before another declaration begins.
        guard let end = file.lines[start...].firstIndex(where: { $0.hasPrefix(indentation + "}") })
        else { continue }
        let length = end - start + 1
        #expect(length <= 70, "\(file.path):\(start + 1) has \(length) lines")
      }
    }
  }

  /// The arrows of ARCHITECTURE.md: what each folder of sources may import of the project, and who
  /// alone may import a library.
  @Test(
    arguments: [
      ("Sources/Protocol", []),
      ("Sources/Kernel", ["Protocol", "CKernel", "COpenBLAS"]),
      ("Sources/Worker/Core", ["Protocol", "Kernel"]),
      ("Sources/Worker/Main", ["WorkerCore", "Protocol"]),
      ("Sources/Coordinator/Planning", ["Protocol", "Yams"]),
      ("Sources/Coordinator/Scheduling", ["Protocol"]),
      ("Sources/Coordinator/Transport", ["Protocol", "CLibSSH"]),
      ("Sources/Coordinator/CatalogStore", ["Protocol", "Planning", "GRDB"]),
      ("Sources/Coordinator/Diagrams", ["Protocol", "Planning", "CatalogStore"]),
      (
        "Sources/Coordinator/Orchestration",
        ["Protocol", "Planning", "Scheduling", "Transport", "CatalogStore"]
      ),
      (
        "Sources/Coordinator/Command",
        [
          "Protocol", "Orchestration", "Planning", "Scheduling", "Transport", "CatalogStore",
          "Diagrams", "ArgumentParser",
        ]
      ),
    ] as [(String, [String])])
  func `a room imports only what its arrow points to`(room: String, allowed: [String]) throws {
    let system: Set<String> = ["Glibc", "Synchronization", "Foundation", "Dispatch"]
    let files = try SourceTree.files(below: [room], suffixes: [".swift"])
    #expect(!files.isEmpty, "\(room) is empty")
    for file in files {
      for line in file.lines {
        let words = line.split(separator: " ")
        guard let position = words.firstIndex(of: "import"), position <= 2,
          !line.hasPrefix("//"), !line.hasPrefix(" "), let module = words.last.map(String.init)
        else { continue }
        #expect(
          system.contains(module) || allowed.contains(module), "\(file.path) imports \(module)")
      }
    }
  }

  @Test func `the worker's side stays without Foundation`() throws {
    let folders = ["Sources/Protocol", "Sources/Kernel", "Sources/Worker"]
    for file in try SourceTree.files(below: folders, suffixes: [".swift"]) {
      #expect(!file.lines.contains { $0.hasSuffix("import Foundation") }, "\(file.path)")
    }
  }

  @Test func `OpenBLAS is imported in one folder`() throws {
    for file in try SourceTree.swift() where !file.path.hasPrefix("Sources/Kernel/BLAS/") {
      #expect(!file.lines.contains { $0.hasSuffix("import COpenBLAS") }, "\(file.path)")
    }
  }

  @Test func `no left-over marker stands in the sources`() throws {
    let markers = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]
    for file in try SourceTree.swift() {
      for (index, line) in file.lines.enumerated() {
        for marker in markers {
          #expect(!line.contains(marker), "\(file.path):\(index + 1)")
        }
      }
    }
  }

  @Test func `every package declaration has a comment`() throws {
    for file in try SourceTree.files(below: ["Sources"], suffixes: [".swift"]) {
      for (index, line) in file.lines.enumerated() {
        let body = line.drop { $0 == " " }
        guard body.hasPrefix("package "), !body.hasPrefix("package import") else { continue }
        // Attributes may stand between a comment and its declaration.
        let before = file.lines[..<index].last { !$0.drop { $0 == " " }.hasPrefix("@") }
        let comment = before?.drop { $0 == " " } ?? ""
        #expect(comment.hasPrefix("///"), "\(file.path):\(index + 1)")
      }
    }
  }

  @Test func `every link in the documents leads somewhere`() throws {
    let link = try Regex(#"\]\(([^)#]+)(#[^)]*)?\)"#, as: (Substring, Substring, Substring?).self)
    for file in try SourceTree.documents() {
      let folder = SourceTree.root.appendingPathComponent(file.path).deletingLastPathComponent()
      for line in file.lines {
        for match in line.matches(of: link) where !match.output.1.contains("://") {
          let target = folder.appendingPathComponent(String(match.output.1))
          #expect(
            FileManager.default.fileExists(atPath: target.path),
            "\(file.path) points to \(match.output.1)")
        }
      }
    }
  }

  @Test func `the documents name every error code`() throws {
    let codes = try SourceTree.files(
      below: ["Sources"],
      suffixes: ["Error.swift", "Error+Codes.swift", "Error+SSH.swift", "Error+Node.swift"]
    ).flatMap {
      file in
      file.lines.compactMap { line -> String? in
        guard line.contains("static let"), let open = line.range(of: "Code(\"") else { return nil }
        return line[open.upperBound...].split(separator: "\"").first.map(String.init)
      }
    }
    #expect(codes.count > 20)
    let documented = try SourceTree.documents().flatMap(\.lines).joined(separator: "\n")
    for code in codes { #expect(documented.contains("`\(code)`"), "\(code)") }
  }
}
