/// Which pieces of the parameters weight decay acts on.
public enum DecayedPieces: Hashable, Sendable {
  /// All of them.
  case all
  /// All but biases and the pieces of a LayerNorm, by their names: the last word is `bias`, or the
  /// layer's begins with `ln` or `norm`, as in `blocks.0.ln1.weight`.
  case allButBiasesAndNorms
  /// Those of these names.
  case named(Set<String>)

  /// Whether a piece of this name is decayed.
  public func contains(_ name: String) -> Bool {
    switch self {
    case .all: return true
    case .named(let names): return names.contains(name)
    case .allButBiasesAndNorms:
      let words = name.split(separator: ".")
      guard words.last != "bias" else { return false }
      let layer = words.dropLast().last ?? ""
      return !layer.hasPrefix("ln") && !layer.hasPrefix("norm")
    }
  }
}
