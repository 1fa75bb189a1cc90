import Foundation
import GRDB
import Protocol

// Every trial passes through a handful of statements, so they are prepared once a connection and
// take their values as they are. The values are existentials because GRDB's initializer for values
// of one type builds a key path at each call, which takes longer than the statement.
extension Database {
  /// Executes a statement that was prepared before if it ran before.
  func run(_ sql: String, _ values: (any DatabaseValueConvertible)?...) throws {
    let statement = try cachedStatement(sql: sql)
    statement.setUncheckedArguments(StatementArguments(values))
    try statement.execute()
  }

  /// The first row of a query, as `body` reads it.
  func first<Value>(
    _ sql: String, _ values: (any DatabaseValueConvertible)?..., body: (Row) throws -> Value
  ) throws -> Value? {
    let statement = try cachedStatement(sql: sql)
    let cursor = try Row.fetchCursor(statement, arguments: StatementArguments(values))
    guard let row = try cursor.next() else { return nil }
    return try body(row)
  }

  /// Every row of a query.
  ///
  /// The statement is not kept: `body` may use the same query again.
  func each(_ sql: String, _ values: (any DatabaseValueConvertible)?..., body: (Row) throws -> Void)
    throws
  {
    let cursor = try Row.fetchCursor(self, sql: sql, arguments: StatementArguments(values))
    while let row = try cursor.next() { try body(row) }
  }
}

extension BinaryInteger {
  /// The number for a column; what does not fit is the greatest that does.
  var value: DatabaseValue { Int64(clamping: self).databaseValue }
}

extension Double {
  /// The number for a column; SQLite has no NaN, and NULL stands for it.
  var value: DatabaseValue { databaseValue }
}

extension String {
  /// The text for a column.
  var value: DatabaseValue { databaseValue }
}

extension [UInt8] {
  /// The bytes for a column.
  var value: DatabaseValue { Data(self).databaseValue }
}

extension TrialKey {
  /// The key for a column.
  var value: DatabaseValue { bytes.value }
}

extension UniqueID {
  /// The identity for a column.
  var value: DatabaseValue { bytes.value }
}

extension TrialID {
  /// The row number for a column.
  var value: DatabaseValue { rawValue.databaseValue }
}

extension SweepID {
  /// The row number for a column.
  var value: DatabaseValue { rawValue.databaseValue }
}

extension NodeName {
  /// The name for a column.
  var value: DatabaseValue { rawValue.databaseValue }
}

extension AttemptNumber {
  /// The number for a column.
  var value: DatabaseValue { Int64(rawValue).databaseValue }
}

extension Optional where Wrapped: DatabaseValueConvertible {
  /// The value for a column, NULL for none.
  var value: DatabaseValue { self?.databaseValue ?? .null }
}

extension Row {
  /// The bytes of a column, none for NULL.
  func bytes(_ index: Int) -> [UInt8] {
    let data: Data? = self[index]
    return data.map { Array($0) } ?? []
  }
}
