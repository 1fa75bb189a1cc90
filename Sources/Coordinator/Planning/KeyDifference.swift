/// Why two trials are not the same one: where the texts of their keys differ.
package struct KeyDifference: Hashable, Sendable {
  /// One fact that the two keys do not share.
  package struct Fact: Hashable, Sendable {
    /// What it is about, for instance `parameter init.gamma`, `seed data`, `replicate`.
    package var subject: String
    /// What the first key says; `nil` where it says nothing.
    package var first: String?
    /// What the second key says; `nil` where it says nothing.
    package var second: String?

    /// The fact in words.
    package var sentence: String {
      switch (first, second) {
      case (let first?, let second?): "\(subject) is \(first) in the first, \(second) in the second"
      case (let first?, nil): "\(subject) is \(first) in the first and has no effect in the second"
      case (nil, let second?):
        "\(subject) has no effect in the first and is \(second) in the second"
      case (nil, nil): "\(subject) has no effect"
      }
    }
  }

  /// The facts in which they differ, in the order of the key text.
  package let facts: [Fact]

  /// Compares two key texts, as `TrialSpecification.keyText` makes them.
  package init(first: String, second: String) {
    let left = KeyDifference.facts(first)
    let right = KeyDifference.facts(second)
    var facts: [Fact] = []
    let known = Set(left.map(\.subject))
    for (subject, value) in left {
      let other = right.first { $0.subject == subject }?.value
      if other != value { facts.append(Fact(subject: subject, first: value, second: other)) }
    }
    for (subject, value) in right where !known.contains(subject) {
      facts.append(Fact(subject: subject, first: nil, second: value))
    }
    self.facts = facts
  }

  /// The differences in words, one a line; a sentence of its own where there are none.
  package var sentences: [String] {
    facts.isEmpty ? ["the two are the same trial"] : facts.map(\.sentence)
  }

  /// What each line of a key text is about, with what it says.
  package static func facts(_ text: String) -> [(subject: String, value: String)] {
    text.split(separator: "\n").map { line in
      let isNamed = line.hasPrefix("parameter ") || line.hasPrefix("seed ")
      let words = line.split(separator: " ", maxSplits: isNamed ? 2 : 1)
      let value = words.last.map { String($0) } ?? ""
      return (words.dropLast().joined(separator: " "), value)
    }
  }
}
