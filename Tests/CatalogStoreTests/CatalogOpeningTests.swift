import CatalogStore
import Foundation
import GRDB
import Protocol
import TestSupport
import Testing

@Suite struct CatalogOpeningTests {
  @Test func `a writer creates a catalog that is its owner's alone and has a name for ever`()
    async throws
  {
    try await TemporaryDirectory.with { directory in
      let path = directory.path("c.sqlite")
      let first = try await Catalog.open(path: path, access: .writer)
      let id = first.id
      await first.close()
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      #expect(attributes[.posixPermissions] as? Int == 0o600)
      let second = try await Catalog.open(path: path, access: .reader)
      #expect(second.id == id)
      #expect(second.path == path)
    }
  }

  @Test func `a reader of a missing catalog creates nothing`() async throws {
    try await TemporaryDirectory.with { directory async throws in
      await expect(code: .missing) {
        _ = try await Catalog.open(path: directory.path("c.sqlite"), access: .reader)
      }
      #expect(try directory.names() == [])
    }
  }

  @Test func `a reader leaves a catalog and its directory as they were`() async throws {
    try await CatalogWorld.with { world in
      await world.catalog.close()
      let before = try FileManager.default.contentsOfDirectory(atPath: world.directory.path)
      let bytes = FileManager.default.contents(atPath: world.catalog.path)
      let reader = try await Catalog.open(path: world.catalog.path, access: .reader)
      #expect(try await reader.counts(of: world.sweep.id).waiting == 4)
      await reader.close()
      let after = try FileManager.default.contentsOfDirectory(atPath: world.directory.path)
      #expect(after.sorted() == before.sorted())
      #expect(FileManager.default.contents(atPath: world.catalog.path) == bytes)
    }
  }

