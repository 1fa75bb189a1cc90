/// Points in time as people read them, in UTC.
enum TimeText {
  /// A date and time of ISO 8601, for instance `2025-11-21T14:02:48.000125Z`.
  ///
  /// By arithmetic on the proleptic Gregorian calendar (Howard Hinnant, "chrono-Compatible
  /// Low-Level Date Algorithms"): a table of results needs it a million times.
  /// - Parameters:
  ///   - microseconds: the time since 1970.
  ///   - fractionDigits: 0 or 6 digits after the seconds.
  /// - Returns: the text, 20 or 27 characters in the years that anybody meets.
  static func dateAndTime(microseconds: Int64, fractionDigits: Int = 6) -> String {
    let (seconds, fraction) = floorDivide(microseconds, by: 1_000_000)
    let (days, second) = floorDivide(seconds, by: 86_400)
    let (era, dayOfEra) = floorDivide(days + 719_468, by: 146_097)
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    var text = padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2)
    text += "T" + padded(second / 3_600, 2) + ":" + padded(second / 60 % 60, 2)
    text += ":" + padded(second % 60, 2)
    if fractionDigits > 0 { text += "." + padded(fraction, 6) }
    return text + "Z"
  }

  private static func floorDivide(
    _ dividend: Int64, by divisor: Int64
  ) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }

  private static func padded(_ number: Int64, _ digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
