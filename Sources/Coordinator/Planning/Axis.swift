package import Protocol

/// One parameter that a sweep varies, with its values.
package struct Axis: Hashable, Sendable {
  /// How the values are spaced, for diagrams.
  package enum Scale: String, Hashable, Sendable {
    /// Evenly, or listed numbers.
    case linear
    /// By equal factors.
    case logarithmic
    /// Words and truth values, or numbers without an order of their own.
    case categorical
  }

  /// The parameter.
  package var name: String
  /// Every value that it takes in the sweep, each once: numbers ascending, words in file order.
  package var values: [ParameterValue]
  /// How the values are spaced.
  package var scale: Scale
  /// The axes that are zipped with this one and have one value for each of its own: who knows the
  /// value here knows theirs.
  package var determines: [String]

  /// Puts an axis together.
  package init(
    name: String, values: [ParameterValue], scale: Scale, determines: [String] = []
  ) {
    self.name = name
    self.values = values
    self.scale = scale
    self.determines = determines
  }
}
