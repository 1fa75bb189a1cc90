import Glibc
import Protocol

/// A mark on an axis or a colour bar.
package struct Tick: Hashable, Sendable {
  /// Where it is, as a number of the axis.
  package var value: Double
  /// What is written there; empty for a mark without words.
  package var label: TickLabel

  init(value: Double, label: TickLabel) {
    self.value = value
    self.label = label
  }
}

/// What is written at a tick: digits, and a power of ten where the digits would be many.
package struct TickLabel: Hashable, Sendable {
  /// The digits, for instance `0.5`, `2×10` or `10`.
  package var text: String
  /// The exponent that stands above the line after them; empty for none.
  package var exponent: String

  init(_ text: String, exponent: String = "") {
    self.text = text
    self.exponent = exponent
  }

  /// Whether nothing is written.
  var isEmpty: Bool { text.isEmpty }
}

/// A step of 1, 2 or 5 times a power of ten, kept as whole numbers so that ticks and labels are
/// exact.
struct TickStep: Hashable {
  /// 1, 2 or 5; 5, 10 or 25 in halves and 2, 4 or 10 in fifths of such a step.
  var digits: Int
  /// The power of ten.
  var exponent: Int

  init(digits: Int, exponent: Int) {
    self.digits = digits
    self.exponent = exponent
  }

  /// The smallest step that divides a span into no more than so many pieces.
  init(spanning span: Double, atMost count: Int) {
    precondition(span > 0 && span.isFinite && count > 0, "a tick step needs a positive span")
    let least = span / Double(count) * (1 - 1e-9)
    digits = 1
    exponent = Int(log10(least).rounded(.down))
    while value < least { self = next }
  }

  private var next: TickStep {
    switch digits {
    case 1: TickStep(digits: 2, exponent: exponent)
    case 2: TickStep(digits: 5, exponent: exponent)
    default: TickStep(digits: 1, exponent: exponent + 1)
    }
  }

  /// The step as a number.
  var value: Double { TickStep.number(Int64(digits), exponent) }

  /// Half of the step.
  var half: TickStep { TickStep(digits: digits * 5, exponent: exponent - 1) }

  /// A fifth of the step.
  var fine: TickStep { TickStep(digits: digits * 2, exponent: exponent - 1) }

  /// A number moved to a multiple of the step.
  func rounded(_ number: Double, _ rule: FloatingPointRoundingRule) -> Double {
    // A number that is a multiple up to rounding stays: 0.3 is not pushed to 0.35.
    let multiple = number / value
    let nearest = multiple.rounded()
    let chosen = abs(multiple - nearest) < 1e-9 ? nearest : multiple.rounded(rule)
    return TickStep.number(Int64(chosen) * Int64(digits), exponent)
  }

  /// All multiples of the step in a range, with labels of one form.
  func ticks(in range: ClosedRange<Double>) -> [Tick] {
    let slack = 1e-9
    let first = Int64((range.lowerBound / value - slack).rounded(.up))
    let last = Int64((range.upperBound / value + slack).rounded(.down))
    guard first <= last else { return [] }
    let greatest = max(abs(first), abs(last)) * Int64(digits)
    let leading = exponent + String(greatest).count - 1
    return (first...last).map { multiple in
      let units = multiple * Int64(digits)
      return Tick(value: TickStep.number(units, exponent), label: label(units, leading: leading))
    }
  }

  private func label(_ units: Int64, leading: Int) -> TickLabel {
    guard units != 0, leading >= 5 || exponent < -4 else {
      return TickLabel(NumberText.decimal(units, exponent: exponent))
    }
    let digits = NumberText.decimal(units, exponent: exponent - leading)
    return TickLabel("\(digits)×10", exponent: NumberText.integer(leading))
  }

  /// A whole number times a power of ten, as near as a Double comes.
  static func number(_ units: Int64, _ exponent: Int) -> Double {
    let power = pow(10, Double(abs(exponent)))
    return exponent < 0 ? Double(units) / power : Double(units) * power
  }
}

/// Where an axis has its marks.
enum AxisTicks {
  /// The marks of an axis.
  ///
  /// A round step on a linear axis, decades or the values themselves on a logarithmic one, every
  /// value on a banded one.
  ///
  /// - Parameters:
  ///   - axis: the axis.
  ///   - countMax: how many labels fit.
  /// - Returns: the marks in ascending order; those without a label are short.
  static func ticks(of axis: HeatmapAxis, atMost countMax: Int) -> [Tick] {
    let extent = axis.extent
    switch axis.spacing {
    case .linear:
      let span = extent.upperBound - extent.lowerBound
      let step = TickStep(spanning: span, atMost: max(countMax, 2))
      // Two and a half layers are none.
      let isWhole =
        !axis.values.isEmpty
        && axis.values.allSatisfy { if case .integer = $0 { true } else { false } }
      let whole = TickStep(digits: 1, exponent: 0)
      return (isWhole && step.value < 1 ? whole : step).ticks(in: extent)
    case .logarithmic: return logarithmic(axis, atMost: countMax)
    case .banded:
      let every = max(1, (axis.values.count + countMax - 1) / max(countMax, 1))
      return axis.values.enumerated().map { index, value in
        let text = index % every == 0 ? NumberText.value(value) : ""
        return Tick(value: Double(index), label: TickLabel(text))
      }
    }
  }

  /// A few short whole values are written themselves (1000, 2000, 4000); else powers of ten with
  /// marks between them, and below two powers of ten 1, 2 and 5 times each.
  private static func logarithmic(_ axis: HeatmapAxis, atMost countMax: Int) -> [Tick] {
    let numbers = axis.values.compactMap(\.number)
    let areShort = numbers.allSatisfy { $0 == $0.rounded() && abs($0) < 1e6 }
    if areShort, !numbers.isEmpty, numbers.count <= countMax {
      return numbers.map {
        Tick(value: $0, label: TickLabel(NumberText.decimal(Int64($0), exponent: 0)))
      }
    }
    let range = axis.number(at: axis.extent.lowerBound)...axis.number(at: axis.extent.upperBound)
    let first = Int(axis.extent.lowerBound.rounded(.down))
    let last = Int(axis.extent.upperBound.rounded(.up))
    let decades = (first...last).filter { range.contains(TickStep.number(1, $0)) }
    let every = max(1, (decades.count + countMax - 1) / max(countMax, 1))
    // One form for all labels: 0.01 beside a power would make the reader translate.
    let areAllShort = range.lowerBound >= 0.0009 && range.upperBound <= 20_000
    var ticks: [Tick] = []
    for exponent in first...last {
      for digits in 1...9 {
        let value = TickStep.number(Int64(digits), exponent)
        guard range.contains(value) else { continue }
        let isLabelled =
          decades.count < 2
          ? [1, 2, 5].contains(digits)
          : digits == 1 && (exponent - decades[0]) % every == 0
        ticks.append(
          Tick(
            value: value,
            label: isLabelled ? power(digits, exponent, isShort: areAllShort) : TickLabel("")))
      }
    }
    return ticks
  }

  private static func power(_ digits: Int, _ exponent: Int, isShort: Bool) -> TickLabel {
    if isShort { return TickLabel(NumberText.decimal(Int64(digits), exponent: exponent)) }
    return TickLabel(digits == 1 ? "10" : "\(digits)×10", exponent: NumberText.integer(exponent))
  }
}
