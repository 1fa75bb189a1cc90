import Protocol

/// Whether the neurons of a small tanh network gather on one direction before its loss has fallen.
struct InitialCondensation: Study {
  let description = StudyDescription(
    name: "initial-condensation",
    title: "Initial condensation of two-layer tanh networks over the initialisation scale",
    summary: """
      Trains f(x) = Σ a_k tanh(w_k · (x, 1)) with m neurons by full-batch gradient descent until \
      the loss has fallen by a tenth. The initialisation follows the width: w ~ N(0, ε²) and \
      a ~ N(0, ν²) with ε = m^-((γ-γ′)/2) and ν = m^-((γ+γ′)/2). With small initialisation (γ above \
      1, γ′ below γ - 1) all input weights turn to the direction Σ y (x, 1) of the data, or \
      against it, while the loss has hardly moved.
      """,
    source: """
      Chen, Li, Luo, Zhou, Xu, "Phase Diagram of Initial Condensation for Two-layer Neural \
      Networks", arXiv 2303.06561
      """,
    revision: 1,
    parameters: [
      TwoLayerParameters.width,
      TwoLayerParameters.gamma(
        meaning: "Exponent of the product of the initial deviations, ε ν = m^-γ."),
      TwoLayerParameters.gammaPrime(
        meaning: "Exponent of their ratio, ν / ε = m^-γ′: output weights over input weights."),
      TwoLayerParameters.antisymmetric,
      ParameterDescription(
        name: "data.target", label: "data", type: .choice(Target.allCases.map(\.rawValue)),
        defaultValue: .text(Target.sineOfSum.rawValue),
        meaning:
          "What is fitted: sin(x_1 + ... + x_d + phase) + offset on [-1, 1]^d, or the teaching"
          + " notebook's 3.5 Σ sin(5 x_k + 1) on [-4, 2]^d."),
      ParameterDescription(
        name: "data.samples", label: "n", type: .integer, defaultValue: .integer(40), minimum: 2,
        maximum: 1000, meaning: "The number of samples."),
      ParameterDescription(
        name: "data.dimension", label: "d", type: .integer, defaultValue: .integer(5), minimum: 1,
        maximum: 100, meaning: "The dimension of the inputs, without the constant."),
      ParameterDescription(
        name: "data.phase", label: "phase", type: .real, defaultValue: .real(0.5), minimum: -10,
        maximum: 10, unit: "rad", meaning: "Added inside the sine.",
        activeWhen: "data.target == '\(Target.sineOfSum.rawValue)'"),
      ParameterDescription(
        name: "data.offset", label: "offset", type: .real, defaultValue: .real(0.3), minimum: -100,
        maximum: 100, meaning: "Added to the sine.",
        activeWhen: "data.target == '\(Target.sineOfSum.rawValue)'"),
      ParameterDescription(
        name: "data.seed", label: "data seed", type: .integer, defaultValue: .integer(123),
        minimum: 0, maximum: 4_294_967_295,
        meaning:
          "The seed index of the inputs; replicates share the data and change the initialisation"
          + " alone."),
      TwoLayerParameters.lossFactor,
      TwoLayerParameters.curvatureFraction,
      TwoLayerParameters.relativeStep,
      ParameterDescription(
        name: "stop.lossFraction", label: "stop fraction", type: .real, defaultValue: .real(0.9),
        minimum: 1e-12, maximum: 1,
        meaning: "Training stops at this fraction of the loss before the first step."),
      TwoLayerParameters.stepsMax,
    ],
    constraints: [TwoLayerParameters.evenWidth],
    seedPurposes: [RandomPurpose.initialization.name],
    measures: [
      Alignment.description,
      MeanAbsoluteCosine.description,
      RelativeChange.inputWeights,
      RelativeChange.outputWeights,
      RelativeChange.allWeights,
    ] + TrainingMeasures.all,
    matrices: [CosineMatrix.description],
    theoryLines: [TwoLayerParameters.boundary],
    statements: InitialCondensation.statements,
    // About 17 steps, whose products run faster than the rest, and the cosines of all pairs.
    cost: "5 * data.samples * (data.samples + 3 * data.dimension) * width + 2 * width * width")

  /// What is fitted.
  enum Target: String, CaseIterable {
    case sineOfSum = "sine-of-sum"
    case notebook
  }

  func train(_ request: TrainingRequest) throws(KernelError) -> TrainingReport {
    let training = try training(of: request)
    let course = try training.train(for: request)
    let direction = training.samples.targetWeightedDirection
    return course.report([
      (
        Alignment.description,
        course.neurons.map { Alignment.value($0, along: direction) } ?? .nan
      ),
      (MeanAbsoluteCosine.description, course.neurons.map(MeanAbsoluteCosine.value) ?? .nan),
      (RelativeChange.inputWeights, course.input.relativeChange),
      (RelativeChange.outputWeights, course.output.relativeChange),
      (RelativeChange.allWeights, (course.input + course.output).relativeChange),
    ])
  }

  /// What a request asks to train.
  func training(of request: TrainingRequest) throws(KernelError) -> TwoLayerTraining {
    let reader = try ParameterReader(request.parameters, of: description)
    let width = try reader.evenWidth()
    let gamma = reader.real("init.gamma")
    let gammaPrime = reader.real("init.gammaPrime")
    let samples = samples(reader)
    let weights = TwoLayerWeights.draw(
      width: width, inputs: samples.inputCount,
      inputDeviation: Elementary.power(Double(width), -(gamma - gammaPrime) / 2),
      outputDeviation: Elementary.power(Double(width), -(gamma + gammaPrime) / 2),
      antisymmetric: reader.boolean("init.antisymmetric"),
      seed: request.seed(of: .initialization))
    return TwoLayerTraining(
      samples: samples, weights: weights, activation: .tanh, outputScale: 1,
      stopReference: .start, parameters: reader)
  }

  private func samples(_ reader: ParameterReader) -> RegressionSamples {
    let count = reader.integer("data.samples")
    let dimension = reader.integer("data.dimension")
    let seed = UInt32(reader.integer("data.seed"))
    return switch reader.choice("data.target", as: Target.self) {
    case .sineOfSum:
      SineSamples.sineOfSum(
        count: count, dimension: dimension, phase: reader.real("data.phase"),
        offset: reader.real("data.offset"), seed: seed)
    case .notebook: SineSamples.sumOfSines(count: count, dimension: dimension, seed: seed)
    }
  }
}
