public import Protocol

/// How far one tensor is from its reference.
public struct ReplayLine: Hashable, Sendable {
  /// What was compared, for instance `grad.layers.0.weight`.
  public let tensor: String
  /// The width of the numbers that it was computed in.
  public let precision: Precision
  /// The greatest difference, relative to the greatest element of the reference unless it is zero.
  public let error: Double
  /// The greatest error that is accepted.
  public let bound: Double

  /// Whether it is accepted.
  public var isAccepted: Bool { error <= bound }

  /// The line as it is printed: tensor, precision, error, verdict.
  public var text: String {
    let width = precision == .single ? "float32" : "float64"
    return "\(tensor) \(width) \(ReplayLine.text(of: error)) \(isAccepted ? "ok" : "FAILED")"
  }

  /// Two digits and an exponent.
  static func text(of number: Double) -> String {
    guard number.isFinite else { return "\(number)" }
    guard number > 0 else { return "0" }
    var (digits, exponent) = (number, 0)
    while digits >= 10 { (digits, exponent) = (digits / 10, exponent + 1) }
    while digits < 1 { (digits, exponent) = (digits * 10, exponent - 1) }
    var tenths = Int((digits * 10).rounded())
    if tenths == 100 { (tenths, exponent) = (10, exponent + 1) }
    let places = abs(exponent) < 10 ? "0\(abs(exponent))" : "\(abs(exponent))"
    return "\(tenths / 10).\(tenths % 10)e\(exponent < 0 ? "-" : "+")\(places)"
  }
}

/// What errors are accepted, in one precision.
struct ReplayBounds {
  let precision: Precision
  /// Output and losses.
  var value: Double { precision == .single ? 1e-5 : 1e-11 }
  /// Gradients.
  var gradient: Double { precision == .single ? 1e-5 : 1e-11 }
  /// Gradients that are zero, absolutely.
  let zeroGradient = 1e-7
  /// Hessian-vector products.
  var hessian: Double { precision == .single ? 1e-4 : 1e-10 }

  /// Parameters after the steps: a rule that divides by small roots is further from its reference.
  func parameter(_ optimizer: any Optimizer) -> Double {
    switch precision {
    case .single: optimizer is Adam ? 1e-4 : 1e-5
    case .double: 1e-10
    }
  }
}

extension ReplayCase {
  /// Computes the case in one precision and compares.
  /// - Parameters:
  ///   - type: Float or Double.
  ///   - numerics: How products are computed.
  ///   - tier: The processor features to use.
  /// - Returns: One line a tensor.
  /// - Throws: `kernel.case` for data that the model cannot take.
  public func replay<Element: Scalar>(
    _ type: Element.Type, numerics: NumericProfile, tier: KernelTier = .chosen
  ) throws(KernelError) -> [ReplayLine] {
    var lines = Comparison(problem.model, ReplayBounds(precision: Element.precision))
    let stage = Stage(
      graph: problem.graph, loss: problem.loss, output: problem.output, optimizer: optimizer,
      stop: StopRule(limit: .steps(UInt64(steps))))
    let trainer = Trainer<Element>(stage, numerics: numerics, tier: tier)
    try setInputs { trainer.setInput($0, $1) }
    try setParameters(of: trainer.store)

    let loss = trainer.evaluate()
    let reference = try file.numbers("losses64")
    lines.compare("output", trainer.output, try file.numbers("out64"), lines.bounds.value)
    lines.compare("loss", [loss], [reference[0]], lines.bounds.value)
    for parameter in problem.model.parameters {
      lines.compareGradient(
        parameter, trainer.store.gradient(parameter.name),
        try file.numbers("grad64.\(parameter.name)"))
    }
    if hasHessian { try compareHessian(trainer.store, numerics, tier, &lines) }

    var losses: [Double] = []
    let ending = trainer.train { losses.append($0.loss) }
    // A training that ends early has no further losses: they count as no numbers.
    losses += Array(repeating: .nan, count: steps - Int(ending.steps))
    lines.compare("losses", losses, reference, lines.bounds.value)
    for parameter in problem.model.parameters {
      lines.compareParameter(
        parameter, trainer.parameter(parameter.name),
        try file.numbers("param64.\(parameter.name)"), optimizer)
    }
    return lines.all
  }

