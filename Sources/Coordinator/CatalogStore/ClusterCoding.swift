import GRDB
import Planning
import Protocol

/// How clusters and their nodes are written into columns: JSON without spaces.
enum ClusterCoding {
  /// Reads the column `sweep.cluster`.
  static func cluster(_ text: String) throws -> ClusterDefinition {
    try read(text) { json throws(ClusterFileError) in try ClusterDefinition(json: json) }
  }

  /// Reads the column `node.definition`.
  static func node(_ text: String) throws -> ClusterNode {
    try read(text) { json throws(ClusterFileError) in try ClusterNode(json: json) }
  }

  private static func read<Value>(
    _ text: String, _ body: (JSONValue) throws(ClusterFileError) -> Value
  ) throws -> Value {
    let json = try JSONValue(parsing: text)
    do throws(ClusterFileError) {
      return try body(json)
    } catch {
      throw ColumnError(description: error.problem)
    }
  }
}
