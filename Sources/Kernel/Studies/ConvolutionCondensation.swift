import Protocol

/// Whether the kernels of a small convolutional network gather on one direction before its loss has
/// fallen.
struct ConvolutionCondensation: TieredStudy {
  let description = StudyDescription(
    name: "convolution-condensation",
    title: "Initial condensation of convolution kernels over the initialisation scale",
    summary: """
      Trains a convolution of C kernels of three by three weights and a bias, without padding, an \
      activation and a linear layer without bias on small images by full-batch gradient descent until \
      the loss has fallen by a tenth. All parameters begin as N(0, σ²). With a small start the kernels \
      turn to the first left singular vector of B, the mean product of patches and targets, or against \
      it, and grow, while the network is still hardly better than chance; with a large one they stay \
      where they began.
      """,
    source: """
      "Understanding the Initial Condensation of Convolutional Neural Networks", CSIAM Transactions \
      on Applied Mathematics 6(2), 2025, arXiv 2305.09947
      """,
    revision: 1,
    parameters: modelParameters + initialization.parameters + dataParameters
      + optimizer.parameters + stopParameters,
    constraints: [
      StudyConstraint(
        validWhen: "data.source != 'digits' or data.samples <= \(DigitImages.countMax)",
        reason: "there are \(DigitImages.countMax) images of digits")
    ] + optimizer.constraints,
    seedPurposes: [RandomPurpose.initialization.name],
    measures: [
      EffectiveRank.ofKernels,
      KernelDirections.meanCosine,
      KernelDirections.alignedShare,
      KernelDirections.alignment,
      KernelDirections.gap,
      KernelDirections.growth,
      Accuracy.onTraining,
    ] + TrainingMeasures.all,
    matrices: [CosineMatrix.description],
    statements: ConvolutionCondensation.statements,
    // About 100 steps of 150 ns an image and kernel, as measured, on a core of 2e9 multiply-adds a
    // second.
    cost: "100 * 300 * data.samples * model.channels")

  static let optimizer = OptimizerParameters(
    rules: [.capped, .descent, .adam, .adamW], learningRate: 2)
  static let initialization = InitializationParameters(
    law: .deviation, gamma: 4, deviation: 1e-4, biases: .likeWeights,
    widthName: "number of kernels")

  /// Which images.
  enum Source: String, CaseIterable {
    case digits
    case prototypes
  }
  /// What is lowered.
  enum Loss: String, CaseIterable {
    case squares
    case crossEntropy = "cross-entropy"
  }

  private static let modelParameters: [ParameterDescription] = [
    .integer(
      "model.channels", label: "C", default: 32, 2...1024, meaning: "The number of kernels."),
    ActivationWord.parameter(default: .tanh, of: "the convolution"),
  ]

  private static let dataParameters: [ParameterDescription] = [
    .choice(
      "data.source", label: "images", among: Source.allCases, default: .digits,
      meaning:
        "Images of 8 x 8 pixels in ten classes: the first handwritten digits of the UCI set, or"
        + " noisy copies of ten random prototypes."),
    .integer(
      "data.samples", label: "n", default: 200, 10...5000, meaning: "The number of images."),
    .real(
      "data.noise", label: "noise", default: 0.15, 0...10,
      meaning: "The standard deviation of a pixel's noise.",
      activeWhen: "data.source == 'prototypes'"),
    .integer(
      "data.seed", label: "data seed", default: 7, 0...4_294_967_295,
      meaning: "The seed index of prototypes and noise; replicates share them.",
      activeWhen: "data.source == 'prototypes'"),
    .real(
      "data.meanRemoved", label: "mean removed", default: 0, 0...1,
      meaning:
        "The share of the mean patch that every patch is lessened by, which changes how clearly the"
        + " data name one direction."),
    .choice(
      "loss.kind", label: "loss", among: Loss.allCases, default: .squares,
      meaning:
        "What is lowered: half the mean over images of the squared distance to the one-hot label, or"
        + " the mean cross-entropy."),
  ]

  private static let stopParameters: [ParameterDescription] = [
    .real(
      "stop.lossFraction", label: "stop fraction", default: 0.9, 1e-12...1,
      meaning: "Training stops at this fraction of the loss before the first step."),
    .integer(
      "training.stepsMax", label: "steps at most", default: 1000, 1...1_000_000_000,
      meaning: "Training stops here even when the stop rule is not met."),
  ]

