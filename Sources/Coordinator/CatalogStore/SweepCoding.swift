import GRDB
import Planning
import Protocol

extension SweepRecord {
  /// The columns that ``init(row:)`` reads.
  static let columns = """
    id, name, study, revision, study_description, file, axes, measures, replicates, numerics, \
    memory_limit_bytes, time_limit_seconds, state, created_microseconds, updated_microseconds, \
    cluster, files, keep
    """

  init(row: Row) throws {
    let memoryBytes: Int64? = try row.decode(atIndex: 10)
    let stateText: String = try row.decode(atIndex: 12)
    guard let state = SweepState(rawValue: stateText) else {
      throw ColumnError(description: "a sweep's state was expected instead of '\(stateText)'")
    }
    self.init(
      id: SweepID(try row.decode(atIndex: 0)),
      definition: SweepDefinition(
        name: try row.decode(atIndex: 1), study: try row.decode(atIndex: 2),
        revision: try ColumnCoding.index(row.decode(atIndex: 3)),
        studyDescriptionJSON: try row.decode(atIndex: 4), text: try row.decode(atIndex: 5),
        axes: try Axis.decode(row.decode(atIndex: 6)),
        measures: try ColumnCoding.names(row.decode(atIndex: 7)),
        replicates: try SweepRecord.replicates(row.decode(atIndex: 8)),
        numerics: try ColumnCoding.profile(row.decode(atIndex: 9)),
        limits: TrialLimits(
          memoryBytes: memoryBytes.map { UInt64(clamping: $0) },
          timeSeconds: try row.decode(atIndex: 11)),
        files: try row.decode(String?.self, atIndex: 16).map(DataFile.decode) ?? [],
        keep: try row.decode(String?.self, atIndex: 17).map(SweepRecord.keep) ?? .nothing),
      cluster: try row.decode(String?.self, atIndex: 15).map(ClusterCoding.cluster), state: state,
      createdMicroseconds: try row.decode(atIndex: 13),
      updatedMicroseconds: try row.decode(atIndex: 14))
  }

  /// What the column `keep` holds; `nil` where nothing is kept.
  static func text(of keep: KeepRequest) -> String? {
    keep.isEmpty ? nil : JSONValue.array(keep.words.map { .string($0) }).text
  }

  private static func keep(_ text: String) throws -> KeepRequest {
    guard let request = KeepRequest(words: try ColumnCoding.names(text)) else {
      throw ColumnError(description: "what a sweep keeps was expected")
    }
    return request
  }

  static func text(of replicates: [UInt32]) -> String {
    JSONValue.array(replicates.map { .integer(Int64($0)) }).text
  }

  private static func replicates(_ text: String) throws -> [UInt32] {
    try (JSONValue(parsing: text).array ?? []).map { element in
      guard let index = element.integer.flatMap(UInt32.init(exactly:)) else {
        throw ColumnError(description: "a replicate was expected")
      }
      return index
    }
  }
}

extension DataFile {
  /// The files as the column `files` holds them; none is NULL.
  static func text(of files: [DataFile]) -> String? {
    files.isEmpty ? nil : JSONValue.array(files.map(\.json)).text
  }

  /// Reads the column `files`.
  static func decode(_ text: String) throws -> [DataFile] {
    try (JSONValue(parsing: text).array ?? []).map { element in
      guard let file = DataFile(json: element) else {
        throw ColumnError(description: "a data file was expected")
      }
      return file
    }
  }
}

extension Axis {
  /// The axes as the column `axes` holds them.
  static func text(of axes: [Axis]) -> String {
    JSONValue.array(
      axes.map { axis in
        .object([
          .init("name", .string(axis.name)), .init("scale", .string(axis.scale.rawValue)),
          .init("values", .array(axis.values.map { JSONValue($0) })),
        ])
      }
    ).text
  }

  /// Reads the column `axes`.
  static func decode(_ text: String) throws -> [Axis] {
    try (JSONValue(parsing: text).array ?? []).map { element in
      guard let name = element["name"]?.string, let values = element["values"]?.array,
        let scale = element["scale"]?.string.flatMap(Scale.init(rawValue:))
      else { throw ColumnError(description: "an axis was expected") }
      return Axis(
        name: name,
        values: try values.map { value in
          guard let value = value.parameterValue else {
            throw ColumnError(description: "a value of the axis '\(name)' was expected")
          }
          return value
        }, scale: scale)
    }
  }
}
