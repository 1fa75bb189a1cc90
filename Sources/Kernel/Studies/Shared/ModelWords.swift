import Protocol

/// The words of sweep files for what models are made of.
enum ActivationWord: String, CaseIterable {
  case relu
  case tanh
  case gelu
  case sigmoid
  case sin
  case xTanhX = "x-tanh-x"

  /// The function.
  var activation: Activation {
    switch self {
    case .relu: .relu
    case .tanh: .tanh
    case .gelu: .gelu
    case .sigmoid: .sigmoid
    case .sin: .sin
    case .xTanhX: .xTanhX
    }
  }

  /// The parameter `model.activation`.
  static func parameter(default value: ActivationWord, of layer: String) -> ParameterDescription {
    .choice(
      "model.activation", label: "activation", among: allCases, default: value,
      meaning: "The function after \(layer).")
  }
}

/// The words of sweep files for where LayerNorm is.
enum NormalizationWord: String, CaseIterable {
  case pre
  case post
  case none

  /// The placement.
  var normalization: Transformer.Normalization {
    switch self {
    case .pre: .before
    case .post: .after
    case .none: .none
    }
  }
}

/// The words of sweep files for what tells positions apart.
enum PositionsWord: String, CaseIterable {
  case learned
  case sinusoidal
  case none

  /// The kind of positions.
  var positions: Transformer.Positions {
    switch self {
    case .learned: .learned
    case .sinusoidal: .sinusoidal
    case .none: .none
    }
  }
}

/// The words of sweep files for the last layer of a transformer.
enum HeadWord: String, CaseIterable {
  case own
  case tied
  case none

  /// The kind of head.
  var head: Transformer.Head {
    switch self {
    case .own: .own
    case .tied: .tied
    case .none: .none
    }
  }
}

/// The words of sweep files for which linear layers of a transformer have biases.
enum BiasesWord: String, CaseIterable {
  case all
  case head
  case none

  /// The layers.
  var biases: Transformer.Biases {
    switch self {
    case .all: .all
    case .head: .head
    case .none: []
    }
  }
}
