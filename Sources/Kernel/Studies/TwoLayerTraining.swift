import Protocol

/// One full-batch training of a two-layer network f(x) = s Σ a_k σ(w_k · (x, 1)).
///
/// The loss is a factor times the mean squared error; the step rule and the stop rule are those of
/// every study of this network.
struct TwoLayerTraining {
  /// The loss that the stop rule takes its fraction of.
  enum StopReference {
    /// The loss of the network that is zero everywhere.
    case zeroFunction
    /// The loss before the first step.
    case start
  }

  /// What is fitted.
  var samples: RegressionSamples
  /// The weights at the start, neuron by neuron.
  var weights: TwoLayerWeights
  /// σ.
  var activation: Activation
  /// s.
  var outputScale: Double
  /// The loss divided by the mean squared error.
  var lossFactor: Double
  /// The step's cap by curvature, as for a loss of half the mean squared error.
  var curvatureFraction: Double
  /// The step's cap by each layer's length.
  var relativeStep: Double
  /// What the stop rule's fraction refers to.
  var stopReference: StopReference
  /// Training ends at this fraction of the reference.
  var stopFraction: Double
  /// Training ends here in any case.
  var stepsMax: UInt64

  /// Puts a training together; what all its studies have as parameters comes from the reader.
  init(
    samples: RegressionSamples, weights: TwoLayerWeights, activation: Activation,
    outputScale: Double, stopReference: StopReference, parameters: ParameterReader
  ) {
    self.samples = samples
    self.weights = weights
    self.activation = activation
    self.outputScale = outputScale
    self.stopReference = stopReference
    lossFactor = parameters.real("loss.factor")
    curvatureFraction = parameters.real("optimizer.curvatureFraction")
    relativeStep = parameters.real("optimizer.relativeStep")
    stopFraction = parameters.real("stop.lossFraction")
    stepsMax = UInt64(parameters.integer("training.stepsMax"))
  }

  /// Trains as a request asks, in single precision.
  func train(for request: TrainingRequest) throws(KernelError) -> TwoLayerCourse {
    let course = try train(
      Float.self, numerics: request.numerics, initial: request.initial,
      keepsTensors: request.keepsTensors, recorder: request.recorder,
      checkpoints: request.checkpoints)
    CosineMatrix.keep(course.neurons, request.recorder)
    return course
  }

  /// Trains to the end in the precision of `Element`.
  /// - Parameters:
  ///   - type: Float or Double.
  ///   - numerics: How products are computed.
  ///   - initial: Tensors to begin with in place of `weights`.
  ///   - keepsTensors: Whether the course has the tensors at the end.
  ///   - recorder: Who keeps something of it.
  ///   - checkpoints: What lets it go on after an interruption.
  /// - Returns: How it went.
  /// - Throws: `kernel.initial` where the tensors do not fit.
  func train<Element: Scalar>(
    _ type: Element.Type, numerics: NumericProfile, initial: [NamedTensor]? = nil,
    keepsTensors: Bool = false, recorder: TrainingRecorder? = nil,
    checkpoints: TrialCheckpoints? = nil
  ) throws(KernelError) -> TwoLayerCourse {
    let trainer = Trainer<Element>(stage, numerics: numerics)
    trainer.setInput("inputs", samples.inputs.map { Element($0) })
    trainer.setInput("targets", samples.targets.map { Element($0) })
    trainer.withParameter("hidden.weight") { entries in
      // The network keeps the weights entry by entry: (inputs, neurons).
      for neuron in weights.output.indices {
        for entry in 0..<samples.inputCount {
          entries[entry * weights.output.count + neuron] =
            Element(weights.input[neuron * samples.inputCount + entry])
        }
      }
    }
    trainer.withParameter("output.weight") { entries in
      for neuron in weights.output.indices { entries[neuron] = Element(weights.output[neuron]) }
    }
    if let initial { try trainer.store.set(initial) }
    trainer.recorder = recorder
    trainer.checkpoints = checkpoints
    let ending = trainer.train()
    let input = trainer.parameter("hidden.weight")
    let output = trainer.parameter("output.weight")
    return TwoLayerCourse(
      stop: ending.stop, steps: ending.steps, lossInitial: ending.firstLoss,
      lossFinal: ending.lastLoss,
      lossReference: stopReference == .start ? ending.firstLoss : lossOfZero,
      input: RelativeChange.squares(start: trainer.initialParameter("hidden.weight"), end: input),
      output: RelativeChange.squares(start: trainer.initialParameter("output.weight"), end: output),
      neurons: ending.stop.map { _ in Neurons(inputByEntry: input, output: output) },
      tensors: keepsTensors ? trainer.store.tensors : [])
  }

  /// The loss of the network that is zero everywhere.
  private var lossOfZero: Double {
    lossFactor * samples.targets.reduce(0) { $0 + $1 * $1 } / Double(samples.count)
  }

  private var stage: Stage {
    var graph = Graph()
    let inputs = graph.input("inputs", Shape(samples.count, samples.inputCount))
    let targets = graph.input("targets", Shape(samples.count, 1))
    let network = TwoLayerNetwork(
      inputs: samples.inputCount, width: weights.output.count, activation: activation,
      outputScale: outputScale)
    let output = network.output(of: inputs, in: &graph)
    let error = graph.halfMeanSquaredError(output, targets)
    let loss = graph.scale(error, by: 2 * lossFactor)
    return Stage(
      graph: graph, loss: loss, output: output,
      // The rule's curvature is that of half the mean squared error; this loss has 2 lossFactor
      // times as much.
      optimizer: CappedGradientDescent(
        curvatureFraction: curvatureFraction / (2 * lossFactor), changeFraction: relativeStep),
      stop: StopRule(
        loss: stopReference == .start
          ? .fractionOfFirst(stopFraction) : .atMost(stopFraction * lossOfZero),
        limit: .cap(stepsMax)))
  }
}

/// How a training of a two-layer network went.
struct TwoLayerCourse {
  /// How it ended; `nil` when NaN or infinity appeared.
  let stop: StopReason?
  /// Steps taken.
  let steps: UInt64
  /// The loss before the first step.
  let lossInitial: Double
  /// The loss after the last step.
  let lossFinal: Double
  /// The loss that the stop rule referred to.
  let lossReference: Double
  /// How far the input weights moved.
  let input: RelativeChange.Squares
  /// How far the output weights moved.
  let output: RelativeChange.Squares
  /// The neurons at the end; `nil` when they are not numbers any more.
  let neurons: Neurons?
  /// The parameters at the end, where they were asked for.
  var tensors: [NamedTensor] = []

  /// The report of a trial: a study's own measures, then those of every training.
  func report(_ measures: [(description: MeasureDescription, value: Double)]) -> TrainingReport {
    let training = [
      (TrainingMeasures.steps, Double(steps)), (TrainingMeasures.lossInitial, lossInitial),
      (TrainingMeasures.lossFinal, lossFinal),
      (TrainingMeasures.lossRatio, lossFinal / lossReference),
    ]
    var report = TrainingReport(
      outcome: stop.map { .completed($0) } ?? .diverged,
      measures: (measures + training).map { MeasureValue(name: $0.0.name, number: $0.1) },
      steps: steps)
    report.tensors = tensors
    return report
  }
}

extension TrainingRequest {
  /// The seed index of a purpose: the one that the sweep sets, else the replicate.
  func seed(of purpose: RandomPurpose) -> UInt32 { seeds[purpose.name] ?? replicate }
}
