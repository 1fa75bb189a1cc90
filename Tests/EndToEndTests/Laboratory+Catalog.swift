import Foundation
import GRDB
import TestSupport

extension Laboratory {
  /// The number that a query over the catalog gives.
  func number(_ query: String) throws -> Int {
    var configuration = Configuration()
    configuration.readonly = true
    let queue = try DatabaseQueue(
      path: directory.path("catalog.sqlite"), configuration: configuration)
    return try queue.read { try Int.fetchOne($0, sql: query) ?? 0 }
  }

  /// The number with a fraction that a query over the catalog gives.
  func real(_ query: String) throws -> Double {
    var configuration = Configuration()
    configuration.readonly = true
    let queue = try DatabaseQueue(
      path: directory.path("catalog.sqlite"), configuration: configuration)
    return try queue.read { try Double.fetchOne($0, sql: query) ?? .nan }
  }

  /// All attempts at all trials.
  func attemptCount() throws -> Int { try number("SELECT COUNT(*) FROM attempt") }

  /// The keys of all trials, in the order of their rows.
  func keys() throws -> [String] {
    var configuration = Configuration()
    configuration.readonly = true
    let queue = try DatabaseQueue(
      path: directory.path("catalog.sqlite"), configuration: configuration)
    return try queue.read {
      try String.fetchAll($0, sql: "SELECT lower(hex(key)) FROM trial ORDER BY id")
    }
  }

  /// A CSV text with its columns in the order of their names and its rows in that of their text.
  static func sortedColumns(_ csv: String) -> [String] {
    let rows = csv.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    guard let header = rows.first else { return [] }
    let order = header.indices.sorted { header[$0] < header[$1] }
    return rows.map { row in order.map { row[$0] }.joined(separator: ",") }.sorted()
  }
}
