import CatalogStore
import Diagrams
import Planning
import Protocol

/// Draws what is kept of trials: curves and matrices.
struct KeptDrawing {
  let catalog: Catalog
  let sweep: SweepRecord
  let plan: SweepPlan
  let request: PanelRequest
  let condition: Expression?
  let provenance: DiagramProvenance

  /// The curve that every training has and a sweep may ask for.
  private static let loss = MeasureDescription(
    name: "loss", label: "training loss", kind: .curve,
    meaning: "The loss that the training lowers.")

  /// A diagram of a curve that was kept, or of a curve or vector that is a measure.
  func curve(_ name: String) async throws -> any Diagram {
    let measured = plan.study.measures.filter { $0.kind == .curve || $0.kind == .vector }
    let known = [KeptDrawing.loss] + measured
    guard let description = known.first(where: { $0.name == name }) else {
      throw unknown("curve", name, known.map(\.name))
    }
    var entries: [CurveEntry] = []
    let rows = try await catalog.results(of: sweep, where: condition).rows
    for row in rows {
      guard let curve = try await curve(name, isMeasure: plan.study.measure(name) != nil, of: row)
      else { continue }
      entries.append(CurveEntry(row: row, steps: curve.steps, values: curve.values))
    }
    let data = try CurveData(
      entries, of: description, axes: plan.axes, request: request, study: plan.study,
      missing: rows.count - entries.count)
    return CurveDiagram(data, provenance: provenance)
  }

  private func curve(
    _ name: String, isMeasure: Bool, of row: ResultRow
  ) async throws -> (steps: [Double], values: [Double])? {
    guard isMeasure else {
      let things = try await catalog.keptThings(
        of: row.key, kinds: [.curve], asked: sweep.definition.keep)
      return things.first { $0.name == name }?.points.map { points in
        (points.steps.map { Double($0) }, points.values.map { Double($0) })
      }
    }
    return try await catalog.measuredCurves(of: row.key).first { $0.name == name }.map { measure in
      let places = measure.values.indices.map { Double($0) }
      return (measure.steps.isEmpty ? places : measure.steps.map { Double($0) }, measure.values)
    }
  }

  /// A diagram of a matrix that was kept.
  func matrix(_ name: String) async throws -> any Diagram {
    guard let description = plan.study.matrix(name) else {
      throw unknown("matrix", name, plan.study.matrices.map(\.name))
    }
    var entries: [MatrixEntry] = []
    var drawn: Set<Int> = []
    for row in try await catalog.results(of: sweep, where: condition).rows
    where !drawn.contains(row.cell) {
      let things = try await catalog.keptThings(
        of: row.key, kinds: [.matrix], asked: sweep.definition.keep)
      guard let rows = things.first(where: { $0.name == name })?.rows else { continue }
      drawn.insert(row.cell)
      entries.append(MatrixEntry(row: row, rows: rows))
    }
    return try MatrixDiagram(
      entries, of: description, axes: plan.axes, request: request, study: plan.study,
      provenance: provenance)
  }

  private func unknown(_ kind: String, _ name: String, _ known: [String]) -> DiagramError {
    let nearest = nearestName(to: name, among: known)
    return DiagramError(
      .unknownMeasure,
      "study \(plan.study.name) has no \(kind) '\(name)'"
        + (nearest.map { "; did you mean '\($0)'?" } ?? ""),
      remedy: known.isEmpty
        ? "Draw something else." : "Use one of: \(known.joined(separator: ", ")).")
  }
}
