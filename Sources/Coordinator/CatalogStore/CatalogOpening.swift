import Foundation
import GRDB
import Protocol

/// How the connection to a catalog's file is made.
struct CatalogOpening {
  /// The file.
  let file: CatalogFile
  /// The schema that this program knows.
  let migrator: Migrator

  /// Opens the file for writing, creating or migrating it; the lock must be held.
  func writer() throws -> DatabaseQueue {
    let contents = try file.inspect()
    if contents == .missing { try file.create() }
    do {
      let connection = try DatabaseQueue(path: file.path, configuration: configuration)
      if contents == .catalog {
        try migrate(connection)
      } else {
        try connection.writeWithoutTransaction { database in
          try migrator.create(in: database, id: .random(), atMicroseconds: nowMicroseconds())
        }
      }
      // Creation happens before the file is switched to a write-ahead log, so that a file which
      // was killed in between is empty or whole.
      try connection.writeWithoutTransaction { database in
        try database.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
      }
      return connection
    } catch {
      if contents == .missing, (try? file.inspect()) == .empty { CatalogFile.remove(file.path) }
      throw error
    }
  }

  /// Opens an existing file for reading.
  ///
  /// A catalog at rest has no write-ahead log, and SQLite makes one to read it. A connection that
  /// could write removes it again when it closes; one that could not would leave it behind, owned
  /// by the wrong user, so such a reader takes the file as it is.
  func reader() throws -> DatabaseQueue {
    switch try file.inspect() {
    case .missing:
      throw CatalogError(
        .missing, "cannot open the catalog '\(file.path)': there is no such file",
        remedy: "Name an existing catalog with --catalog, or start one with `phasegrid run`.")
    case .empty:
      throw CatalogError(
        .notACatalog, "cannot open the catalog '\(file.path)': it is empty",
        remedy: "Name a catalog with --catalog, or fill this one with `phasegrid run`.")
    case .catalog: break
    }
    var configuration = self.configuration
    let location: String
    if file.isWritable {
      location = file.uri("mode=rw")
      configuration.prepareDatabase { try $0.execute(sql: "PRAGMA query_only = 1") }
    } else {
      location = file.uri(file.hasLog ? "mode=ro" : "immutable=1")
      configuration.readonly = true
    }
    let connection = try DatabaseQueue(path: location, configuration: configuration)
    let version = try connection.unsafeRead { try Migrator.version(in: $0) }
    try refuseNewer(version)
    guard let views = version > 0 ? migrator.views(from: version) : nil else {
      throw CatalogError(
        .older,
        "cannot read the catalog '\(file.path)': an older Phasegrid has written it "
          + "(schema \(version), this one reads \(migrator.version))",
        remedy: "Bring it up to date with `phasegrid resume`, which keeps a copy of it.")
    }
    try show(views, to: connection)
    return connection
  }

  /// Lets a reader see an older catalog as one of this schema; the file stays as it is.
  private func show(_ views: [String], to connection: DatabaseQueue) throws {
    guard !views.isEmpty else { return }
    try connection.unsafeRead { database in
      let isQueryOnly = try Bool.fetchOne(database, sql: "PRAGMA query_only") ?? false
      // What is temporary is refused too while nothing may be changed.
      try database.execute(sql: "PRAGMA query_only = 0")
      for view in views { try database.execute(sql: view) }
      try database.execute(sql: "PRAGMA query_only = \(isQueryOnly ? 1 : 0)")
    }
  }

  /// The catalog's own name, and a first look at every table.
  func identify(_ connection: DatabaseQueue) throws -> UniqueID {
    try connection.unsafeRead { database in
      do {
        for table in CatalogOpening.tables {
          _ = try Row.fetchOne(database, sql: "SELECT * FROM \(table) LIMIT 1")
        }
        let id = try Data.fetchOne(database, sql: "SELECT id FROM catalog") ?? Data()
        if let id = UniqueID(bytes: id) { return id }
      } catch let error as DatabaseError where error.resultCode != .SQLITE_ERROR {
        throw error
      } catch is DatabaseError {
        // A missing table or column: said below.
      }
      throw CatalogError(
        .damaged, "cannot open the catalog '\(file.path)': tables of it are missing",
        remedy: CatalogError.damagedRemedy)
    }
  }

  private static let tables = [
    "sweep", "cell", "cell_trial", "trial", "attempt", "measure", "curve", "node", "event",
    "keeping", "kept",
  ]

  private func migrate(_ connection: DatabaseQueue) throws {
    let version = try connection.unsafeRead { try Migrator.version(in: $0) }
    try refuseNewer(version)
    guard version < migrator.version else { return }
    try migrator.migrate(connection, from: version, path: file.path)
  }

  private func refuseNewer(_ version: Int) throws(CatalogError) {
    guard version > migrator.version else { return }
    throw CatalogError(
      .newer,
      "cannot open the catalog '\(file.path)': a newer Phasegrid has written it "
        + "(schema \(version), this one knows \(migrator.version))",
      remedy: "Use the newer Phasegrid.")
  }

  private var configuration: Configuration {
    var configuration = Configuration()
    configuration.label = "phasegrid.catalog"
    configuration.busyMode = .timeout(CatalogOpening.busySecondsMax)
    configuration.prepareDatabase { database in
      try database.execute(
        sql: """
          PRAGMA trusted_schema = OFF;
          PRAGMA cell_size_check = ON;
          PRAGMA secure_delete = OFF;
          PRAGMA cache_size = -\(CatalogOpening.cacheKibibytes)
          """)
    }
    return configuration
  }

  /// How long a call waits for another program, in seconds.
  private static let busySecondsMax = 10.0
  /// The most memory that pages of the file take, in KiB.
  private static let cacheKibibytes = 8_192
}
