import CatalogStore
import Planning
import Protocol

@testable import Diagrams

/// Tables of results as tests want them: axes `a`, `b` and others, measures `score` and `loss`.
enum TableFixture {
  /// What one trial reports.
  enum Report {
    case numbers(Double, Double)
    case diverged
    case failed
    case missing
    /// The sweep has no such cell.
    case notInGrid

    /// The score alone.
    static func score(_ value: Double) -> Report { .numbers(value, .nan) }
  }

  /// The names of the measures.
  static let measures = ["score", "loss"]

  /// A study with labels and units for all axes that tests use.
  static let study = StudyDescription(
    name: "fixture", title: "Fixture", summary: "", source: "", revision: 1,
    parameters: [
      parameter("a", label: "α", unit: ""), parameter("b", label: "β", unit: "h"),
      parameter("width", label: "m", unit: ""), parameter("rate", label: "η", unit: ""),
    ],
    measures: [
      MeasureDescription(name: "score", label: "score S", meaning: ""),
      MeasureDescription(name: "loss", label: "loss", unit: "nat", meaning: ""),
      MeasureDescription(name: "history", label: "history", kind: .curve, meaning: ""),
    ],
    theoryLines: [
      TheoryLine(
        label: "theory", x: "a", y: "b",
        points: [.init(x: 1, y: -100), .init(x: 1, y: 2), .init(x: 101, y: 102)])
    ],
    cost: "1")

  /// Where the numbers are said to come from.
  static let provenance = DiagramProvenance(
    sweep: "fixture-sweep", catalog: "fixture.sqlite", version: "1.2.3")

  private static func parameter(_ name: String, label: String, unit: String) -> ParameterDescription
  {
    ParameterDescription(
      name: name, label: label, type: .real, defaultValue: .real(0), unit: unit, meaning: "")
  }

  /// An axis of numbers.
  static func axis(_ name: String, _ values: [Double], _ scale: Axis.Scale = .linear) -> Axis {
    Axis(name: name, values: values.map { .real($0) }, scale: scale)
  }

  /// An axis of words.
  static func axis(_ name: String, _ words: [String]) -> Axis {
    Axis(name: name, values: words.map { .text($0) }, scale: .categorical)
  }

  /// A row for every point of the grid and replicate.
  static func table(
    _ axes: [Axis], replicates: UInt32 = 1, _ report: ([ParameterValue], UInt32) -> Report
  ) -> ResultTable {
    var points: [[ParameterValue]] = [[]]
    for axis in axes {
      points = points.flatMap { point in axis.values.map { point + [$0] } }
    }
    var rows: [ResultRow] = []
    for (cell, point) in points.enumerated() {
      for replicate in 0..<replicates {
        guard let row = row(cell, point, replicate, report(point, replicate)) else { continue }
        rows.append(row)
      }
    }
    return ResultTable(axes: axes, measures: measures, rows: rows)
  }

  /// A row for every point of the grid, the values of its axes as numbers.
  static func grid(
    _ axes: [Axis], replicates: UInt32 = 1, _ report: ([Double], UInt32) -> Report
  ) -> ResultTable {
    table(axes, replicates: replicates) { point, replicate in
      report(point.map { $0.number ?? .nan }, replicate)
    }
  }

  private static func row(
    _ cell: Int, _ point: [ParameterValue], _ replicate: UInt32, _ report: Report
  ) -> ResultRow? {
    let outcome: TrialOutcome?
    var numbers = [Double.nan, .nan]
    switch report {
    case .numbers(let score, let loss):
      outcome = .completed(.rule)
      numbers = [score, loss]
    case .diverged: outcome = .diverged
    case .failed: outcome = .failed(.memory, "out of memory")
    case .missing: outcome = nil
    case .notInGrid: return nil
    }
    let specification = TrialSpecification(
      study: "fixture", revision: 1, numerics: .pinned, parameters: [:], keyParameters: [],
      seeds: ["cell": UInt32(cell)], replicate: replicate)
    return ResultRow(
      cell: cell, values: point, replicate: replicate, key: specification.key, outcome: outcome,
      numbers: numbers)
  }

  /// A request for `score` over `a` and `b`.
  static func request(
    reduce: [DiagramRequest.Reduction] = [], contour: Double? = nil, mask: String = ""
  ) -> DiagramRequest {
    DiagramRequest(
      x: "a", y: "b", color: ["score"], reduce: reduce,
      contour: contour.map { DiagramRequest.Contour(level: $0) }, mask: mask)
  }

  /// The heat map of `score` over `a` and `b`.
  static func data(
    _ table: ResultTable, _ request: DiagramRequest = request(),
    limits: ClosedRange<Double>? = nil
  ) throws(DiagramError) -> HeatmapData {
    try HeatmapData(table: table, request: request, study: study, limits: limits)
  }
}

extension HeatmapData {
  /// The cell of the first panel at a place.
  func cell(_ column: Int, _ row: Int) -> HeatmapCell? {
    panels[0].cells[row * x.values.count + column]
  }
}
