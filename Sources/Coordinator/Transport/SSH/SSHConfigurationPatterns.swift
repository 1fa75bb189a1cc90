/// Patterns as `ssh_config(5)` has them: `*` for any letters, `?` for one, `!` in front negates.
enum SSHPatterns {
  /// Whether a text fits at least one of the patterns, and none of those that are negated.
  static func fit(_ text: String, _ patterns: [String]) -> Bool {
    var fits = false
    for pattern in patterns {
      let isNegated = pattern.hasPrefix("!")
      guard fit(text, pattern: isNegated ? String(pattern.dropFirst()) : pattern) else { continue }
      if isNegated { return false }
      fits = true
    }
    return fits
  }

  /// Whether a text fits one pattern.
  ///
  /// Only the last star needs to be returned to, so that the time is at most the product of both
  /// lengths whatever the pattern.
  static func fit(_ text: String, pattern: String) -> Bool {
    let text = Array(text.utf8)
    let pattern = Array(pattern.utf8)
    var position = 0
    var inText = 0
    var star: (after: Int, inText: Int)?
    while inText < text.count {
      if position < pattern.count, pattern[position] == UInt8(ascii: "*") {
        position += 1
        star = (position, inText)
      } else if position < pattern.count,
        pattern[position] == UInt8(ascii: "?") || pattern[position] == text[inText]
      {
        position += 1
        inText += 1
      } else if let last = star {
        star = (last.after, last.inText + 1)
        position = last.after
        inText = last.inText + 1
      } else {
        return false
      }
    }
    return pattern[position...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
