import CatalogStore
import Planning
import Protocol

/// How a heat map speaks of its numbers.
struct MeasureWording {
  private let plan: HeatmapPlan
  private let table: ResultTable
  private let study: StudyDescription

  init(_ plan: HeatmapPlan, table: ResultTable, study: StudyDescription) {
    self.plan = plan
    self.table = table
    self.study = study
  }

  /// A measure with its reductions, for instance `slope of log RD over log m`.
  func label(of measure: Int) -> String {
    let description = study.measure(plan.measures[measure])
    let text = labelAndName(description, measure)
    let unit = description?.unit ?? ""
    let keepsUnit = !plan.reductions.contains { $0.summary.needsNumbers }
    return unit.isEmpty || !keepsUnit ? text : "\(text) (\(unit))"
  }

  private func labelAndName(_ description: MeasureDescription?, _ measure: Int) -> String {
    let label =
      if let label = description?.label, !label.isEmpty { label } else { plan.measures[measure] }
    return plan.reductions.reduce(label) { text, reduction in
      reduction.summary.phrase(of: text, over: parameterLabel(reduction.axis))
    }
  }

  /// The unit that all colours share; empty when there is none.
  var commonLabel: String {
    let units = Set(plan.colors.map { study.measure(plan.measures[$0])?.unit ?? "" })
    let keepsUnit = !plan.reductions.contains { $0.summary.needsNumbers }
    return keepsUnit && units.count == 1 ? units.first ?? "" : ""
  }

  /// What the contour line means; `nil` for no contour.
  var contourLabel: String? {
    guard let contour = plan.contour else { return nil }
    let level = NumberText.significant(contour.level)
    if let measure = contour.measure {
      return "\(label(of: measure)) = \(level)"
    }
    guard plan.colors.count == 1 else { return "value = \(level)" }
    let slopes = plan.reductions.contains { $0.summary.needsNumbers }
    return slopes ? "slope = \(level)" : "\(label(of: 0)) = \(level)"
  }

  /// On which side of the contour's level all values are; `nil` where some are on either.
  func sideOfContour(_ values: [Double]) -> String? {
    guard let level = plan.contour?.level, let measure = plan.linedMeasure, !values.isEmpty else {
      return nil
    }
    let sign = values.allSatisfy { $0 > level } ? ">" : values.allSatisfy { $0 < level } ? "<" : nil
    return sign.map {
      "\(label(of: measure)) \($0) \(NumberText.significant(level)) everywhere"
    }
  }

  /// What else the reader must know.
  func remarks(replicates: ClosedRange<Int>) -> [String] {
    var remarks: [String] = []
    for (axis, value) in plan.fixed.sorted(by: { $0.key < $1.key }) {
      remarks.append("\(parameterLabel(axis)) = \(NumberText.value(value))")
    }
    for reduction in plan.reductions where !reduction.conditionText.isEmpty {
      let phrase = reduction.summary.phrase(of: "", over: parameterLabel(reduction.axis))
      remarks.append("\(phrase) where \(reduction.conditionText)")
    }
    let counts =
      replicates.lowerBound == replicates.upperBound
      ? "\(replicates.upperBound)" : "\(replicates.lowerBound)–\(replicates.upperBound)"
    if replicates.upperBound == 1 {
      remarks.append("1 replicate")
    } else {
      remarks.append("\(plan.replicates.name) of \(counts) replicates")
    }
    return remarks
  }

  private func parameterLabel(_ axis: Int) -> String {
    let name = table.axes[axis].name
    guard let label = study.parameter(name)?.label, !label.isEmpty else { return name }
    return label
  }
}

extension DiagramRequest.Summary {
  /// The word for it in sweep files.
  var name: String {
    switch self {
    case .mean: "mean"
    case .median: "median"
    case .minimum: "min"
    case .maximum: "max"
    case .quantile: "quantile"
    case .slope: "slope"
    case .logLogSlope: "logLogSlope"
    case .at: "at"
    }
  }

  /// A reduction in words; `measure` may be empty.
  func phrase(of measure: String, over axis: String) -> String {
    let object = measure.isEmpty ? "" : " of \(measure)"
    return switch self {
    case .mean, .median: "\(name)\(object) over \(axis)"
    case .minimum: "least\(measure.isEmpty ? "" : " " + measure) over \(axis)"
    case .maximum: "greatest\(measure.isEmpty ? "" : " " + measure) over \(axis)"
    case .quantile(let share):
      "\(NumberText.significant(share * 100)) % quantile\(object) over \(axis)"
    case .slope: "slope\(object) over \(axis)"
    case .logLogSlope: "slope\(measure.isEmpty ? "" : " of log \(measure)") over log \(axis)"
    case .at(let value):
      "\(measure.isEmpty ? "" : measure + " ")at \(axis) = \(NumberText.value(value))"
    }
  }
}
