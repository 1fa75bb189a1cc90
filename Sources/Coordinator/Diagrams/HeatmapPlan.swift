import CatalogStore
import Planning
import Protocol

/// A diagram request checked against the axes and measures that are there.
struct HeatmapPlan {
  /// One reduction with its axis found.
  struct Reduction {
    /// The axis that it removes.
    var axis: Int
    /// How.
    var summary: DiagramRequest.Summary
    /// Which trials take part; `nil` for all.
    var condition: Condition?
    /// The condition as it was written.
    var conditionText: String
  }

  /// A contour with its measure found.
  struct Contour {
    /// The position in ``measures``; `nil` for the colour's own.
    var measure: Int?
    /// The level.
    var level: Double
  }

  /// The horizontal axis among the sweep's.
  let x: Int
  /// The vertical axis among the sweep's.
  let y: Int
  /// The measures whose numbers are needed: the colours first.
  let measures: [String]
  /// The positions of the colours in ``measures``.
  let colors: Range<Int>
  /// The axes that are held at one value.
  let fixed: [Int: ParameterValue]
  /// The reductions, in order.
  let reductions: [Reduction]
  /// How replicates become one number.
  let replicates: DiagramRequest.Summary
  /// The contour.
  let contour: Contour?
  /// Which cells are muted; `nil` for none.
  let mask: Condition?

  init(
    _ request: DiagramRequest, table: ResultTable, study: StudyDescription
  ) throws(DiagramError) {
    x = try HeatmapPlan.axis(request.x, "x", in: table)
    y = try HeatmapPlan.axis(request.y, "y", in: table)
    guard x != y else {
      throw DiagramError(
        .request, "the diagram has `\(request.x)` on both axes",
        remedy: "Name two different axes as x and y.")
    }
    guard !request.color.isEmpty else {
      throw DiagramError(
        .request, "the diagram names no measure as its colour",
        remedy: "Name a measure as color: \(table.measures.joined(separator: ", ")).")
    }
    let texts = request.reduce.map(\.condition) + [request.mask]
    let mentioned = texts.flatMap { Condition.measures(in: $0, among: table.measures) }
    let lined = request.contour.map(\.measure).flatMap { $0.isEmpty ? nil : $0 }
    var measures: [String] = []
    for name in request.color + (lined.map { [$0] } ?? []) + mentioned
    where !measures.contains(name) {
      try HeatmapPlan.check(measure: name, table: table, study: study)
      measures.append(name)
    }
    self.measures = measures
    colors = 0..<Set(request.color).count
    var fixed: [Int: ParameterValue] = [:]
    for (name, value) in request.fixed.sorted(by: { $0.key < $1.key }) {
      let axis = try HeatmapPlan.axis(name, "a fixed value", in: table)
      try HeatmapPlan.check(value: value, of: table.axes[axis])
      fixed[axis] = value
    }
    self.fixed = fixed
    reductions = try HeatmapPlan.reductions(request, table: table)
    replicates = try HeatmapPlan.replicates(request.replicates)
    contour = try HeatmapPlan.contour(request.contour, measures: measures)
    let reduced = Set(request.reduce.map(\.axis))
    mask =
      request.mask.isEmpty
      ? nil
      : try Condition(
        request.mask, place: "the mask",
        names: Condition.Names(
          measures: table.measures, axes: table.axes.filter { !reduced.contains($0.name) }))
  }

  private static func reductions(
    _ request: DiagramRequest, table: ResultTable
  ) throws(DiagramError) -> [Reduction] {
    var reductions: [Reduction] = []
    var gone: Set<String> = []
    for reduction in request.reduce {
      let axis = try HeatmapPlan.axis(reduction.axis, "reduce", in: table)
      guard reduction.axis != request.x, reduction.axis != request.y,
        gone.insert(reduction.axis).inserted
      else {
        throw DiagramError(
          .reduction,
          "`\(reduction.axis)` is to be reduced, but it is on an axis of the diagram or already "
            + "reduced",
          remedy: "Reduce each axis once, and none that the diagram shows.")
      }
      try check(reduction.by, over: table.axes[axis])
      let condition =
        reduction.condition.isEmpty
        ? nil
        : try Condition(
          reduction.condition, place: "the condition of reducing \(reduction.axis)",
          names: Condition.Names(
            measures: table.measures,
            axes: table.axes.filter { !gone.contains($0.name) || $0.name == reduction.axis }
          ).ofTrials)
      reductions.append(
        Reduction(
          axis: axis, summary: reduction.by, condition: condition,
          conditionText: reduction.condition))
    }
    return reductions
  }

