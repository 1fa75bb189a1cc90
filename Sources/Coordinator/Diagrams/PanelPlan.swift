import CatalogStore
import Planning
package import Protocol

/// How trials are put into the panels of small multiples.
package struct PanelRequest: Hashable, Sendable {
  /// The axis whose values are the columns; `nil` to choose.
  package var columns: String?
  /// The axis whose values are the rows; `nil` to choose.
  package var rows: String?
  /// The axis whose values colour lines; `nil` to choose.
  package var color: String?
  /// What stands above the picture; the study's title when it is empty.
  package var title: String

  /// Says what is wanted.
  package init(
    columns: String? = nil, rows: String? = nil, color: String? = nil, title: String = ""
  ) {
    self.columns = columns
    self.rows = rows
    self.color = color
    self.title = title
  }
}

/// What a panel, or a line, differs in from the others.
package struct PanelAxis: Hashable, Sendable {
  /// The parameter's name.
  package var name: String
  /// What the drawing calls it.
  package var label: String
  /// The values that occur, in the sweep's order.
  package var values: [ParameterValue]
  /// Its place among the sweep's axes.
  let index: Int

  /// A value in words, for instance `γ = 0.5`.
  func words(_ value: ParameterValue) -> String { "\(label) = \(NumberText.value(value))" }
}

/// Which axes make columns, rows and colours of the trials at hand.
struct PanelPlan {
  private(set) var columns: PanelAxis?
  private(set) var rows: PanelAxis?
  private(set) var color: PanelAxis?
  /// The axes that have one value among the trials, in words.
  let remarks: [String]

  /// The most panels of a picture.
  static let panelCountMax = 64

  /// Finds the axes.
  /// - Parameters:
  ///   - trials: The rows of results that are drawn, at least one.
  ///   - axes: The sweep's axes.
  ///   - request: What the user wants.
  ///   - study: For the labels.
  ///   - hasColor: Whether lines are drawn, which one axis may colour.
  /// - Throws: `diagram.no-cells`, `diagram.unknown-axis`, `diagram.request`,
  ///   `diagram.unreduced-axis`.
  init(
    _ trials: [ResultRow], axes: [Axis], request: PanelRequest, study: StudyDescription,
    hasColor: Bool
  ) throws(DiagramError) {
    let all = axes.enumerated().map { index, axis in
      let occurring = Set(trials.map { $0.values[index] })
      let label = study.parameter(axis.name)?.label ?? ""
      return PanelAxis(
        name: axis.name, label: label.isEmpty ? axis.name : label,
        values: axis.values.filter(occurring.contains), index: index)
    }
    var open = all.filter { $0.values.count > 1 }
    remarks = all.filter { $0.values.count == 1 }.map { $0.words($0.values[0]) }
    func take(_ name: String?) throws(DiagramError) -> PanelAxis? {
      guard let name else { return nil }
      guard let axis = all.first(where: { $0.name == name }) else {
        throw DiagramError.unknownAxis(name, known: axes.map(\.name))
      }
      guard let place = open.firstIndex(of: axis) else {
        if axis.values.count == 1 { return axis }
        throw DiagramError(
          .request, "a diagram is to show the axis '\(name)' twice",
          remedy: "Name another axis for one of them.")
      }
      return open.remove(at: place)
    }
    columns = try take(request.columns)
    rows = try take(request.rows)
    color = try take(hasColor ? request.color : nil)
    // What nobody has named: lines first, then columns, then rows.
    if hasColor, color == nil, !open.isEmpty { color = open.removeFirst() }
    if columns == nil, !open.isEmpty { columns = open.removeFirst() }
    if rows == nil, !open.isEmpty { rows = open.removeFirst() }
    guard open.isEmpty else {
      let names = open.map(\.name).joined(separator: ", ")
      throw DiagramError(
        .unreducedAxis, "trials differ in more axes than panels can show: \(names)",
        remedy: "Choose some with --where, for instance --where '\(Self.example(open))'.")
    }
    let count = (columns?.values.count ?? 1) * (rows?.values.count ?? 1)
    guard count <= PanelPlan.panelCountMax else {
      throw DiagramError(
        .request, "a diagram would have \(count) panels; at most \(PanelPlan.panelCountMax)",
        remedy: "Choose some trials with --where.")
    }
  }

  private static func example(_ open: [PanelAxis]) -> String {
    open.map { axis in
      let value = axis.values[0]
      return if case .text(let text) = value { "\(axis.name) == '\(text)'" } else {
        "\(axis.name) == \(value.canonicalText)"
      }
    }.joined(separator: " and ")
  }

  /// How many panels stand side by side.
  var columnCount: Int {
    if rows != nil || (columns?.values.count ?? 1) <= 4 { return columns?.values.count ?? 1 }
    // One axis alone fills a page line by line.
    let count = columns?.values.count ?? 1
    return count <= 9 ? 3 : count <= 16 ? 4 : 6
  }

  /// The panels line by line, as values on the two axes; greater values are further up.
  var places: [(column: ParameterValue?, row: ParameterValue?)] {
    let across: [ParameterValue?] = columns.map { $0.values } ?? [nil]
    let up: [ParameterValue?] = rows.map { $0.values.reversed() } ?? [nil]
    return up.flatMap { row in across.map { (column: $0, row: row) } }
  }

  /// Whether a trial belongs into a panel.
  func holds(_ trial: ResultRow, _ place: (column: ParameterValue?, row: ParameterValue?)) -> Bool {
    (columns.map { trial.values[$0.index] } == place.column)
      && (rows.map { trial.values[$0.index] } == place.row)
  }

  /// What stands above a panel.
  func title(_ place: (column: ParameterValue?, row: ParameterValue?)) -> String {
    let words = [
      place.column.flatMap { value in columns?.words(value) },
      place.row.flatMap { value in rows?.words(value) },
    ]
    return words.compactMap { $0 }.joined(separator: ", ")
  }
}

extension DiagramError {
  static func unknownAxis(_ name: String, known: [String]) -> DiagramError {
    let nearest = nearestName(to: name, among: known)
    return DiagramError(
      .unknownAxis,
      "a diagram is to be drawn over '\(name)', which the sweep does not vary"
        + (nearest.map { "; did you mean '\($0)'?" } ?? ""),
      remedy: known.isEmpty
        ? "Leave it out." : "Use one of: \(known.joined(separator: ", ")).")
  }
}
