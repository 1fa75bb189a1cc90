import Protocol

/// A network on samples that the user supplies.
struct Supervised: TieredStudy {
  let description = StudyDescription(
    name: "supervised",
    title: "Your own data: any model, initialisation, dropout, LayerNorm placement and optimiser",
    summary: """
      Trains a fully connected network, a convolutional network or a transformer on the samples of a \
      safetensors file, with every option of initialisation, dropout, LayerNorm placement and optimiser \
      that other studies have, and measures losses and accuracies. The file has 'inputs' (samples, \
      features), (samples, channels, height, width) or whole (samples, tokens), and 'targets': whole \
      numbers (samples) are classes or next tokens, others (samples, outputs) are fitted by squares. \
      'test.inputs' and 'test.targets' are for the test; 'stage2.inputs' and 'stage2.targets', with \
      'stage2.test.inputs' and 'stage2.test.targets', are for a second stage that goes on with the \
      network of the first.
      """,
    source: "The user's own data; the models and rules of the other studies",
    revision: 1,
    parameters: dataParameters + network.parameters + initialization.parameters + [initialFile]
      + optimizer.parameters + trainingParameters + fineTuningParameters + measureParameters,
    constraints: network.constraints + optimizer.constraints,
    seedPurposes: [
      RandomPurpose.initialization.name, RandomPurpose.data.name, RandomPurpose.dropout.name,
      RandomPurpose.batches.name, RandomPurpose.probes.name,
    ],
    measures: [
      MeanLoss.onTraining, MeanLoss.onTest, Accuracy.onTraining, Accuracy.onTest,
      MeanLoss.afterFirstStage, RelativeChange.allWeights, LossCurvature.greatest,
      LossCurvature.trace, LossCurvature.traceError,
    ] + TrainingMeasures.all,
    // How many samples there are, and how large they are, only the file knows: a thousand where all
    // are trained on at once, and layers as large as the model's own.
    cost:
      "0.3 * (training.steps + finetune.steps) * (training.batch + 1000 * (1 - min(training.batch,"
      + " 1))) * (model.depth * model.width * (model.width + 4 * model.heads * model.keyWidth"
      + " + 2 * model.feedForward) + 600 * model.channels * (1 + model.channels"
      + " * (model.convolutions - 1)))")

  static let network = SuppliedModelParameters()
  static let initialization = InitializationParameters(
    law: .framework, widthName: "width of the model, or its channels")
  static let optimizer = OptimizerParameters(
    rules: [.adam, .adamW, .descent, .capped], learningRate: 1e-3, hasEpochs: true)

  /// What is lowered.
  enum Loss: String, CaseIterable {
    case byTargets = "by-targets"
    case squares
  }
  /// What a second stage begins with as its last layer.
  enum Head: String, CaseIterable {
    case kept
    case new
  }
  /// What a second stage changes.
  enum Trained: String, CaseIterable {
    case all
    case head
  }
  /// In which order samples come.
  enum Order: String, CaseIterable {
    case epochs
    case wholeBatches = "whole-batches"
    case withReplacement = "with-replacement"
  }

  private static let dataParameters: [ParameterDescription] = [
    .file(
      "data.file", label: "data",
      meaning: "The safetensors file with the samples, beside the sweep file or as a whole path."),
    .integer(
      "data.samples", label: "n", default: 0, 0...10_000_000,
      meaning:
        "How many samples are trained on in the first stage, the first of those that there are; 0 for"
        + " all."),
    .real(
      "data.testShare", label: "test share", default: 0, 0...0.9,
      meaning:
        "The share of the samples that is drawn and held back for the test where the file has no"
        + " 'test.inputs'; 0 for no test."),
    .choice(
      "loss.kind", label: "loss", among: Loss.allCases, default: .byTargets,
      meaning:
        "What is lowered: the mean cross-entropy of whole targets and the mean square of others, or"
        + " the mean square of all, classes being rows of one 1 and zeros."),
  ]

  private static let initialFile = ParameterDescription.file(
    "init.file", label: "initial parameters",
    meaning:
      "A safetensors file with parameters to begin with, in the names and shapes of docs/DATA.md; those"
      + " that it has not are drawn.")

  private static let trainingParameters: [ParameterDescription] = [
    .integer(
      "training.steps", label: "steps", default: 1000, 1...1_000_000_000,
      meaning: "The number of training steps."),
    .integer(
      "training.batch", label: "batch", default: 0, 0...1_000_000,
      meaning: "The samples of a step; 0 for all of them at once."),
    .choice(
      "training.order", label: "order", among: Order.allCases, default: .epochs,
      meaning:
        "Whether every epoch has every sample once in an order of its own, the same without what does"
        + " not fill a batch, or samples are drawn with replacement.",
      activeWhen: "training.batch > 0"),
    .real(
      "training.stopLoss", label: "stop loss", default: 0, 0...1e9,
      meaning: "A stage ends where the loss of a step is at most this; 0 for never."),
  ]

  private static let isFineTuned = "finetune.steps > 0"

  private static let fineTuningParameters: [ParameterDescription] = [
    .integer(
      "finetune.steps", label: "second steps", default: 0, 0...1_000_000_000,
      meaning: "The number of steps of the second stage; 0 for none."),
    .real(
      "finetune.learningRate", label: "second rate", default: 1e-3, 1e-9...100,
      meaning: "The learning rate of the second stage at its peak.", activeWhen: isFineTuned),
    .choice(
      "finetune.head", label: "second head", among: Head.allCases, default: .new,
      meaning:
        "Whether the second stage begins with the last layer of the first, or with one that is drawn"
        + " anew.", activeWhen: isFineTuned),
    .choice(
      "finetune.trained", label: "second trained", among: Trained.allCases, default: .all,
      meaning: "Whether the second stage changes all parameters, or those of the last layer.",
      activeWhen: isFineTuned),
  ]

  private static let measureParameters: [ParameterDescription] = [
    .boolean(
      "measure.curvature", label: "curvature", default: false,
      meaning:
        "Whether eigenvalue and trace of the Hessian are measured, which costs as much as some hundred"
        + " steps on all samples.")
  ]

  /// One step of each stage.
  func rehearsal(of parameters: [String: ParameterValue]) -> [String: ParameterValue] {
    var parameters = parameters
    parameters["training.steps"] = .integer(1)
    if let steps = parameters["finetune.steps"]?.integer {
      parameters["finetune.steps"] = .integer(min(steps, 1))
    }
    return parameters
  }

  /// Nobody has published what a user's own data show.
  func verdicts(on rows: [StudyRow]) -> [StatementVerdict] { [] }

  func examine(_ request: TrainingRequest) throws(KernelError) {
    let reader = try ParameterReader(request.parameters, of: description)
    let problem = try SuppliedProblem(reader, request)
    _ = try problem.initialization(of: problem.first.model)
  }

  /// Trains with given processor features; the bits do not depend on them.
  func train(
    _ request: TrainingRequest, tier: KernelTier
  ) throws(KernelError) -> TrainingReport {
    let reader = try ParameterReader(request.parameters, of: description)
    let problem = try SuppliedProblem(reader, request)
    return try SuppliedTraining<Float>(problem, tier: tier).train().report(
      keepingTensors: request.keepsTensors)
  }
}
