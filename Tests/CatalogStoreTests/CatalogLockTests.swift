import CatalogStore
import Foundation
import TestSupport
import Testing

@Suite struct CatalogLockTests {
  @Test func `a second lock is refused and names the holder`() async throws {
    try await TemporaryDirectory.with { directory in
      let lock = try CatalogLock.acquire(for: directory.path("c.sqlite"))
      await expect(code: .locked) {
        _ = try CatalogLock.acquire(for: directory.path("c.sqlite"))
      }
      let error = #expect(throws: CatalogError.self) {
        _ = try CatalogLock.acquire(for: directory.path("c.sqlite"))
      }
      let message = try #require(error?.message)
      #expect(message.contains("process \(getpid()) on "))
      #expect(message.contains("since 20"))
      lock.release()
    }
  }

  @Test func `a released lock can be taken again`() async throws {
    try await TemporaryDirectory.with { directory in
      try CatalogLock.acquire(for: directory.path("c.sqlite")).release()
      try CatalogLock.acquire(for: directory.path("c.sqlite")).release()
      let file = FileManager.default.contents(atPath: directory.path("c.sqlite.lock"))
      #expect(file == Data())
    }
  }

  @Test func `what a dead process left in the file locks nobody out`() async throws {
    try await TemporaryDirectory.with { directory in
      let note = Data("process 1 on nowhere, since 1970-01-01T00:00:00Z,\n".utf8)
      try note.write(to: URL(fileURLWithPath: directory.path("c.sqlite.lock")))
      try CatalogLock.acquire(for: directory.path("c.sqlite")).release()
    }
  }

  @Test func `a link to a catalog leads to the same lock`() async throws {
    try await TemporaryDirectory.with { directory in
      let writer = try await Catalog.open(path: directory.path("c.sqlite"), access: .writer)
      try FileManager.default.createSymbolicLink(
        atPath: directory.path("link"), withDestinationPath: writer.path)
      await expect(code: .locked) {
        _ = try CatalogLock.acquire(for: directory.path("link"))
      }
      await writer.close()
    }
  }

  @Test func `another process cannot write while this one does, and can read`() async throws {
    try await CatalogWorld.with { world in
      let path = world.catalog.path
      await #expect(processExitsWith: .success) { [path = path as String] in
        await expect(code: .locked) { _ = try await Catalog.open(path: path, access: .writer) }
        let reader = try await Catalog.open(path: path, access: .reader)
        #expect(try await reader.sweeps().count == 1)
      }
    }
  }

  @Test func `a writer that closes lets the next one in`() async throws {
    try await TemporaryDirectory.with { directory in
      let first = try await Catalog.open(path: directory.path("c.sqlite"), access: .writer)
      await expect(code: .locked) {
        _ = try await Catalog.open(path: directory.path("c.sqlite"), access: .writer)
      }
      await first.close()
      let second = try await Catalog.open(path: directory.path("c.sqlite"), access: .writer)
      #expect(second.id == first.id)
    }
  }
}
