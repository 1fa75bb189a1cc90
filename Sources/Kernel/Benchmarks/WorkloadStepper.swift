public import Protocol

/// A workload made ready: every call of ``step()`` is one step, in single precision.
public final class WorkloadStepper {
  /// The number that the last step has computed: the loss before it, or the product's first
  /// element.
  public var lastValue: Double { value() }
  private let advance: () -> Void
  private let value: () -> Double

  /// Draws data and parameters, and plans.
  /// - Parameters:
  ///   - workload: What a step is.
  ///   - numerics: How products are computed.
  ///   - plain: Whether also that is computed which the loss does not need.
  /// - Throws: `kernel.initial` where parameters that were read do not fit.
  public init(_ workload: Workload, numerics: NumericProfile, plain: Bool) throws(KernelError) {
    let training = workload.training(plain: plain)
    if case .hessianVectorProduct = workload.family {
      // Between two products of a power iteration the direction alone changes.
      let product = try Self.hessian(training, numerics: numerics)
      product.plan.run()
      advance = { product.plan.runVarying() }
      value = { product.plan.withValue(of: product.first) { Double($0[0]) } }
      return
    }
    let stage = training.problem.stage(
      optimizer: training.optimizer, stop: StopRule(limit: .steps(.max)))
    let trainer = Trainer<Float>(stage, numerics: numerics)
    try training.draw(into: trainer.store) { trainer.setInput($0, $1) }
    let loss = LastLoss()
    advance = { loss.value = trainer.step() }
    value = { loss.value }
  }

  private final class LastLoss {
    var value = Double.nan
  }

  /// One step.
  public func step() { advance() }

  private static func hessian(
    _ training: WorkloadTraining, numerics: NumericProfile
  ) throws(KernelError) -> (plan: Plan<Float>, first: Node) {
    let problem = training.problem
    var graph = problem.graph
    let direction = graph.parameters.map { graph.input("v.\($0.name)", $0.shape) }
    let products = graph.hessianVectorProduct(
      of: problem.loss, withRespectTo: graph.parameterNodesInOrder, direction: direction)
    let store = ParameterStore<Float>(graph.parameters)
    let plan = Plan(
      graph: graph, outputs: products, store: store, numerics: numerics,
      varying: Set(graph.parameters.map { "v.\($0.name)" }))
    try training.draw(into: store) { plan.setInput($0, $1) }
    for (index, piece) in graph.parameters.enumerated() {
      var values = Array(repeating: 0.0, count: piece.shape.count)
      RandomStream(seed: 1, purpose: .initialization, step: UInt64(index)).fillNormal(&values)
      plan.setInput("v.\(piece.name)", values.map { Float($0) })
    }
    return (plan, products[0])
  }
}

/// A workload as a problem with its rule.
struct WorkloadTraining {
  var problem: ModelProblem
  var optimizer: any Optimizer
  /// Weights have a variance of one over their fan-in unless something else is said; biases are zero.
  var initialization = ModelInitialization(weights: .normal(.power(of: .fanIn, -0.5)))

  /// Draws parameters and inputs, the same at every call.
  /// - Parameters:
  ///   - store: Where the parameters go.
  ///   - setInput: What is called with each input.
  /// - Throws: `kernel.initial` where parameters that were read do not fit.
  func draw(
    into store: ParameterStore<Float>, setInput: (String, [Float]) -> Void
  ) throws(KernelError) {
    try initialization.draw(problem.model, into: store, seed: 0)
    for (index, input) in problem.inputs.enumerated() {
      setInput(input.name, input.drawn(step: UInt64(index)).map { Float($0) })
    }
  }
}

extension Workload {
  /// The problem and the rule.
  func training(plain: Bool) -> WorkloadTraining {
    switch family {
    case .fullyConnected(let network), .hessianVectorProduct(let network):
      return WorkloadTraining(
        problem: ModelProblem(
          model: MLP(sizes: network.sizes, activation: network.activation),
          loss: .meanSquaredError, samples: network.samples),
        optimizer: network.adam
          ? Adam(learningRate: network.rate) : GradientDescent(learningRate: network.rate))
    case .factorization(let order, let rank):
      return WorkloadTraining(
        problem: ModelProblem(
          model: MatrixFactorization(rows: order, columns: order, rank: rank),
          loss: .maskedHalfSquares, samples: 1),
        optimizer: GradientDescent(learningRate: 1e-3),
        initialization: ModelInitialization(weights: .normal(.number(0.1))))
    case .patches(let patches):
      let model = PatchConvolution(
        patches: patches.patches, inputs: patches.inputs, filters: patches.filters,
        classes: patches.classes, activation: .relu)
      return WorkloadTraining(
        problem: ModelProblem(chunked: model, loss: .crossEntropy, samples: patches.samples),
        optimizer: GradientDescent(learningRate: 1e-2),
        initialization: ModelInitialization(weights: .normal(.number(0.01))))
    case .images(let images):
      let model = ConvolutionalNetwork(
        channels: [images.channels, images.channels], height: images.side, width: images.side,
        classes: images.classes, activation: .relu)
      return WorkloadTraining(
        problem: ModelProblem(chunked: model, loss: .crossEntropy, samples: images.samples),
        optimizer: GradientDescent(learningRate: 1e-2))
    case .transformer(let transformer): return training(of: transformer, plain: plain)
    }
  }

  private func training(
    of transformer: TransformerWorkload, plain: Bool
  ) -> WorkloadTraining {
    var model = Transformer(
      vocabulary: transformer.vocabulary, tokens: transformer.tokens, width: transformer.width,
      hidden: transformer.hidden, heads: transformer.heads, keyWidth: transformer.keyWidth,
      layers: transformer.layers)
    model.normalization = transformer.normalizesFirst ? .before : .after
    model.activation = transformer.activation
    model.judged = transformer.judgesAll ? .all : .last
    model.computesAll = plain
    model.keep = Transformer.Keep(everywhere: 1 - transformer.dropout)
    model.isTraining = true
    return WorkloadTraining(
      problem: ModelProblem(chunked: model, loss: .crossEntropy, samples: transformer.samples),
      optimizer: Adam(learningRate: 1e-4, weightDecay: 0.01, decay: .decoupled),
      initialization: ModelInitialization(
        weights: .normal(.power(of: .fanIn, -0.5)), embeddings: .normal(.number(0.02))))
  }
}

extension ModelInput {
  /// Elements for the graph, drawn.
  func drawn(step: UInt64) -> [Double] {
    let stream = RandomStream(seed: 0, purpose: .data, step: step)
    var values = Array(repeating: 0.0, count: layout.count)
    func uniform() { stream.fillUniform(&values) }
    switch kind {
    case .numbers: stream.fillNormal(&values)
    case .indices(let limit):
      uniform()
      return values.map { ($0 * Double(limit)).rounded(.down) }
    case .signs:
      uniform()
      return values.map { $0 < 0.5 ? -1 : 1 }
    case .mask:
      uniform()
      return values.map { $0 < 0.5 ? 1 : 0 }
    case .fixed(let numbers): return numbers
    }
    return values
  }
}