  private static func check(
    _ summary: DiagramRequest.Summary, over axis: Axis
  ) throws(DiagramError) {
    if case .at(let value) = summary { try check(value: value, of: axis) }
    if case .quantile(let share) = summary, !(0...1).contains(share) {
      throw DiagramError(
        .reduction, "a quantile of \(share) is to be taken over \(axis.name)",
        remedy: "Give a share between 0 and 1.")
    }
    guard summary.needsNumbers else { return }
    let numbers = axis.values.compactMap(\.number)
    guard numbers.count == axis.values.count else {
      throw DiagramError(
        .reduction, "a slope over `\(axis.name)` is asked for, whose values are not numbers",
        remedy: "Reduce it by mean, max, min, median or at.")
    }
    guard summary != .logLogSlope || numbers.allSatisfy({ $0 > 0 }) else {
      throw DiagramError(
        .reduction, "the logarithm of `\(axis.name)` is asked for, which is not always positive",
        remedy: "Reduce it by slope, or leave out the values that are not positive.")
    }
  }

  private static func replicates(
    _ summary: DiagramRequest.Summary
  ) throws(DiagramError) -> DiagramRequest.Summary {
    switch summary {
    case .mean, .median, .minimum, .maximum: return summary
    case .quantile, .slope, .logLogSlope, .at:
      throw DiagramError(
        .reduction, "replicates cannot be summarised by \(summary.name)",
        remedy: "Use mean, median, min or max.")
    }
  }

  /// The measure that the contour is of; `nil` where it is of several colours or there is none.
  var linedMeasure: Int? {
    contour.flatMap { $0.measure ?? (colors.count == 1 ? colors[0] : nil) }
  }

  private static func contour(
    _ contour: DiagramRequest.Contour?, measures: [String]
  ) throws(DiagramError) -> Contour? {
    guard let contour else { return nil }
    guard abs(contour.level) <= HeatmapData.magnitudeMax else {
      throw DiagramError(
        .request, "a contour at \(contour.level) is asked for",
        remedy: "Give a finite level.")
    }
    return Contour(
      measure: contour.measure.isEmpty ? nil : measures.firstIndex(of: contour.measure),
      level: contour.level)
  }

  /// Limits of the colours that leave room between them.
  static func checked(
    _ limits: ClosedRange<Double>
  ) throws(DiagramError) -> ClosedRange<Double> {
    let span = limits.upperBound - limits.lowerBound
    let magnitude = max(abs(limits.lowerBound), abs(limits.upperBound))
    guard magnitude <= HeatmapData.magnitudeMax, span > 1e-9 * magnitude else {
      throw DiagramError(
        .request,
        "the colours are to span \(limits.lowerBound) to \(limits.upperBound), where there is no "
          + "room for them",
        remedy: "Give two finite numbers, the smaller first.")
    }
    return limits
  }

  private static func axis(
    _ name: String, _ role: String, in table: ResultTable
  ) throws(DiagramError) -> Int {
    guard let index = table.axisIndex(name) else {
      throw DiagramError(
        .unknownAxis, "the diagram names `\(name)` as \(role), which the sweep does not vary",
        remedy: HeatmapPlan.remedy(name, "one of its axes", among: table.axes.map(\.name)))
    }
    return index
  }

  private static func check(value: ParameterValue, of axis: Axis) throws(DiagramError) {
    guard !axis.values.contains(where: { $0.matches(value) }) else { return }
    let values = axis.values.prefix(20).map(\.canonicalText).joined(separator: ", ")
    throw DiagramError(
      .unknownValue,
      "the diagram asks for \(axis.name) = \(value.canonicalText), which the sweep does not have",
      remedy: "Use one of its values: \(values)\(axis.values.count > 20 ? ", …" : "").")
  }

  private static func check(
    measure: String, table: ResultTable, study: StudyDescription
  ) throws(DiagramError) {
    guard table.measureIndex(measure) == nil else { return }
    let kind = study.measure(measure).map { "a \($0.kind.rawValue), not one number" }
    throw DiagramError(
      .unknownMeasure,
      "the diagram asks for `\(measure)`, which is \(kind ?? "no measure of \(study.name)")",
      remedy: remedy(measure, "one of its numbers", among: table.measures))
  }

  /// Names the nearest of the known names, else all of them.
  private static func remedy(_ name: String, _ kind: String, among known: [String]) -> String {
    if let nearest = nearestName(to: name, among: known) { return "Did you mean `\(nearest)`?" }
    return "Use \(kind): \(known.joined(separator: ", "))."
  }
}
