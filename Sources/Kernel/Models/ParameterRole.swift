/// What a piece of a model's parameters is for, which its name tells.
public enum ParameterRole: Hashable, Sendable, CaseIterable {
  /// The weight of a linear layer or a convolution, or a factor of a matrix.
  case weight
  /// What is added after a layer: the last word of the name is `bias`.
  case bias
  /// The table of tokens: `tok.weight`.
  case embedding
  /// The table of positions: `pos.weight`.
  case position
  /// The weight of a LayerNorm, whose name begins with `ln` or `norm`.
  case normalizationWeight
  /// Its bias.
  case normalizationBias
  /// A factor of fixed matrices: `blocks.l.fixed.alpha` and `blocks.l.fixed.beta`.
  case factor

  /// The role of a piece.
  /// - Parameter name: Words between dots, for instance `blocks.0.ln1.weight`.
  public init(of name: String) {
    let words = name.split(separator: ".")
    let layer = words.dropLast().last ?? ""
    let isBias = words.last == "bias"
    if layer.hasPrefix("ln") || layer.hasPrefix("norm") {
      self = isBias ? .normalizationBias : .normalizationWeight
    } else if isBias {
      self = .bias
    } else {
      switch layer {
      case "tok": self = .embedding
      case "pos": self = .position
      case "fixed": self = .factor
      default: self = .weight
      }
    }
  }
}
