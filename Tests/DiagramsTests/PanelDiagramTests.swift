import CatalogStore
import Foundation
import Planning
import Protocol
import TestSupport
import Testing

@testable import Diagrams

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Small multiples of curves and of matrices.
@Suite struct PanelDiagramTests {
  private static let loss = MeasureDescription(
    name: "loss", label: "training loss", kind: .curve, meaning: "")
  private static let cosine = MeasureDescription(
    name: "cosineW", label: "cosine of input weights", kind: .matrix, meaning: "")
  private static let axes = [
    TableFixture.axis("a", [0.5, 1, 2]), TableFixture.axis("b", [-1, 0, 1]),
    TableFixture.axis("rate", [0.01, 0.1], .logarithmic),
  ]

  /// Rows for all points of some axes.
  private static func rows(_ axes: [Axis], replicates: UInt32 = 1) -> [ResultRow] {
    TableFixture.grid(axes, replicates: replicates) { _, _ in .score(1) }.rows
  }

  private static func numbers(_ row: ResultRow) -> [Double] {
    row.values.map { $0.number ?? .nan }
  }

  /// Decaying curves, faster with the first axis.
  private static func curves(
    _ axes: [Axis], replicates: UInt32 = 1, offset: Double = 0
  ) -> [CurveEntry] {
    rows(axes, replicates: replicates).map { row in
      let steps = (0...10).map { Double($0) * 100 }
      let rate = numbers(row)[0] * (1 + 0.1 * Double(row.replicate))
      return CurveEntry(
        row: row, steps: steps,
        values: steps.map { offset + 2.0 * pow(10, -rate * $0 / 400) })
    }
  }

  /// Matrices of two groups of rows; the first axis moves them apart.
  private static func matrices(_ axes: [Axis], side: Int = 12) -> [MatrixEntry] {
    rows(axes).map { row in
      let numbers = numbers(row)
      let cosine = 0.6 * (numbers[0] - 1)
      return MatrixEntry(
        row: row,
        rows: (0..<side).map { one in
          (0..<side).map { other in
            one == other ? 1 : (one < side / 3) == (other < side / 3) ? 0.9 : Float(cosine)
          }
        })
    }
  }

  private static func curveDiagram(
    _ entries: [CurveEntry], _ axes: [Axis], _ request: PanelRequest = PanelRequest(),
    of description: MeasureDescription = loss, missing: Int = 0
  ) throws(DiagramError) -> CurveDiagram {
    CurveDiagram(
      try CurveData(
        entries, of: description, axes: axes, request: request, study: TableFixture.study,
        missing: missing), provenance: TableFixture.provenance)
  }

  private static func matrixDiagram(
    _ entries: [MatrixEntry], _ axes: [Axis], _ request: PanelRequest = PanelRequest()
  ) throws(DiagramError) -> MatrixDiagram {
    try MatrixDiagram(
      entries, of: cosine, axes: axes, request: request, study: TableFixture.study,
      provenance: TableFixture.provenance)
  }

  /// A diagram of every kind that has its golden file.
  enum Picture: String, CaseIterable, CustomTestStringConvertible {
    case curves, curvePanels = "curve-panels", vector, matrix, matrices

    var testDescription: String { rawValue }

    var diagram: any Diagram {
      get throws {
        let two = Array(PanelDiagramTests.axes[..<2])
        switch self {
        case .curves:
          return try curveDiagram(PanelDiagramTests.curves([two[0]], replicates: 2), [two[0]])
        case .curvePanels:
          var entries = PanelDiagramTests.curves(PanelDiagramTests.axes)
          entries[3].values[5] = .nan
          entries.removeAll { PanelDiagramTests.numbers($0.row)[1...] == [1, 0.1] }
          return try curveDiagram(
            entries, PanelDiagramTests.axes, PanelRequest(columns: "b", rows: "rate"), missing: 3)
        case .vector:
          let spectrum = MeasureDescription(
            name: "spectrum", label: "eigenvalue", kind: .vector, unit: "1", meaning: "")
          return try curveDiagram(
            PanelDiagramTests.curves([two[0]], offset: 5), [two[0]], of: spectrum)
        case .matrix:
          let one = [TableFixture.axis("a", [0.5])]
          return try matrixDiagram(PanelDiagramTests.matrices(one), one)
        case .matrices:
          var entries = PanelDiagramTests.matrices(two)
          entries.remove(at: 4)
          return try matrixDiagram(entries, two)
        }
      }
    }
  }

