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

@Suite struct HeatmapDiagramTests {
  /// A diagram of every kind that has its golden file.
  enum Picture: String, CaseIterable, CustomTestStringConvertible {
    case plain, states, panels, bands, logarithmic, limits, empty, single

    var testDescription: String { rawValue }

    var diagram: HeatmapDiagram {
      get throws {
        HeatmapDiagram(try data, provenance: TableFixture.provenance)
      }
    }

    private var data: HeatmapData {
      get throws {
        switch self {
        case .plain: try TableFixture.data(slopes, TableFixture.request(contour: 0))
        case .states: try TableFixture.data(states, TableFixture.request(mask: "loss > 8"))
        case .panels: try panels
        case .bands: try TableFixture.data(bands, TableFixture.request(contour: 0.5))
        case .logarithmic: try TableFixture.data(logarithmic, TableFixture.request(contour: 0.5))
        case .limits:
          try TableFixture.data(slopes, TableFixture.request(contour: 0), limits: -0.5...0.5)
        case .empty:
          try TableFixture.data(
            TableFixture.grid(HeatmapDiagramTests.square) { _, _ in .missing },
            TableFixture.request(contour: 0))
        case .single:
          try TableFixture.data(
            TableFixture.grid([TableFixture.axis("a", [1]), TableFixture.axis("b", [0])]) { _, _ in
              .score(0.25)
            })
        }
      }
    }

    /// A grid with one point beside it, with numbers of both signs.
    private var slopes: ResultTable {
      let axes = [
        TableFixture.axis("a", [0, 0.5, 1, 1.5, 4]), TableFixture.axis("b", [1, 2, 3]),
      ]
      return TableFixture.grid(axes) { point, _ in
        point[0] == 4 && point[1] != 2 ? .notInGrid : .score(point[0] - max(1, point[1] - 1))
      }
    }

    private var states: ResultTable {
      TableFixture.grid(HeatmapDiagramTests.square, replicates: 2) { point, replicate in
        let kinds: [TableFixture.Report] = [.missing, .diverged, .failed, .score(.nan)]
        let kind = kinds[min(Int(point[0]), 3)]
        switch point[1] {
        case 0: return kind
        case 1: return replicate == 0 ? kind : .numbers(point[0], 0)
        default: return .numbers(point[0], 3 * point[1] + point[0])
        }
      }
    }

    private var panels: HeatmapData {
      get throws {
        let table = TableFixture.grid(HeatmapDiagramTests.square) { point, _ in
          .numbers(point[0], point[1])
        }
        var request = TableFixture.request()
        request.color = ["score", "loss"]
        request.contour = .init(measure: "loss", level: 1.5)
        request.title = "Two measures <side by side> & one scale"
        return try TableFixture.data(table, request)
      }
    }

    private var bands: ResultTable {
      let axes = [
        TableFixture.axis("a", [0, 1, 2]),
        TableFixture.axis("b", ["none", "before", "after the residual sum"]),
      ]
      return TableFixture.table(axes) { point, _ in
        .score(point[1] == .text("none") ? 0 : (point[0].number ?? 0) / 2)
      }
    }

    private var logarithmic: ResultTable {
      let axes = [
        TableFixture.axis("a", [1e-4, 1e-3, 1e-2, 1e-1], .logarithmic),
        TableFixture.axis("b", [16, 64, 256], .logarithmic),
      ]
      return TableFixture.grid(axes) { point, _ in .score(min(1, point[0] * point[1])) }
    }
  }

  private static let square = [
    TableFixture.axis("a", [0, 1, 2, 3]), TableFixture.axis("b", [0, 1, 2, 3]),
  ]

  @Test(arguments: Picture.allCases)
  func `the picture is the golden one`(picture: Picture) throws {
    try expectGolden(picture.diagram.render(), named: "\(picture).svg")
  }

  @Test(arguments: Picture.allCases)
  func `the picture is well-formed XML`(picture: Picture) throws {
    let parser = XMLParser(data: Data(try picture.diagram.render().utf8))
    let isWellFormed = parser.parse()
    #expect(isWellFormed, "\(String(describing: parser.parserError))")
  }

