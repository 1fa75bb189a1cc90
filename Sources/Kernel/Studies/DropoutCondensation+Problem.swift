import Protocol

/// The samples and the network of one trial of dropout and condensation.
struct DropoutProblem {
  /// What is fitted.
  let samples: RegressionSamples
  /// What the fit is judged by.
  let test: RegressionSamples
  /// Whether the test points are evenly spaced on a line.
  let isOnLine: Bool
  /// The network, all of whose neurons are kept.
  let network: MLP
  /// What regularises.
  let mode: DropoutCondensation.Mode
  /// The samples of a step.
  let batch: Int

  /// Puts together what a request asks for.
  /// - Throws: `kernel.parameter` where its parameters do not go together.
  init(_ reader: ParameterReader, seed: UInt32) throws(KernelError) {
    let function = reader.choice("data.target", as: FittedFunction.self)
    let dimension = function.isOnLine ? 1 : reader.integer("data.dimension")
    func samples(_ name: String, isTest: Bool) -> RegressionSamples {
      function.samples(
        count: reader.integer(name), dimension: dimension, isTest: isTest, seed: seed)
    }
    self.samples = samples("data.samples", isTest: false)
    test = samples("data.testSamples", isTest: true)
    isOnLine = function.isOnLine
    mode = reader.choice("dropout.mode")
    let depth = reader.integer("model.depth")
    guard mode != .penalty || depth == 1 else {
      throw KernelError(
        .parameter,
        "adding the penalty of dropout to a network of \(depth) hidden layers: it is known for one",
        remedy: "Set model.depth to 1, or dropout.mode to dropout.")
    }
    let asked = reader.integer("training.batch")
    guard asked <= self.samples.count else {
      throw KernelError(
        .parameter, "making batches of \(asked) samples: there are \(self.samples.count)",
        remedy: "Set training.batch to \(self.samples.count) at most.")
    }
    batch = asked == 0 ? self.samples.count : asked
    let hidden = Array(repeating: reader.integer("model.width"), count: depth)
    network = MLP(
      sizes: [dimension] + hidden + [1],
      activation: reader.choice("model.activation", as: ActivationWord.self).activation)
  }

  /// The name of the output's bias, which begins at zero.
  private var outputBias: String { "layers.\(network.sizes.count - 2).bias" }

  /// The network with half the mean squared error, without what regularises.
  func fit(samples: Int) -> (graph: Graph, loss: Node, output: Node) {
    var graph = Graph()
    let output = network.output(samples: samples, in: &graph)
    let loss = graph.halfMeanSquaredError(output, graph.input("y", output.shape))
    return (graph, loss, output)
  }

  /// What is trained.
  func stage(_ reader: ParameterReader, seed: UInt32) -> Stage {
    var trained = network
    let keep = reader.real("dropout.keep")
    if mode == .dropout {
      trained.isTraining = true
      trained.keep = Array(repeating: keep, count: network.sizes.count - 2)
      trained.sharesMasks = !reader.boolean("dropout.perSample")
    }
    var graph = Graph()
    let input = graph.input("x", Shape(batch, network.sizes[0]))
    let layers = trained.layerOutputs(of: input, in: &graph)
    let output = layers[layers.count - 1]
    var loss = graph.halfMeanSquaredError(output, graph.input("y", output.shape))
    if mode == .penalty {
      let weight = graph.sharedParameter("layers.1.weight", Shape(1, network.sizes[1]))
      loss = graph.add(
        loss, graph.dropoutPenalty(layers[0], outputWeight: weight, keep: keep))
    }
    let steps = UInt64(reader.integer("training.steps"))
    let perEpoch = UInt64((samples.count + batch - 1) / batch)
    var stage = Stage(
      graph: graph, loss: loss, output: output,
      optimizer: DropoutCondensation.optimizer.optimizer(
        reader, steps: steps, stepsPerEpoch: perEpoch),
      stop: StopRule(limit: .steps(steps)))
    stage.dropoutSeed = seed
    return stage
  }

  /// Draws the parameters and sets what the steps read.
  /// - Throws: `kernel.initial` where given parameters do not fit.
  func prepare(
    _ trainer: Trainer<Float>, _ reader: ParameterReader, _ request: TrainingRequest
  ) throws(KernelError) {
    var initialization = DropoutCondensation.initialization.initialization(
      reader, width: network.sizes[1])
    initialization.pieces[outputBias] = .constant(0)
    try initialization.draw(
      network, into: trainer.store, seed: request.seed(of: .initialization))
    if let initial = request.initial { try trainer.store.set(initial) }
    trainer.recorder = request.recorder
    trainer.checkpoints = request.checkpoints
    let inputs = [
      "x": samples.points.map { Float($0) }, "y": samples.targets.map { Float($0) },
    ]
    if batch == samples.count {
      for (name, values) in inputs.sorted(by: { $0.key < $1.key }) {
        trainer.setInput(name, values)
      }
    } else {
      trainer.batches = FixedSetBatches(
        inputs, samples: samples.count, batchSize: batch, seed: request.seed(of: .batches))
    }
  }