  @Test(arguments: Picture.allCases)
  func `the picture is what was reviewed`(picture: Picture) throws {
    try expectGolden(try picture.diagram.render(), named: "\(picture.rawValue).svg")
  }

  @Test(arguments: Picture.allCases)
  func `the document is well formed and its numbers are finite`(picture: Picture) throws {
    let text = try picture.diagram.render()
    let parser = XMLParser(data: Data(text.utf8))
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
    #expect(!text.contains("nan") && !text.contains("inf\""))
  }

  @Test func `the table of curves has a row a point`() throws {
    let axes = [TableFixture.axis("a", [0.5, 1])]
    let lines = try Self.curveDiagram(Self.curves(axes), axes).table().split(separator: "\n")
    #expect(lines.count == 1 + 2 * 11)
    #expect(lines[0] == "a,replicate,step,loss")
    #expect(lines[1] == "0.5,0,0,2.0")
    #expect(lines[12].hasPrefix("1.0,0,0,"))
  }

  @Test func `the table of matrices has all elements, also where means are drawn`() throws {
    let axes = [TableFixture.axis("a", [0.5])]
    let diagram = try Self.matrixDiagram(Self.matrices(axes, side: 300), axes)
    let lines = diagram.table().split(separator: "\n")
    #expect(lines.count == 1 + 300 * 300)
    #expect(lines[0] == "a,replicate,row,column,cosineW")
    #expect(lines[2] == "0.5,0,0,1,0.9")
    let picture = diagram.render()
    #expect(picture.contains("means of blocks"))
    #expect(picture.count < 4_000_000)
  }

  @Test func `means of blocks are means`() {
    let rows: [[Float]] = [[1, 2, 3], [3, 4, 5], [6, 7, 8]]
    #expect(MatrixDiagram.reduced(rows, sideMax: 3) == [[1, 2, 3], [3, 4, 5], [6, 7, 8]])
    #expect(MatrixDiagram.reduced(rows, sideMax: 2) == [[2.5, 4], [6.5, 8]])
  }

  @Test func `axes that nobody names colour lines first, then make columns and rows`() throws {
    let data = try Self.curveDiagram(Self.curves(Self.axes), Self.axes).data
    #expect(data.color?.name == "a")
    #expect(data.panels.count == 6 && data.columnCount == 3)
    #expect(data.panels[0].title == "β = \u{2212}1, η = 0.1")
    #expect(data.panels.allSatisfy { $0.lines.count == 3 })
  }

  @Test func `numbers over decades have a logarithmic axis, others a linear one`() throws {
    let axes = [TableFixture.axis("a", [1])]
    let decades = try Self.curveDiagram(Self.curves(axes), axes).data
    #expect(decades.y.spacing == .logarithmic && decades.y.title == "training loss")
    #expect(try Self.curveDiagram(Self.curves(axes, offset: 1), axes).data.y.spacing == .linear)
  }

  @Test func `more axes than there is room for are an error that says what to choose`() {
    let axes = Self.axes + [TableFixture.axis("width", [10, 20])]
    let error = #expect(throws: DiagramError.self) {
      try Self.curveDiagram(Self.curves(axes), axes)
    }
    #expect(error?.kind == .unreducedAxis)
    #expect(error?.remedy.contains("--where 'width == 10.0'") == true)
  }

  @Test(arguments: [
    (PanelRequest(columns: "c"), DiagramError.Code.unknownAxis),
    (PanelRequest(columns: "a", rows: "a"), .request),
  ])
  func `a wrong axis is refused`(request: PanelRequest, code: DiagramError.Code) {
    let axes = Array(Self.axes[..<2])
    let error = #expect(throws: DiagramError.self) {
      try Self.matrixDiagram(Self.matrices(axes), axes, request)
    }
    #expect(error?.kind == code)
  }

  @Test func `nothing kept is an error`() {
    let none = #expect(throws: DiagramError.self) { try Self.curveDiagram([], Self.axes) }
    #expect(none?.kind == .noCells)
    let matrix = #expect(throws: DiagramError.self) { try Self.matrixDiagram([], Self.axes) }
    #expect(matrix?.kind == .noCells)
  }

  @Test func `too many panels are refused`() {
    let axes = [TableFixture.axis("a", (0..<70).map { Double($0) })]
    let error = #expect(throws: DiagramError.self) {
      try Self.matrixDiagram(Self.matrices(axes, side: 2), axes)
    }
    #expect(error?.kind == .request)
  }
}
