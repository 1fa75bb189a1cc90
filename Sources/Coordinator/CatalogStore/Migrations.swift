import GRDB
import Protocol

/// One step from a schema to the next.
///
/// Append only: what has been released is never edited, because catalogs made by it exist.
struct Migration: Sendable {
  /// What the step is called in the catalog's events.
  let name: String
  /// The statements that make the step.
  let sql: String
}

extension Migration {
  /// Every step since the empty file; the schema's version is their number.
  static let all: [Migration] = [
    Migration(name: "first-schema", sql: firstSchema)
  ]
}

/// Brings a catalog to the schema that this program knows.
///
/// The version lives in SQLite's `user_version`: the number of migrations that have been applied.
struct Migrator {
  /// The steps that this program knows.
  let migrations: [Migration]

  /// The schema that this program reads and writes.
  var version: Int { migrations.count }

  /// The schema of an open catalog.
  static func version(in database: Database) throws -> Int {
    try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
  }

  /// Makes a catalog of an empty file, in one transaction.
  func create(in database: Database, id: UniqueID, atMicroseconds time: Int64) throws {
    try database.inTransaction(.exclusive) {
      try database.execute(sql: "PRAGMA application_id = \(CatalogFile.applicationID)")
      try apply(migrations[...], in: database)
      try database.run(
        "INSERT INTO catalog (id, created_microseconds) VALUES (?, ?)", id.value, time.value)
      return .commit
    }
  }

  /// Applies what an older program did not know, after a copy of the file was made.
  func migrate(_ connection: DatabaseQueue, from version: Int, path: String) throws {
    try backUp(connection, to: "\(path).backup-\(version)")
    try connection.writeWithoutTransaction { database in
      try database.inTransaction(.exclusive) {
        try apply(migrations[version...], in: database)
        for migration in migrations[version...] {
          try database.appendEvent(
            .migrated, migration.name, atMicroseconds: nowMicroseconds())
        }
        return .commit
      }
    }
  }

  private func apply(_ migrations: ArraySlice<Migration>, in database: Database) throws {
    for migration in migrations {
      try database.execute(sql: migration.sql)
    }
    try database.execute(sql: "PRAGMA user_version = \(version)")
  }

  /// Writes the copy under another name first: an existing backup is replaced by a whole one only.
  ///
  /// The file is made before SQLite would make it, readable by its owner alone.
  private func backUp(_ connection: DatabaseQueue, to path: String) throws {
    let unfinished = path + ".unfinished"
    CatalogFile.remove(unfinished)
    try CatalogFile(path: unfinished).create()
    try connection.writeWithoutTransaction { database in
      try database.execute(sql: "VACUUM INTO ?", arguments: [unfinished])
    }
    try CatalogFile.rename(unfinished, to: path)
  }
}
