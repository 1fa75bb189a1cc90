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
  /// The columns that the step adds; `nil` when it changes what was there, so that a catalog without
  /// it cannot be read by a program that knows it.
  let columns: [NewColumn]?
  /// The tables that the step adds.
  let tables: [NewTable]

  /// Puts a step together that does more than to add columns and tables.
  init(name: String, sql: String) {
    self.name = name
    self.sql = sql
    columns = nil
    tables = []
  }

  /// Puts a step together that adds columns and tables.
  init(name: String, columns: [NewColumn], tables: [NewTable] = []) {
    self.name = name
    self.sql = (columns.map(\.sql) + tables.map(\.sql)).joined(separator: "\n")
    self.columns = columns
    self.tables = tables
  }
}

/// A table that a later schema has and an earlier one has not.
struct NewTable: Sendable {
  let name: String
  /// Its columns with their types, and its constraints.
  let columns: [(name: String, type: String)]
  /// What stands behind the columns, inside the parentheses and after them.
  let constraints: String
  let options: String

  fileprivate var sql: String {
    let columns = self.columns.map { "  \($0.name) \($0.type),\n" }.joined()
    return "CREATE TABLE \(name) (\n\(columns)  \(constraints)\n)\(options);"
  }

  /// The table as a catalog without it has it: empty.
  fileprivate var emptyView: String {
    let columns = self.columns.map { "NULL AS \($0.name)" }.joined(separator: ", ")
    return "CREATE TEMP VIEW \(name) AS SELECT \(columns) WHERE 0"
  }
}

/// A column that a later schema has and an earlier one has not.
struct NewColumn: Sendable {
  let table: String
  let name: String
  /// What the schema says behind the name.
  let type: String
  /// What a row of before has there, as SQL.
  let valueBefore: String

  fileprivate var sql: String { "ALTER TABLE \(table) ADD COLUMN \(name) \(type);" }
}

extension Migration {
  /// Every step since the empty file; the schema's version is their number.
  static let all: [Migration] = [
    Migration(name: "first-schema", sql: firstSchema),
    Migration(
      name: "clusters",
      columns: [
        NewColumn(table: "sweep", name: "cluster", type: "TEXT", valueBefore: "NULL"),
        NewColumn(table: "node", name: "definition", type: "TEXT", valueBefore: "NULL"),
        NewColumn(
          table: "node", name: "slots", type: "INTEGER NOT NULL DEFAULT 0", valueBefore: "0"),
      ]),
    Migration(
      name: "data-files",
      columns: [NewColumn(table: "sweep", name: "files", type: "TEXT", valueBefore: "NULL")]),
    Migration(
      name: "kept",
      columns: [NewColumn(table: "sweep", name: "keep", type: "TEXT", valueBefore: "NULL")],
      tables: [
        NewTable(
          name: "keeping",
          columns: [
            ("trial", "INTEGER NOT NULL REFERENCES trial (id)"), ("what", "TEXT NOT NULL"),
          ], constraints: "PRIMARY KEY (trial, what)", options: " WITHOUT ROWID"),
        NewTable(
          name: "kept",
          columns: [
            ("trial", "INTEGER NOT NULL REFERENCES trial (id)"), ("what", "TEXT NOT NULL"),
            (
              "kind",
              "TEXT NOT NULL CHECK (kind = 'parameters' OR kind = 'curve' OR kind = 'matrix')"
            ), ("name", "TEXT NOT NULL"), ("step", "INTEGER NOT NULL"), ("bytes", "BLOB NOT NULL"),
          ], constraints: "PRIMARY KEY (trial, what, name)", options: ""),
      ]),
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

  /// The views through which a reader sees a catalog of an older schema as one of this, by table.
  ///
  /// They are temporary and hide the tables of the same names, so that nothing else has to know of
  /// older schemas. A column that the table has after all, because a writer has migrated it
  /// meanwhile, comes first in its view and is the one that is found.
  /// - Returns: the statements; `nil` when a step since `version` did more than to add columns and
  ///   tables.
  func views(from version: Int) -> [String]? {
    var columns: [String: [String]] = [:]
    var tables: [String] = []
    for migration in migrations[version...] {
      guard let added = migration.columns else { return nil }
      tables += migration.tables.map(\.emptyView)
      for column in added {
        columns[column.table, default: []].append("\(column.valueBefore) AS \(column.name)")
      }
    }
    return columns.sorted { $0.key < $1.key }.map { table, added in
      "CREATE TEMP VIEW \(table) AS "
        + "SELECT *, \(added.joined(separator: ", ")) FROM main.\(table)"
    } + tables
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