  @Test func `a reader sees what the writer has committed and cannot change it`() async throws {
    try await CatalogWorld.with { world in
      let reader = try await Catalog.open(path: world.catalog.path, access: .reader)
      #expect(try await reader.counts(of: world.sweep.id).waiting == 4)
      #expect(
        try await world.record(Fixtures.result(world.key(0)), 1) == .counted)
      #expect(try await reader.counts(of: world.sweep.id).completed == 1)
      await expect(code: .notWritable) {
        try await reader.appendEvent(.nodeLost, "gone", atMicroseconds: 1)
      }
    }
  }

  @Test(arguments: [Catalog.Access.reader, .writer])
  func `a directory is no catalog, and gets no lock beside it`(access: Catalog.Access) async throws
  {
    try await TemporaryDirectory.with { directory in
      let path = directory.path("folder")
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
      await expect(code: .notAFile) { _ = try await Catalog.open(path: path, access: access) }
      #expect(try directory.names() == ["folder"])
    }
  }

  @Test(arguments: [Catalog.Access.reader, .writer])
  func `a text file is no catalog, and stays as it is`(access: Catalog.Access) async throws {
    try await TemporaryDirectory.with { directory in
      let path = directory.path("notes.txt")
      let text = Data(String(repeating: "not a database\n", count: 20).utf8)
      try text.write(to: URL(fileURLWithPath: path))
      await expect(code: .notACatalog) { _ = try await Catalog.open(path: path, access: access) }
      #expect(try directory.names() == ["notes.txt"])
      #expect(FileManager.default.contents(atPath: path) == text)
    }
  }

  @Test(arguments: [Catalog.Access.reader, .writer])
  func `another program's database is no catalog`(access: Catalog.Access) async throws {
    try await TemporaryDirectory.with { directory in
      let path = directory.path("other.db")
      try await DatabaseQueue(path: path).write { try $0.execute(sql: "CREATE TABLE t (x)") }
      await expect(code: .notACatalog) { _ = try await Catalog.open(path: path, access: access) }
    }
  }

  @Test func `an empty file is a catalog in the making for a writer only`() async throws {
    try await TemporaryDirectory.with { directory in
      let path = directory.path("c.sqlite")
      try Data().write(to: URL(fileURLWithPath: path))
      await expect(code: .notACatalog) { _ = try await Catalog.open(path: path, access: .reader) }
      let writer = try await Catalog.open(path: path, access: .writer)
      #expect(try await writer.sweeps() == [])
    }
  }

  @Test(arguments: [Catalog.Access.reader, .writer])
  func `a catalog that was cut off says so`(access: Catalog.Access) async throws {
    try await CatalogWorld.with { world in
      await world.catalog.close()
      let size = try #require(FileManager.default.contents(atPath: world.catalog.path)).count
      // The last page alone is one that opening does not touch.
      truncate(world.catalog.path, off_t(size - 1))
      let error = await #expect(throws: CatalogError.self) {
        _ = try await Catalog.open(path: world.catalog.path, access: access)
      }
      #expect(error?.kind == .damaged)
      #expect(error?.message.contains("it ends after \(size - 1) of \(size) bytes") == true)
    }
  }

  @Test func `overwritten pages are an error when they are read, never a crash`() async throws {
    try await CatalogWorld.with { world in
      await world.catalog.close()
      let file = try #require(FileHandle(forUpdatingAtPath: world.catalog.path))
      let size = try file.seekToEnd()
      for offset in stride(from: UInt64(4_096), to: size, by: 4_096) {
        try file.seek(toOffset: offset)
        try file.write(contentsOf: Data(repeating: 0xa5, count: 2_048))
      }
      try file.close()
      await expect(code: .damaged) {
        let reader = try await Catalog.open(path: world.catalog.path, access: .reader)
        _ = try await reader.results(of: world.sweep)
      }
    }
  }

  @Test func `a lost table is damage`() async throws {
    try await CatalogWorld.with { world in
      await world.catalog.close()
      try await DatabaseQueue(path: world.catalog.path).write { database in
        try database.execute(sql: "DROP TABLE measure")
      }
      await expect(code: .damaged) {
        _ = try await Catalog.open(path: world.catalog.path, access: .reader)
      }
    }
  }

  @Test func `a value that no Phasegrid writes is damage, not a crash`() async throws {
    try await CatalogWorld.with { world in
      await world.catalog.close()
      try await DatabaseQueue(path: world.catalog.path).write { database in
        try database.execute(sql: "UPDATE cell SET coordinates = 'x'")
      }
      let reader = try await Catalog.open(path: world.catalog.path, access: .reader)
      await expect(code: .damaged) { _ = try await reader.results(of: world.sweep) }
    }
  }

  @Test(arguments: [Catalog.Access.reader, .writer])
  func `a newer catalog is refused, and stays as it is`(access: Catalog.Access) async throws {
    try await CatalogWorld.with { world in
      await world.catalog.close()
      try await DatabaseQueue(path: world.catalog.path).write { database in
        try database.execute(sql: "PRAGMA user_version = 99")
      }
      await expect(code: .newer) {
        _ = try await Catalog.open(path: world.catalog.path, access: access)
      }
      #expect(try world.directory.names().contains { $0.contains("backup") } == false)
    }
  }

  @Test(arguments: [
    "with space.sqlite", "100%?mode=memory.sqlite", "file:x.sqlite", "#'\"ü.sqlite",
  ])
  func `a catalog may have any name`(name: String) async throws {
    try await TemporaryDirectory.with { directory in
      let path = directory.path(name)
      let writer = try await Catalog.open(path: path, access: .writer)
      let reader = try await Catalog.open(path: path, access: .reader)
      #expect(reader.id == writer.id)
      #expect(try directory.names().contains(name))
    }
  }

  @Test func `a catalog cannot be created where there is no directory`() async throws {
    try await TemporaryDirectory.with { directory in
      await expect(code: .notWritable) {
        _ = try await Catalog.open(path: directory.path("no/c.sqlite"), access: .writer)
      }
    }
  }

  @Test func `a user who may only read a catalog reads it, and leaves nothing beside it`()
    async throws
  {
    try await CatalogWorld.with { world async throws in
      await world.catalog.close()
      chmod(world.catalog.path, 0o444)
      chmod(world.directory.path, 0o555)
      let path = world.catalog.path
      await #expect(processExitsWith: .success) { [path = path as String] in
        // The super-user may write everything: become somebody else.
        if geteuid() == 0 { try #require(setuid(65_534) == 0) }
        let reader = try await Catalog.open(path: path, access: .reader)
        #expect(try await reader.sweeps().count == 1)
        await expect(code: .notWritable) {
          _ = try await Catalog.open(path: path, access: .writer)
        }
      }
      // Only the super-user may have become somebody else who cannot enter the directory.
      chmod(world.directory.path, 0o755)
      #expect(try world.directory.names() == ["c.sqlite", "c.sqlite.lock"])
    }
  }

  @Test func `a catalog that may not be read says so`() async throws {
    try await CatalogWorld.with { world in
      await world.catalog.close()
      chmod(world.catalog.path, 0)
      chmod(world.directory.path, 0o755)
      let path = world.catalog.path
      await #expect(processExitsWith: .success) { [path = path as String] in
        if geteuid() == 0 { try #require(setuid(65_534) == 0) }
        await expect(code: .unreadable) {
          _ = try await Catalog.open(path: path, access: .reader)
        }
      }
    }
  }
}

/// Expects an error of the catalog with this code.
func expect(
  code: CatalogError.Code, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () async throws -> Void
) async {
  do {
    try await body()
    Issue.record("no error was thrown", sourceLocation: sourceLocation)
  } catch let error as CatalogError {
    #expect(error.kind == code, sourceLocation: sourceLocation)
    #expect(error.message.hasPrefix("cannot "), sourceLocation: sourceLocation)
    #expect(
      error.remedy.hasSuffix(".") || error.remedy.hasSuffix("?"), sourceLocation: sourceLocation)
  } catch {
    Issue.record("another error was thrown: \(error)", sourceLocation: sourceLocation)
  }
}