  /// The neurons of the first hidden layer, with their biases; `nil` where none is left.
  ///
  /// The amplitude of a neuron is the length of its input weights times that of its output weights. A
  /// rectified neuron that is zero for all samples is dead and left out.
  /// - Parameter parameter: The elements of a parameter by its name.
  /// - Returns: The neurons.
  func neurons(_ parameter: (String) -> [Float]) -> Neurons? {
    let (inputs, width) = (network.sizes[0], network.sizes[1])
    let weights = parameter("layers.0.weight")
    let biases = parameter("layers.0.bias")
    let outgoing = parameter("layers.1.weight")
    let points = samples.points
    var (input, output): ([Double], [Double]) = ([], [])
    for neuron in 0..<width {
      let own = weights[neuron * inputs..<(neuron + 1) * inputs].map { Double($0) }
      let bias = Double(biases[neuron])
      let isAlive = (0..<samples.count).contains { sample in
        var sum = bias
        for entry in 0..<inputs { sum += own[entry] * points[sample * inputs + entry] }
        return sum > 0
      }
      guard isAlive || network.activation != .relu else { continue }
      let squares = stride(from: neuron, to: outgoing.count, by: width).reduce(0.0) {
        $0 + Double(outgoing[$1]) * Double(outgoing[$1])
      }
      input += own + [bias]
      output.append(squares.squareRoot())
    }
    return output.isEmpty ? nil : Neurons(input: input, output: output)
  }
}

/// What a trained network is like, with all of its neurons and in double precision.
struct DropoutEvaluation {
  /// The study's own measures, in the order of its description.
  let measures: [(description: MeasureDescription, value: Double)]

  /// Directions and their opposites are one where the activation is odd.
  private static func areLines(_ activation: Activation) -> Bool { activation == .tanh }

  /// Looks at the parameters that a training ended with.
  init(
    _ problem: DropoutProblem, _ trainer: Trainer<Float>, numerics: NumericProfile,
    tier: KernelTier, probeSeed: UInt32
  ) {
    let areLines = Self.areLines(problem.network.activation)
    let isFlat = problem.network.sizes[0] == 1
    func directions(_ neurons: Neurons?) -> Double {
      guard isFlat, let neurons else { return .nan }
      return DirectionNumber.value(neurons, areLines: areLines)
    }
    let neurons = problem.neurons { trainer.parameter($0) }
    let groups = neurons.map { CondensedGroups($0, areLines: areLines) }
    let store = trainer.store.converted(to: Double.self)
    let (graph, loss, output) = problem.fit(samples: problem.samples.count)
    let inputs = ["x": problem.samples.points, "y": problem.samples.targets]
    let curvature = LossCurvature(
      graph: graph, loss: loss, store: store, numerics: numerics, tier: tier)
    for (name, values) in inputs.sorted(by: { $0.key < $1.key }) {
      curvature.setInput(name, values)
    }
    let trace = curvature.trace(draws: 64, seed: probeSeed)
    let (testGraph, _, testOutput) = problem.fit(samples: problem.test.count)
    let fitted = Evaluator(
      graph: testGraph, nodes: [testOutput], samples: problem.test.count, store: store,
      numerics: numerics, tier: tier
    ).values(["x": problem.test.points], samples: problem.test.count)[0]
    let losses = LossSlice.losses(
      graph: graph, loss: loss, store: store, inputs: inputs, at: [-0.3, 0.3, 0], draws: 20,
      seed: probeSeed, numerics: numerics, tier: tier)
    measures = [
      (DirectionNumber.description, directions(neurons)),
      (DirectionNumber.initial, directions(problem.neurons { trainer.initialParameter($0) })),
      (CondensedGroups.countMeasure, groups.map { Double($0.count) } ?? .nan),
      (CondensedGroups.share, groups?.groupsPerNeuron ?? .nan),
      (CondensedGroups.greatestThree, groups?.shareOfGreatestThree ?? .nan),
      (
        OutputSensitivity.description,
        OutputSensitivity.value(
          graph: graph, output: output, store: store, inputs: inputs, numerics: numerics,
          tier: tier)
      ),
      (LossSlice.nearby, LossSlice.mean(losses.map { [$0[0], $0[1]] })),
      (
        LossCurvature.greatest,
        curvature.lanczos(steps: 30, seed: probeSeed).values.first ?? .nan
      ),
      (LossCurvature.trace, trace.mean),
      (LossCurvature.traceError, trace.error),
      (
        FunctionShape.testError,
        FunctionShape.meanSquaredError(fitted, problem.test.targets)
      ),
      (
        FunctionShape.roughness,
        problem.isOnLine
          ? FunctionShape.roughness(fitted, target: problem.test.targets) : .nan
      ),
      (MeanLoss.onTraining, losses[0][2]),
    ]
  }
}
