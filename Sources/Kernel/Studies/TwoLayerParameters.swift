import Protocol

/// The parameters that the studies of two-layer networks have in common.
enum TwoLayerParameters {
  /// The number of neurons.
  static let width = ParameterDescription(
    name: "width", label: "m", type: .integer, defaultValue: .integer(1000), minimum: 2,
    maximum: 1_000_000, meaning: "The number of hidden neurons.")

  /// γ, the exponent of the output's scale.
  static func gamma(meaning: String) -> ParameterDescription {
    ParameterDescription(
      name: "init.gamma", label: "γ", type: .real, defaultValue: .real(1), minimum: 0, maximum: 3,
      meaning: meaning)
  }

  /// γ′, the exponent of the imbalance of output and input weights.
  static func gammaPrime(meaning: String) -> ParameterDescription {
    ParameterDescription(
      name: "init.gammaPrime", label: "γ′", type: .real, defaultValue: .real(0), minimum: -2,
      maximum: 2, meaning: meaning)
  }

  /// Whether the network begins as the zero function.
  static let antisymmetric = ParameterDescription(
    name: "init.antisymmetric", label: "antisymmetric start", type: .boolean,
    defaultValue: .boolean(true),
    meaning:
      "Draws half of the neurons (a, w) and adds their copies (-a, w), so that the network is zero"
      + " at the start.")

  /// An antisymmetric start comes in pairs.
  static let evenWidth = StudyConstraint(
    validWhen: "init.antisymmetric == false or 2 * floor(width / 2) == width",
    reason: "an antisymmetric start doubles neurons, so the width must be even")

  /// The factor of the loss.
  static let lossFactor = ParameterDescription(
    name: "loss.factor", label: "loss factor", type: .real, defaultValue: .real(0.5),
    minimum: 1e-3, maximum: 1e3,
    meaning:
      "The loss is this factor times the mean squared error; the step rule follows it, so that only"
      + " the reported losses change (and the last bits of the rest).")

  /// The cap on the step by curvature.
  static let curvatureFraction = ParameterDescription(
    name: "optimizer.curvatureFraction", label: "c", type: .real, defaultValue: .real(0.5),
    minimum: 1e-4, maximum: 2,
    meaning:
      "The step is at most this divided by the largest eigenvalue of J Jᵀ / n, with J the"
      + " derivatives of the n outputs by the weights.")

  /// The cap on the step by length.
  static let relativeStep = ParameterDescription(
    name: "optimizer.relativeStep", label: "δ", type: .real, defaultValue: .real(0.05),
    minimum: 1e-4, maximum: 1,
    meaning: "No layer moves by more than this share of its length in one step.")

  /// The cap on the length of a training.
  static let stepsMax = ParameterDescription(
    name: "training.stepsMax", label: "steps at most", type: .integer,
    defaultValue: .integer(60_000), minimum: 1, maximum: 1e9,
    meaning: "Training stops here even when the stop rule is not met.")

  /// The boundary γ = 1 for γ′ <= 0, γ = 1 + γ′ for γ′ >= 0, over the whole range of both exponents.
  static let boundary =
    TheoryLine(
      label: "theory", x: "init.gamma", y: "init.gammaPrime",
      points: [.init(x: 1, y: -2), .init(x: 1, y: 0), .init(x: 3, y: 2)])

  /// Where the boundary lies for one γ′.
  static func boundaryGamma(gammaPrime: Double) -> Double { 1 + max(gammaPrime, 0) }
}