  /// Trains with given processor features; the bits do not depend on them.
  func train(
    _ request: TrainingRequest, tier: KernelTier
  ) throws(KernelError) -> TrainingReport {
    let reader = try ParameterReader(request.parameters, of: description)
    let problem = try ConvolutionProblem(reader)
    let trainer = Trainer<Float>(problem.stage(reader), numerics: request.numerics, tier: tier)
    for (name, values) in problem.inputs { trainer.setInput(name, values.map { Float($0) }) }
    try Self.initialization.initialization(reader, width: problem.model.channels[0]).draw(
      problem.model, into: trainer.store, seed: request.seed(of: .initialization))
    if let initial = request.initial { try trainer.store.set(initial) }
    trainer.recorder = request.recorder
    trainer.checkpoints = request.checkpoints
    let ending = trainer.train()
    let (weights, biases) = (trainer.parameter("conv1.weight"), trainer.parameter("conv1.bias"))
    let kernels = UnitRows(
      biases.indices.map { kernel in
        weights[9 * kernel..<9 * kernel + 9].map { Double($0) } + [Double(biases[kernel])]
      })
    CosineMatrix.keep(kernels.rows, request.recorder)
    let data = problem.patchTargetProduct
    return ending.report(
      [
        (EffectiveRank.ofKernels, EffectiveRank.value(kernels.rows)),
        (KernelDirections.meanCosine, KernelDirections.meanCosine(kernels)),
        (KernelDirections.alignedShare, KernelDirections.alignedShare(kernels)),
        (
          KernelDirections.alignment,
          KernelDirections.alignment(kernels, along: data.direction)
        ),
        (KernelDirections.gap, data.gap),
        (
          KernelDirections.growth,
          RelativeChange.growth([
            (trainer.initialParameter("conv1.weight"), weights),
            (trainer.initialParameter("conv1.bias"), biases),
          ])
        ),
        (
          Accuracy.onTraining,
          Accuracy.value(outputs: trainer.output, labels: problem.images.labels)
        ),
      ], tensors: request.keepsTensors ? trainer.store.tensors : [])
  }
}

/// The images, the network and the loss of one trial.
struct ConvolutionProblem {
  /// What is classified.
  let images: LabelledImages
  /// The network.
  let model: ConvolutionalNetwork
  /// What every patch is lessened by.
  let offset: [Double]
  /// What is lowered.
  let loss: ConvolutionCondensation.Loss

  /// Puts together what a request asks for.
  /// - Throws: `kernel.parameter` where there are not as many images.
  init(_ reader: ParameterReader) throws(KernelError) {
    let count = reader.integer("data.samples")
    switch reader.choice("data.source", as: ConvolutionCondensation.Source.self) {
    case .digits:
      guard count <= DigitImages.countMax else {
        throw KernelError(
          .parameter,
          "taking \(count) images of digits: there are \(DigitImages.countMax)",
          remedy:
            "Set data.samples to \(DigitImages.countMax) at most, or data.source to prototypes.")
      }
      images = DigitImages.first(count)
    case .prototypes:
      images = PrototypeImages.draw(
        count: count, noise: reader.real("data.noise"), seed: UInt32(reader.integer("data.seed")))
    }
    loss = reader.choice("loss.kind", as: ConvolutionCondensation.Loss.self)
    let removed = reader.real("data.meanRemoved")
    offset = images.meanPatch.map { $0 * removed }
    var model = ConvolutionalNetwork(
      channels: [reader.integer("model.channels")], height: images.extent, width: images.extent,
      classes: images.classes,
      activation: reader.choice("model.activation", as: ActivationWord.self).activation)
    model.padding = .none
    model.pooling = .none
    model.hasHeadBias = false
    model.hasPatchOffset = removed != 0
    self.model = model
  }

  /// The graph with its loss, the rule and the stop.
  func stage(_ reader: ParameterReader) -> Stage {
    var graph = Graph()
    let output = model.output(samples: images.count, in: &graph)
    let error: Node
    switch loss {
    case .squares:
      let targets = graph.input("y", output.shape)
      error = graph.scale(
        graph.halfMeanSquaredError(output, targets), by: Double(images.classes))
    case .crossEntropy:
      error = graph.crossEntropy(output, labels: graph.input("y", Shape(images.count, 1)))
    }
    let stepsMax = UInt64(reader.integer("training.stepsMax"))
    return Stage(
      graph: graph, loss: error, output: output,
      optimizer: ConvolutionCondensation.optimizer.optimizer(reader, steps: stepsMax),
      stop: StopRule(
        loss: .fractionOfFirst(reader.real("stop.lossFraction")), limit: .cap(stepsMax)))
  }

  /// The inputs of the graph.
  var inputs: [(name: String, values: [Double])] {
    let targets =
      loss == .squares ? images.oneHotLabels : images.labels.map { Double($0) }
    return [("x", images.pixels), ("y", targets)]
      + (model.hasPatchOffset ? [("patchOffset", offset)] : [])
  }

  /// What the data say to small kernels; the outputs of a network near zero are subtracted.
  var patchTargetProduct: PatchTargetProduct {
    let chance = loss == .squares ? 0 : 1 / Double(images.classes)
    return PatchTargetProduct(
      images: images, offset: offset, targets: images.oneHotLabels.map { $0 - chance })
  }
}