  private func setInputs<Element: Scalar>(
    _ set: (String, [Element]) -> Void
  ) throws(KernelError) {
    for input in problem.inputs {
      let values = input.isFixed ? [] : try file.numbers("data.\(input.name)")
      set(input.name, try input.elements(values).map { Element($0) })
    }
  }

  private func setParameters<Element: Scalar>(
    of store: ParameterStore<Element>
  ) throws(KernelError) {
    for parameter in problem.model.parameters {
      let values = parameter.inner(try file.numbers("init.\(parameter.name)"))
      store.withMutableParameter(parameter.name) { span in
        for index in span.indices { span[index] = Element(values[index]) }
      }
    }
  }

  private func compareHessian<Element: Scalar>(
    _ store: ParameterStore<Element>, _ numerics: NumericProfile, _ tier: KernelTier,
    _ lines: inout Comparison
  ) throws(KernelError) {
    var graph = problem.graph
    let direction = graph.parameters.map { graph.input("v.\($0.name)", $0.shape) }
    let products = graph.hessianVectorProduct(
      of: problem.loss, withRespectTo: graph.parameterNodesInOrder, direction: direction)
    let plan = Plan<Element>(
      graph: graph, outputs: products, store: store, numerics: numerics, tier: tier)
    try setInputs { plan.setInput($0, $1) }
    for parameter in problem.model.parameters {
      let values = parameter.inner(try file.numbers("hvp.v.\(parameter.name)"))
      plan.setInput("v.\(parameter.name)", values.map { Element($0) })
    }
    plan.run()
    for (parameter, product) in zip(problem.model.parameters, products) {
      lines.compare(
        "hvp.\(parameter.name)", parameter.outer(plan.value(of: product)),
        try file.numbers("hvp64.\(parameter.name)"), lines.bounds.hessian)
    }
  }
}

/// The lines of one replay.
struct Comparison {
  let model: any Model
  let bounds: ReplayBounds
  private(set) var all: [ReplayLine] = []

  init(_ model: any Model, _ bounds: ReplayBounds) {
    self.model = model
    self.bounds = bounds
  }

  /// Compares a tensor, both in the order of files.
  mutating func compare<Element: Scalar>(
    _ name: String, _ values: [Element], _ reference: [Double], _ bound: Double
  ) {
    all.append(
      ReplayLine(
        tensor: name, precision: bounds.precision,
        error: Self.worstError(values, reference), bound: bound))
  }

  /// Compares a gradient; elements that never have one are compared by themselves, absolutely.
  mutating func compareGradient<Element: Scalar>(
    _ parameter: TensorLayout, _ values: [Element], _ reference: [Double]
  ) {
    var (values, reference) = (parameter.outer(values), reference)
    if let range = model.withoutGradient[parameter.name] {
      let noise = values[range].reduce(0.0) { $1.isFinite ? max($0, abs(Double($1))) : .infinity }
      all.append(
        ReplayLine(
          tensor: "grad.\(parameter.name).keys", precision: bounds.precision, error: noise,
          bound: bounds.zeroGradient))
      values.removeSubrange(range)
      reference.removeSubrange(range)
    }
    compare("grad.\(parameter.name)", values, reference, bounds.gradient)
  }

  /// Compares a parameter after the steps, without the elements that only noise has moved.
  mutating func compareParameter<Element: Scalar>(
    _ parameter: TensorLayout, _ values: [Element], _ reference: [Double],
    _ optimizer: any Optimizer
  ) {
    var (values, reference) = (parameter.outer(values), reference)
    if let range = model.withoutGradient[parameter.name] {
      values.removeSubrange(range)
      reference.removeSubrange(range)
    }
    compare("param.\(parameter.name)", values, reference, bounds.parameter(optimizer))
  }

  /// The greatest difference relative to the greatest element of the reference; absolute where that
  /// is zero, infinite where something is no number.
  static func worstError<Element: Scalar>(_ values: [Element], _ reference: [Double]) -> Double {
    guard values.count == reference.count else { return .infinity }
    var difference = 0.0
    var scale = 0.0
    for (value, reference) in zip(values, reference) {
      guard value.isFinite, reference.isFinite else { return .infinity }
      difference = max(difference, abs(Double(value) - reference))
      scale = max(scale, abs(reference))
    }
    return scale > 0 ? difference / scale : difference
  }
}
