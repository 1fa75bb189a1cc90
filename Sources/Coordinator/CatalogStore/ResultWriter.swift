package import Planning
import Protocol

/// How results are written.
package enum ResultFormat: String, Hashable, Sendable, CaseIterable {
  /// Aligned columns for people.
  case table
  /// RFC 4180 with a line feed after each record, as the tools of a shell expect it.
  case csv
  /// One array with an object a row.
  case json
}

/// Writes rows of results as text.
///
/// Same rows give the same bytes. A writer collects them in ``bytes``, which the caller empties
/// whenever it likes, so that no table is in memory whole. A table's columns are as wide as what
/// was measured before: hand every row to ``measure(_:_:)`` first.
package struct ResultWriter: Sendable {
  private enum Column {
    case axis(Int)
    case replicate
    case outcome
    case stop
    case measure(Int)
    case provenance(ResultProvenance.Column)
  }

  /// What has been written and not been taken.
  package var bytes: [UInt8] = []

  private let format: ResultFormat
  private let columns: [Column]
  private let headings: [String]
  private let isNumeric: [Bool]
  private var widths: [Int]
  private var rowCount = 0
  private var axisTexts: (cell: Int, texts: [String])?

  /// Prepares for rows of these axes and measures.
  /// - Parameters:
  ///   - format: how to write.
  ///   - axes: as in ``ResultTable/axes``.
  ///   - measures: as in ``ResultTable/measures``.
  ///   - provenance: whether to write where each result comes from.
  package init(format: ResultFormat, axes: [Axis], measures: [String], provenance: Bool = false) {
    self.format = format
    columns =
      axes.indices.map { .axis($0) } + [.replicate, .outcome, .stop]
      + measures.indices.map { .measure($0) }
      + (provenance ? ResultProvenance.Column.allCases.map { .provenance($0) } : [])
    headings =
      axes.map(\.name) + ["replicate", "outcome", "stop"] + measures
      + (provenance ? ResultProvenance.Column.allCases.map(\.rawValue) : [])
    isNumeric = columns.map { column in
      switch column {
      case .axis(let index): axes[index].values.allSatisfy { $0.number != nil }
      case .replicate, .measure: true
      case .outcome, .stop: false
      case .provenance(let column): column.isNumeric
      }
    }
    widths = headings.map(\.unicodeScalars.count)
  }

  /// Whether rows must be measured before they are written.
  package var needsMeasuring: Bool { format == .table }

  /// Widens the columns of a table for a row.
  package mutating func measure(_ row: ResultRow, _ provenance: ResultProvenance? = nil) {
    for index in columns.indices {
      let width = text(of: columns[index], row, provenance).unicodeScalars.count
      widths[index] = max(widths[index], width)
    }
  }

  /// Writes what comes before the rows.
  package mutating func begin() {
    switch format {
    case .csv:
      for (index, heading) in headings.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        appendField(heading)
      }
      bytes.append(UInt8(ascii: "\n"))
    case .table: appendAligned(headings)
    case .json: bytes.append(UInt8(ascii: "["))
    }
  }

  /// Writes one row.
  package mutating func append(_ row: ResultRow, _ provenance: ResultProvenance? = nil) {
    switch format {
    case .csv:
      for index in columns.indices {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        let text = text(of: columns[index], row, provenance)
        if isNumeric[index] { bytes.append(contentsOf: text.utf8) } else { appendField(text) }
      }
      bytes.append(UInt8(ascii: "\n"))
    case .table:
      var texts: [String] = []
      for column in columns { texts.append(text(of: column, row, provenance)) }
      appendAligned(texts)
    case .json:
      bytes.append(contentsOf: (rowCount == 0 ? "\n  " : ",\n  ").utf8)
      let members = columns.indices.map { index in
        JSONValue.Member(headings[index], value(of: columns[index], row, provenance))
      }
      bytes.append(contentsOf: JSONValue.object(members).text.utf8)
    }
    rowCount += 1
  }

  /// Writes what comes after the rows.
  package mutating func end() {
    guard format == .json else { return }
    bytes.append(contentsOf: (rowCount == 0 ? "]\n" : "\n]\n").utf8)
  }

  /// The field of a row; empty where there is none.
  private mutating func text(
    of column: Column, _ row: ResultRow, _ provenance: ResultProvenance?
  ) -> String {
    switch column {
    case .axis(let index):
      if let axisTexts, axisTexts.cell == row.cell { return axisTexts.texts[index] }
      let texts = row.values.map(\.canonicalText)
      axisTexts = (row.cell, texts)
      return texts[index]
    case .replicate: return String(row.replicate)
    case .outcome: return row.outcome?.word ?? ""
    case .stop: return row.outcome?.stopWord ?? ""
    case .measure(let index):
      let number = row.numbers[index]
      return number.isNaN ? "" : number.description
    case .provenance(let column):
      switch column.value(of: row, provenance) {
      case .null: return ""
      case .string(let text): return text
      case let other: return other.text
      }
    }
  }

  private func value(
    of column: Column, _ row: ResultRow, _ provenance: ResultProvenance?
  ) -> JSONValue {
    switch column {
    case .axis(let index): JSONValue(row.values[index])
    case .replicate: .integer(Int64(row.replicate))
    case .outcome: row.outcome.map { .string($0.word) } ?? .null
    case .stop: row.outcome?.stopWord.map { .string($0) } ?? .null
    case .measure(let index): row.numbers[index].isNaN ? .null : .real(row.numbers[index])
    case .provenance(let column): column.value(of: row, provenance)
    }
  }

  /// Quotes a field that holds a comma, a quote or a line break.
  private mutating func appendField(_ text: String) {
    let isPlain = !text.utf8.contains { byte in
      byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == 0x0a || byte == 0x0d
    }
    guard !isPlain else {
      bytes.append(contentsOf: text.utf8)
      return
    }
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\"") { bytes.append(byte) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Numbers to the right, words to the left, two spaces between, none at the end.
  private mutating func appendAligned(_ texts: [String]) {
    var line = ""
    for (index, text) in texts.enumerated() {
      let space = String(
        repeating: " ", count: max(0, widths[index] - text.unicodeScalars.count))
      line += (index == 0 ? "" : "  ") + (isNumeric[index] ? space + text : text + space)
    }
    while line.last == " " { line.removeLast() }
    bytes.append(contentsOf: (line + "\n").utf8)
  }
}
