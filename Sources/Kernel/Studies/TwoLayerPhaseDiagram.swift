import Protocol

/// Which regime a wide two-layer ReLU network trains in, over two exponents of its initialisation.
struct TwoLayerPhaseDiagram: Study {
  let description = StudyDescription(
    name: "two-layer-phase-diagram",
    title: "Phase diagram of two-layer ReLU networks over the initialisation scale",
    summary: """
      Trains f(x) = (1/α) Σ a_k ReLU(w_k · (x, 1)) with m neurons on a few points of a line by \
      full-batch gradient descent until the loss is a small fraction of that of the zero function. \
      The initialisation follows the width: a ~ N(0, 1), w ~ N(0, m^(2γ′)), α = m^(γ+γ′), so that \
      κ = m^-γ and κ′ = m^-γ′. The slope of log RD(w) against log m tells the linear regime (below \
      0: the input weights hardly move) from the condensed one (above 0: active neurons gather on \
      few directions).
      """,
    source: """
      Luo, Xu, Ma, Zhang, "Phase Diagram for Two-layer ReLU Neural Networks at Infinite-width \
      Limit", JMLR 22(71), 2021, arXiv 2007.07497
      """,
    revision: 1,
    parameters: [
      TwoLayerParameters.width,
      TwoLayerParameters.gamma(
        meaning: "Exponent κ = m^-γ of the network's output scale over the width."),
      TwoLayerParameters.gammaPrime(
        meaning: "Exponent κ′ = m^-γ′ of the imbalance of output weights over input weights."),
      TwoLayerParameters.antisymmetric,
      ParameterDescription(
        name: "data.target", label: "data", type: .choice(LinePoints.allCases.map(\.rawValue)),
        defaultValue: .text(LinePoints.fourPoints.rawValue),
        meaning:
          "The points that are fitted: four points with targets of both signs, the same inputs with"
          + " the teaching notebook's target, or the three points of the authors' script."),
      TwoLayerParameters.lossFactor,
      TwoLayerParameters.curvatureFraction,
      TwoLayerParameters.relativeStep,
      ParameterDescription(
        name: "stop.lossFraction", label: "stop fraction", type: .real,
        defaultValue: .real(1e-5), minimum: 1e-12, maximum: 1,
        meaning: "Training stops at this fraction of the loss of the zero function."),
      TwoLayerParameters.stepsMax,
    ],
    constraints: [TwoLayerParameters.evenWidth],
    seedPurposes: [RandomPurpose.initialization.name],
    measures: [
      RelativeChange.inputWeights,
      RelativeChange.outputWeights,
      RelativeChange.allWeights,
      DirectionNumber.description,
    ] + TrainingMeasures.all,
    matrices: [CosineMatrix.description],
    theoryLines: [TwoLayerParameters.boundary],
    statements: TwoLayerPhaseDiagram.statements,
    // About 760 steps of 4 ns a neuron, as measured, on a core of 2e9 multiply-adds a second.
    cost: "760 * 8 * width")

  /// The slope of log RD(w) against log m that theory predicts for infinite width.
  ///
  /// Derived from the conservation of |a_k|² - |w_k|² and the balance of m κ.
  static func predictedSlope(at point: PhasePoint) -> Double {
    let (gamma, gammaPrime) = (point.gamma, point.gammaPrime)
    if gamma <= 1 { return gamma - 1 - 2 * max(gammaPrime, 0) }
    if gammaPrime >= gamma - 1 { return 2 * (gamma - 1 - gammaPrime) }
    return gammaPrime >= 1 - gamma ? (gamma - 1 - gammaPrime) / 2 : gamma - 1
  }

  func train(_ request: TrainingRequest) throws(KernelError) -> TrainingReport {
    report(of: try training(of: request).train(for: request))
  }

  /// The report of a training.
  func report(of course: TwoLayerCourse) -> TrainingReport {
    course.report([
      (RelativeChange.inputWeights, course.input.relativeChange),
      (RelativeChange.outputWeights, course.output.relativeChange),
      (RelativeChange.allWeights, (course.input + course.output).relativeChange),
      (DirectionNumber.description, course.neurons.map(DirectionNumber.value) ?? .nan),
    ])
  }

  /// What a request asks to train.
  func training(of request: TrainingRequest) throws(KernelError) -> TwoLayerTraining {
    let reader = try ParameterReader(request.parameters, of: description)
    let width = try reader.evenWidth()
    let gamma = reader.real("init.gamma")
    let gammaPrime = reader.real("init.gammaPrime")
    let samples = reader.choice("data.target", as: LinePoints.self).samples
    // Only β₁β₂/α = m^-γ and β₁/β₂ = m^-γ′ matter; the output weights' β₁ is 1.
    let weights = TwoLayerWeights.draw(
      width: width, inputs: samples.inputCount,
      inputDeviation: Elementary.power(Double(width), gammaPrime), outputDeviation: 1,
      antisymmetric: reader.boolean("init.antisymmetric"),
      seed: request.seed(of: .initialization))
    return TwoLayerTraining(
      samples: samples, weights: weights, activation: .relu,
      outputScale: Elementary.power(Double(width), -(gamma + gammaPrime)),
      stopReference: .zeroFunction, parameters: reader)
  }
}
