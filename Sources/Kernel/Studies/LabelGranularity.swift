import Protocol

/// Whether a network that was pretrained on finer labels than it is tested on does better where the
/// easy feature of a class is missing.
struct LabelGranularity: TieredStudy {
  let description = StudyDescription(
    name: "label-granularity",
    title:
      "Granularity of the labels in pretraining: what is left of a class without its easy feature",
    summary: """
      Pretrains a two-layer network on samples of patches with g labels for each of two classes, and \
      judges it on the classes. Easy samples bear the feature that a whole class shares and that of one \
      of its k sub-classes; hard ones bear the latter alone, and a weak feature of the other class. With \
      coarse labels the network learns the shared feature only and is wrong on hard samples; with labels \
      as fine as the sub-classes, or some times finer, it is right on them; with far finer ones, or \
      labels of a wrong hierarchy, it is not.
      """,
    source: """
      "Towards Understanding the Effect of Pretraining Label Granularity", arXiv 2303.16887, and "Why \
      Fine-grained Labels in Pretraining Benefit Generalization?", arXiv 2410.23129
      """,
    revision: 1,
    parameters: labelParameters + dataParameters + modelParameters + initialization.parameters
      + optimizer.parameters + trainingParameters,
    constraints: [
      StudyConstraint(
        validWhen: "floor(data.subtypes / labels.granularity) * labels.granularity"
          + " == data.subtypes or floor(labels.granularity / data.subtypes) * data.subtypes"
          + " == labels.granularity",
        reason: "sub-classes share labels evenly or are split evenly"),
      StudyConstraint(
        validWhen: "data.dimension >= 2 + 2 * data.subtypes",
        reason: "every feature has an axis of its own"),
      StudyConstraint(
        validWhen: "data.patches >= 2 * data.patchesPerFeature + min(ceil(data.hardPatchNoise), 1)",
        reason: "each feature, and the noisy patch of hard samples, has patches of its own"),
      StudyConstraint(
        validWhen: "data.wrongMin <= data.wrongMax", reason: "a range goes upwards"),
      StudyConstraint(
        validWhen: "model.head == 'trained' or init.biases == 'zero'",
        reason: "the biases of a fixed head's filters are given by model.threshold"),
    ] + optimizer.constraints,
    seedPurposes: [
      RandomPurpose.initialization.name, RandomPurpose.data.name, RandomPurpose.batches.name,
    ],
    measures: [
      TransferMeasures.easy,
      TransferMeasures.hard,
      TransferMeasures.easyMarginal,
      TransferMeasures.hardMarginal,
      TransferMeasures.easyFresh,
      TransferMeasures.hardFresh,
      TransferMeasures.featureRatio,
      TransferMeasures.pretrainingLoss,
      TrainingMeasures.steps,
    ],
    statements: LabelGranularity.statements,
    // Products of three times this many multiply-adds, ten times as fast as what `plan` assumes.
    cost: "0.3 * (training.steps + 2 * transfer.steps) * training.batch"
      + " * (data.patches * model.filters * data.dimension + 2 * labels.granularity * model.filters)"
  )

  static let initialization = InitializationParameters(
    law: .deviation, deviation: 0.1, widthName: "number of filters")
  static let optimizer = OptimizerParameters(
    rules: [.descent, .adam, .adamW], learningRate: 0.5, momentum: 0.9)

  /// What is behind the filters.
  enum Head: String, CaseIterable {
    case trained
    case fixed
  }

  private static let labelParameters: [ParameterDescription] = [
    .integer(
      "labels.granularity", label: "g", default: 8, 1...100_000,
      meaning: "The labels of each class in pretraining: 1 are coarse ones, k the sub-classes."),
    .choice(
      "labels.kind", label: "labels", among: LabelHierarchy.Kind.allCases, default: .hierarchy,
      meaning: "Whether labels follow the sub-classes, or are drawn from all labels at random."),
    .real(
      "labels.noise", label: "ρ", default: 0, 0...1,
      meaning: "The share of the samples whose label is any of its class.",
      activeWhen: "labels.kind == '\(LabelHierarchy.Kind.hierarchy.rawValue)'"),
  ]

  private static let dataParameters: [ParameterDescription] = [
    .integer(
      "data.subtypes", label: "k", default: 8, 1...1000,
      meaning: "The sub-classes of each class."),
    .integer(
      "data.dimension", label: "d", default: 64, 4...4096, meaning: "The numbers of a patch."),
    .integer(
      "data.patches", label: "P", default: 8, 2...1024, meaning: "The patches of a sample."),
    .integer(
      "data.patchesPerFeature", label: "s", default: 1, 1...256,
      meaning: "How many patches bear each of a sample's two features."),
    .real(
      "data.noise", label: "σ", default: 0.1, 0...10,
      meaning: "The standard deviation of the noise in every number."),
    .real(
      "data.hardPatchNoise", label: "σ*", default: 0, 0...100,
      meaning: "The standard deviation of the noise in one patch more of hard samples; 0 for none."),
    .real(
      "data.wrongMin", label: "a† from", default: 0.1, 0...10,
      meaning: "The least amplitude of the other class's feature in hard samples."),
    .real(
      "data.wrongMax", label: "a† to", default: 0.5, 0...10,
      meaning: "The greatest amplitude of the other class's feature in hard samples."),
    .integer(
      "data.samples", label: "n", default: 2000, 10...1_000_000,
      meaning: "The number of samples to pretrain on."),
    .real(
      "data.hardShare", label: "h", default: 0, 0...1,
      meaning: "The share of hard samples among those to pretrain on."),
    .integer(
      "data.testSamples", label: "test samples", default: 4000, 10...1_000_000,
      meaning: "The number of easy test samples, and of hard ones."),
  ]

