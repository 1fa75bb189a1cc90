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
  /// - Throws: `kernel.workload` for a family that the kernel does not have.
  public init(_ workload: Workload, numerics: NumericProfile, plain: Bool) throws(KernelError) {
    let training = try workload.training(plain: plain)
    let stage = Stage(
      graph: training.problem.graph, loss: training.problem.loss,
      output: training.problem.output, optimizer: training.optimizer,
      stop: StopRule(limit: .steps(.max)))
    if case .hessianVectorProduct = workload.family {
      let product = Self.hessian(training, numerics: numerics)
      advance = { product.plan.run() }
      value = { product.plan.withValue(of: product.first) { Double($0[0]) } }
      return
    }
    let trainer = Trainer<Float>(stage, numerics: numerics)
    training.problem.draw(
      into: trainer.store, deviations: training.deviations
    ) { trainer.setInput($0, $1) }
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
  ) -> (plan: Plan<Float>, first: Node) {
    let problem = training.problem
    var graph = problem.graph
    let direction = graph.parameters.map { graph.input("v.\($0.name)", $0.shape) }
    let products = graph.hessianVectorProduct(
      of: problem.loss, withRespectTo: graph.parameterNodesInOrder, direction: direction)
    let store = ParameterStore<Float>(graph.parameters)
    let plan = Plan(graph: graph, outputs: products, store: store, numerics: numerics)
    problem.draw(into: store, deviations: training.deviations) { plan.setInput($0, $1) }
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
  /// Standard deviations of pieces that are not drawn by their fan-in.
  var deviations: [String: Double] = [:]
}

extension Workload {
  /// The problem and the rule.
  func training(plain: Bool) throws(KernelError) -> WorkloadTraining {
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
        optimizer: GradientDescent(learningRate: 1e-3), deviations: ["A": 0.1, "B": 0.1])
    case .patches(let patches):
      let model = PatchConvolution(
        patches: patches.patches, inputs: patches.inputs, filters: patches.filters,
        classes: patches.classes, activation: .relu)
      return WorkloadTraining(
        problem: ModelProblem(model: model, loss: .crossEntropy, samples: patches.samples),
        optimizer: GradientDescent(learningRate: 1e-2), deviations: ["filters.weight": 0.01])
    case .images(let images):
      let model = ConvolutionalNetwork(
        channels: [images.channels, images.channels], height: images.side, width: images.side,
        classes: images.classes, activation: .relu)
      return WorkloadTraining(
        problem: ModelProblem(model: model, loss: .crossEntropy, samples: images.samples),
        optimizer: GradientDescent(learningRate: 1e-2))
    case .transformer(let transformer): return try training(of: transformer, plain: plain)
    }
  }

  private func training(
    of transformer: TransformerWorkload, plain: Bool
  ) throws(KernelError) -> WorkloadTraining {
    guard transformer.dropout == 0 else {
      throw KernelError(
        .workload, "The workload \(name) drops values out, which this kernel does not do.",
        remedy: "Choose another workload.")
    }
    var model = Transformer(
      vocabulary: transformer.vocabulary, tokens: transformer.tokens, width: transformer.width,
      hidden: transformer.hidden, heads: transformer.heads, keyWidth: transformer.keyWidth,
      layers: transformer.layers)
    model.normalization = transformer.normalizesFirst ? .before : .after
    model.activation = transformer.activation
    model.judged = transformer.judgesAll ? .all : .last
    model.computesAll = plain
    var deviations = ["tok.weight": 0.02, "pos.weight": 0.02]
    for layout in model.parameters where model.isNormalizationWeight(layout.name) {
      deviations[layout.name] = 1
    }
    return WorkloadTraining(
      problem: ModelProblem(model: model, loss: .crossEntropy, samples: transformer.samples),
      optimizer: Adam(learningRate: 1e-4, weightDecay: 0.01, decay: .decoupled),
      deviations: deviations)
  }
}

extension ModelProblem {
  /// Draws parameters and inputs, the same at every call.
  ///
  /// Weights have a variance of one over their fan-in, biases are zero, the weights of a LayerNorm
  /// one.
  /// - Parameters:
  ///   - store: Where the parameters go.
  ///   - deviations: Standard deviations of pieces that are not drawn by their fan-in.
  ///   - setInput: What is called with each input.
  func draw(
    into store: ParameterStore<Float>, deviations: [String: Double],
    setInput: (String, [Float]) -> Void
  ) {
    for (index, piece) in store.pieces.enumerated() {
      var values = Array(repeating: 0.0, count: piece.shape.count)
      let isVector = piece.shape.allRows == 1 && model.parameters[index].shape.count == 1
      if !isVector {
        RandomStream(seed: 0, purpose: .initialization, step: UInt64(index)).fillNormal(&values)
        let deviation = deviations[piece.name] ?? 1 / Double(piece.shape.columns).squareRoot()
        for place in values.indices { values[place] *= deviation }
      } else if let constant = deviations[piece.name] {
        for place in values.indices { values[place] = constant }
      }
      store.withMutableParameter(piece.name) { span in
        for place in span.indices { span[place] = Float(values[place]) }
      }
    }
    for (index, input) in inputs.enumerated() {
      setInput(input.name, input.drawn(step: UInt64(index)).map { Float($0) })
    }
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