  @Test(arguments: Picture.allCases)
  func `the numbers are the golden ones`(picture: Picture) throws {
    try expectGolden(picture.diagram.table(), named: "\(picture).csv")
  }

  @Test(arguments: Picture.allCases)
  func `nothing leaves the page`(picture: Picture) throws {
    let diagram = try picture.diagram
    let layout = HeatmapLayout(diagram.data, provenance: diagram.provenance)
    let plots = layout.panels.map(\.plot)
    #expect(plots.allSatisfy { $0.x > 0 && $0.width > 50 && $0.height > 20 })
    #expect(zip(plots, plots.dropFirst()).allSatisfy { $0.right < $1.x })
    let right = layout.bar?.right ?? plots[plots.count - 1].right
    #expect(right < layout.width)
    for place in layout.legend {
      let widths = place.text.lines.map { TextMetrics.width(of: $0, size: 6.5) }
      #expect(place.swatch.right + 3 + (widths.max() ?? 0) <= layout.width)
    }
    #expect(layout.note.baseline < layout.height)
  }

  @Test func `only marks that occur are explained`() throws {
    #expect(try LegendEntry.entries(of: Picture.single.diagram.data).isEmpty)
    let marks = try LegendEntry.entries(of: Picture.states.diagram.data).map(\.mark)
    #expect(
      marks == [
        .theory(0), .cell(.missing), .cell(.diverged), .cell(.failed), .cell(.undefined),
        .shortfall(.missing), .shortfall(.diverged), .shortfall(.failed), .shortfall(.undefined),
        .masked,
      ])
  }

  @Test func `one panel is one column wide and several are two`() throws {
    #expect(try Picture.plain.diagram.render().contains("width=\"89mm\""))
    #expect(try Picture.panels.diagram.render().contains("width=\"183mm\""))
  }

  @Test func `the picture says where it comes from`() throws {
    let picture = try Picture.plain.diagram.render()
    for words in ["sweep fixture-sweep", "catalog fixture.sqlite", "Phasegrid 1.2.3"] {
      #expect(picture.contains(words))
    }
  }

  @Test func `a hostile title stays text`() throws {
    var data = try Picture.single.diagram.data
    data.title = "</svg><script>alert(1)</script>\u{0}"
    let picture = HeatmapDiagram(data, provenance: TableFixture.provenance).render()
    #expect(!picture.contains("<script>"))
    #expect(XMLParser(data: Data(picture.utf8)).parse())
  }

  @Test func `words without end leave the plot its place`() throws {
    var data = try Picture.bands.diagram.data
    let words = String(repeating: "endless words ", count: 60)
    data.x.label = words
    data.y.label = words
    data.rangeLabel = words
    data.y.values = data.y.values.map { _ in .text(words) }
    let layout = HeatmapLayout(data, provenance: TableFixture.provenance)
    #expect(layout.panels[0].plot.width > 30)
    #expect(layout.yTitle.lines.count == 3)
    #expect(layout.yTitle.lines[2].hasSuffix("…"))
  }

  @Test func `labels of neighbouring panels do not touch`() throws {
    let diagram = try Picture.panels.diagram
    let layout = HeatmapLayout(diagram.data, provenance: diagram.provenance)
    let gap = layout.panels[1].plot.x - layout.panels[0].plot.right
    // The outermost labels stand at the very ends of these axes, half of each in the gap.
    let ticks = layout.xTicks.ticks.map(\.label)
    let reach = [try #require(ticks.first), try #require(ticks.last)]
      .map { TextMetrics.width(of: $0, size: 6.5) / 2 }
    #expect(reach[0] + reach[1] < gap)
  }

  @Test func `a table of sixty by sixty cells is drawn whole`() throws {
    let values = (0..<60).map { Double($0) / 10 }
    let axes = [TableFixture.axis("a", values), TableFixture.axis("b", values)]
    let table = TableFixture.grid(axes) { point, _ in .score(point[0] - point[1]) }
    let data = try TableFixture.data(table, TableFixture.request(contour: 0))
    let picture = HeatmapDiagram(data, provenance: TableFixture.provenance).render()
    #expect(picture.components(separatedBy: "<rect").count > 3600)
    #expect(data.panels[0].contours.count == 1)
  }
}