  private static let modelParameters: [ParameterDescription] = [
    .choice(
      "model.head", label: "head", among: Head.allCases, default: .trained,
      meaning:
        "What is behind the filters: the mean over patches and a trained linear layer, or the sum"
        + " over patches and the filters that each label has for itself."),
    .integer(
      "model.filters", label: "H", default: 64, 1...65536, meaning: "The number of filters.",
      activeWhen: "model.head == '\(Head.trained.rawValue)'"),
    .integer(
      "model.filtersPerLabel", label: "m", default: 16, 1...4096,
      meaning: "The filters of each label.", activeWhen: "model.head == '\(Head.fixed.rawValue)'"),
    .real(
      "model.threshold", label: "threshold", default: 0.05, 0...10,
      meaning: "The filters' biases stay at minus this times √ln d times σ.",
      activeWhen: "model.head == '\(Head.fixed.rawValue)'"),
    ActivationWord.parameter(default: .relu, of: "the filters"),
  ]

  private static let trainingParameters: [ParameterDescription] = [
    .integer(
      "training.steps", label: "steps", default: 600, 1...1_000_000_000,
      meaning: "The number of steps of the pretraining."),
    .integer(
      "training.batch", label: "batch", default: 256, 1...100_000,
      meaning: "The samples of a step in all stages, drawn with replacement."),
    .integer(
      "transfer.steps", label: "transfer steps", default: 300, 0...1_000_000_000,
      meaning:
        "The number of steps of each of the two ways to go on with the classes: the sums of"
        + " probabilities, and a new head."),
    .real(
      "transfer.learningRate", label: "transfer rate", default: 0.05, 1e-9...100,
      meaning: "The learning rate of these steps at its peak.", activeWhen: "transfer.steps > 0"),
    .integer(
      "transfer.samples", label: "transfer samples", default: 2000, 10...1_000_000,
      meaning: "The number of new samples that the new head is trained on.",
      activeWhen: "transfer.steps > 0"),
    .real(
      "transfer.hardShare", label: "transfer hard", default: 0.1, 0...1,
      meaning: "The share of hard samples among these.", activeWhen: "transfer.steps > 0"),
  ]

  /// One step of each stage.
  func rehearsal(of parameters: [String: ParameterValue]) -> [String: ParameterValue] {
    var parameters = parameters
    parameters["training.steps"] = .integer(1)
    if let steps = parameters["transfer.steps"]?.integer {
      parameters["transfer.steps"] = .integer(min(steps, 1))
    }
    return parameters
  }

  /// Trains with given processor features; the bits do not depend on them.
  func train(
    _ request: TrainingRequest, tier: KernelTier
  ) throws(KernelError) -> TrainingReport {
    let reader = try ParameterReader(request.parameters, of: description)
    let stages = try GranularityStages(reader, request, tier)
    let store = try stages.initialStore()
    let pretraining = stages.pretrain(store)
    let first = stages.summedAccuracies(store)
    let ratio = TransferMeasures.featureRatio(
      filters: store.parameter("filters.weight"), dimension: stages.generator.dimension,
      rare: 2 * stages.generator.subtypes)
    let (marginal, fresh) = (store.copy(), store.copy())
    let endings = [pretraining.ending] + stages.trainMarginal(marginal) + stages.trainFresh(fresh)
    let second = stages.summedAccuracies(marginal)
    let third = stages.freshAccuracies(fresh)
    let steps = endings.reduce(0) { $0 + $1.steps }
    let measures = [
      (TransferMeasures.easy, first.easy), (TransferMeasures.hard, first.hard),
      (TransferMeasures.easyMarginal, second.easy), (TransferMeasures.hardMarginal, second.hard),
      (TransferMeasures.easyFresh, third.easy), (TransferMeasures.hardFresh, third.hard),
      (TransferMeasures.featureRatio, ratio),
      (TransferMeasures.pretrainingLoss, pretraining.loss),
      (TrainingMeasures.steps, Double(steps)),
    ]
    var report = TrainingReport(
      outcome: endings.first { $0.diverged }?.outcome ?? pretraining.ending.outcome,
      measures: measures.map { MeasureValue(name: $0.0.name, number: $0.1) }, steps: steps)
    if request.keepsTensors { report.tensors = store.tensors }
    return report
  }
}
