import Dispatch
import GRDB
package import Protocol

/// Everything that sweeps were asked for and gave, in one SQLite file.
///
/// Who may change what: one process at a time has a catalog open for writing, because opening it
/// so takes its ``CatalogLock``; a reader changes nothing, and neither blocks the other. A trial
/// and its attempts stay for ever. A trial's outcome is set once, by
/// ``record(_:setAside:atMicroseconds:)``; only a failed one is ever cleared or replaced. Each call
/// is one transaction: when it returns it is on the disk, and after a kill at any moment the file
/// holds the calls before.
///
/// ```swift
/// let catalog = try await Catalog.open(path: "phasegrid.sqlite", access: .writer)
/// let sweep = try await catalog.register(definition, trials: trials, atMicroseconds: now)
/// let pending = try await catalog.pendingTrials(of: sweep.id)
/// ```
///
/// Calls wait on a dispatch queue of their own, never on the threads of async code, and a cancelled
/// task does not undo them.
package final class Catalog: Sendable {
  /// What a process wants of a catalog.
  package enum Access: Sendable {
    /// To read an existing one: nothing is created and nothing is changed.
    case reader
    /// To change it; creates one where there is none.
    case writer
  }

  /// The catalog's own name, for ever.
  package let id: UniqueID
  /// The file, absolute and without symbolic links.
  package let path: String
  private let connection: DatabaseQueue
  private let lock: CatalogLock?

  /// Opens a catalog.
  /// - Parameters:
  ///   - path: the file.
  ///   - access: a writer creates the file where there is none, and keeps the catalog's lock until
  ///     it is closed or released.
  /// - Returns: the open catalog.
  /// - Throws: `catalog.missing`, `catalog.not-a-file`, `catalog.unreadable`,
  ///   `catalog.not-writable`, `catalog.not-a-catalog`, `catalog.damaged`, `catalog.newer`,
  ///   `catalog.older` (for a reader, where later schemas did more than to add columns: a writer
  ///   migrates it, after a backup), `catalog.locked`, `catalog.lock-unsupported`,
  ///   `catalog.busy`, `catalog.full`, `catalog.input-output`.
  package static func open(path: String, access: Access) async throws(CatalogError) -> Catalog {
    try await open(path: path, access: access, migrator: Migrator(migrations: Migration.all))
  }

  static func open(
    path: String, access: Access, migrator: Migrator
  ) async throws(CatalogError) -> Catalog {
    let opened: Result<Catalog, CatalogError> = await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        let file = CatalogFile(path: path)
        continuation.resume(
          returning: Result { try Catalog(file: file, access: access, migrator: migrator) }
            .mapError { CatalogError($0, purpose: "open what is", path: file.path) })
      }
    }
    return try opened.get()
  }

  private init(file: CatalogFile, access: Access, migrator: Migrator) throws {
    let opening = CatalogOpening(file: file, migrator: migrator)
    switch access {
    case .reader:
      self.lock = nil
      self.connection = try opening.reader()
    case .writer:
      _ = try file.inspect()
      self.lock = try CatalogLock.acquire(for: file.path)
      self.connection = try opening.writer()
    }
    self.path = file.path
    self.id = try opening.identify(connection)
  }

  /// Closes the file after the calls that have begun; the object is of no use afterwards.
  ///
  /// The last one to close a catalog folds its write-ahead log into the file. A catalog that is
  /// simply released is closed too.
  package func close() async {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async { [connection, lock] in
        // Closing can only fail with a statement still open, and then the release closes it.
        try? connection.close()
        lock?.release()
        continuation.resume()
      }
    }
  }

  /// Changes the catalog in one transaction.
  func write<Value: Sendable>(
    _ purpose: String, _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(CatalogError) -> Value {
    try await transaction(.immediate, purpose, body)
  }

  /// Looks at one state of the catalog.
  func read<Value: Sendable>(
    _ purpose: String, _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(CatalogError) -> Value {
    try await transaction(.deferred, purpose, body)
  }

  /// Changes the catalog in one transaction before it returns; for the queue of another catalog.
  func writeNow<Value>(
    _ purpose: String, _ body: (Database) throws -> Value
  ) throws(CatalogError) -> Value {
    do {
      return try connection.writeWithoutTransaction { try $0.value(of: .immediate, body) }
    } catch {
      throw CatalogError(error, purpose: purpose, path: path)
    }
  }

  private func transaction<Value: Sendable>(
    _ kind: Database.TransactionKind, _ purpose: String,
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(CatalogError) -> Value {
    let path = self.path
    let outcome: Result<Value, CatalogError> = await withCheckedContinuation { continuation in
      connection.asyncWriteWithoutTransaction { database in
        continuation.resume(
          returning: Result { try database.value(of: kind, body) }
            .mapError { CatalogError($0, purpose: purpose, path: path) })
      }
    }
    return try outcome.get()
  }
}

extension Database {
  /// Runs `body` in a transaction and hands on what it returns.
  fileprivate func value<Value>(
    of kind: TransactionKind, _ body: (Database) throws -> Value
  ) throws -> Value {
    var value: Value?
    try inTransaction(kind) {
      value = try body(self)
      return .commit
    }
    guard let value else { throw DatabaseError(message: "a transaction ended without a value") }
    return value
  }
}
