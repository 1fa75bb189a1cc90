/// Numbers as people read them in evidence and messages.
enum Numeral {
  /// A number with three digits after the point, for instance -0.506.
  static func thousandths(_ value: Double) -> String {
    guard value.isFinite, value.magnitude < 1e12 else { return "\(value)" }
    let rounded = Int64((value.magnitude * 1000).rounded())
    let sign = value < 0 && rounded > 0 ? "-" : ""
    let fraction = String(rounded % 1000)
    let zeros = String(repeating: "0", count: 3 - fraction.count)
    return "\(sign)\(rounded / 1000).\(zeros)\(fraction)"
  }

  /// The value of an axis: whole numbers without a point, others with up to nine digits after it.
  static func short(_ value: Double) -> String {
    guard value.isFinite, value.magnitude < 1e9 else { return "\(value)" }
    let rounded = (value * 1e9).rounded() / 1e9
    return rounded == rounded.rounded() ? String(Int64(rounded)) : "\(rounded)"
  }
}
