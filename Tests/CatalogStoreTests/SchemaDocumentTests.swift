import Foundation
import GRDB
import TestSupport
import Testing

@testable import CatalogStore

/// `docs/CATALOG.md` against the catalog that this program makes.
@Suite struct SchemaDocumentTests {
  @Test func `every table and column is described, and nothing else is`() async throws {
    try await CatalogWorld.with { world in
      await world.catalog.close()
      let schema = try await DatabaseQueue(path: world.catalog.path).read { database in
        try Row.fetchAll(
          database,
          sql: """
            SELECT t.name, c.name FROM pragma_table_list t, pragma_table_info(t.name) c
            WHERE t.schema = 'main' AND t.name NOT LIKE 'sqlite_%'
            """
        ).reduce(into: [String: Set<String>]()) { schema, row in
          schema[row[0], default: []].insert(row[1])
        }
      }
      #expect(try SchemaDocument.columns() == schema)
    }
  }

  @Test func `every question in SQL is answered by the golden catalog`() async throws {
    let questions = try SchemaDocument.questions()
    #expect(questions.count >= 5)
    try await TemporaryDirectory.with { directory in
      let path = directory.path("c.sqlite")
      try FileManager.default.copyItem(
        atPath: GoldenCatalog.path("catalog-v\(Migration.all.count).golden"), toPath: path)
      let connection = try DatabaseQueue(path: path)
      for question in questions {
        let count = try await connection.read { try Row.fetchAll($0, sql: question).count }
        #expect(count > 0, "\(question)")
      }
    }
  }

  @Test func `the identity and the version are those of the document`() throws {
    let text = try SchemaDocument.text()
    #expect(text.contains("`PRAGMA application_id` is \(CatalogFile.applicationID) "))
    #expect(text.contains("the schema's version, now \(Migration.all.count)."))
  }
}

/// The document as data.
private enum SchemaDocument {
  static func text() throws -> String {
    try String(
      contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../docs/CATALOG.md").standardizedFileURL, encoding: .utf8)
  }

  /// The names in the first column of the table under each heading that names a table.
  static func columns() throws -> [String: Set<String>] {
    var columns: [String: Set<String>] = [:]
    var table: String?
    for line in try text().split(separator: "\n") {
      if line.hasPrefix("#") {
        table = line.hasPrefix("### `") ? String(line.split(separator: "`")[1]) : nil
      } else if let table, line.hasPrefix("| `") {
        columns[table, default: []].insert(String(line.split(separator: "`")[1]))
      }
    }
    return columns
  }

  /// The blocks in SQL.
  static func questions() throws -> [String] {
    try text().components(separatedBy: "```sql\n").dropFirst().compactMap { part in
      part.components(separatedBy: "```").first
    }
  }
}
