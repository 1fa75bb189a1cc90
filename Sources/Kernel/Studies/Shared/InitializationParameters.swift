import Protocol

/// How a model's parameters are drawn at the start.
struct InitializationParameters: ParameterGroup {
  /// How large weights are.
  enum Law: String, CaseIterable {
    case fanInPower = "fan-in-power"
    case widthPower = "width-power"
    case deviation
    case framework
  }
  /// What biases are.
  enum Biases: String, CaseIterable {
    case zero
    case likeWeights = "like-weights"
  }

  /// The default law.
  var law: Law
  /// The default exponent.
  var gamma = 0.5
  /// The default standard deviation.
  var deviation = 0.02
  /// The default of biases.
  var biases = Biases.zero
  /// What the study calls the width of its model, in a sentence.
  var widthName: String

  private static func holds(_ laws: Law...) -> String {
    "init.law in [\(laws.map { "'\($0.rawValue)'" }.joined(separator: ", "))]"
  }

  var parameters: [ParameterDescription] {
    [
      .choice(
        "init.law", label: "initialisation", among: Law.allCases, default: law,
        meaning:
          "How weights and embeddings are drawn: normal with the deviation fan-in^-γ or"
          + " (\(widthName))^-γ, normal with a given deviation, or as PyTorch does when nothing is"
          + " said."),
      .real(
        "init.gamma", label: "γ", default: gamma, -3...10,
        meaning: "The exponent of the deviation: a larger one is a smaller start.",
        activeWhen: Self.holds(.fanInPower, .widthPower)),
      .real(
        "init.deviation", label: "σ", default: deviation, 1e-12...1e3,
        meaning: "The standard deviation of weights and embeddings.",
        activeWhen: Self.holds(.deviation)),
      .choice(
        "init.biases", label: "initial biases", among: Biases.allCases, default: biases,
        meaning: "Whether biases begin at zero or are drawn like weights.",
        activeWhen: Self.holds(.fanInPower, .widthPower, .deviation)),
    ]
  }

  /// The laws that a request asks for.
  /// - Parameters:
  ///   - reader: The request's parameters.
  ///   - width: The width of the model.
  /// - Returns: The laws.
  func initialization(_ reader: ParameterReader, width: Int) -> ModelInitialization {
    let scale: InitializationScale
    switch reader.choice("init.law", as: Law.self) {
    case .framework: return .frameworkDefault
    case .fanInPower: scale = .power(of: .fanIn, -reader.real("init.gamma"))
    case .widthPower: scale = .power(of: .number(width), -reader.real("init.gamma"))
    case .deviation: scale = .number(reader.real("init.deviation"))
    }
    let biases: TensorInitialization =
      reader.choice("init.biases", as: Biases.self) == .zero ? .constant(0) : .normal(scale)
    return ModelInitialization(weights: .normal(scale), biases: biases)
  }
}
