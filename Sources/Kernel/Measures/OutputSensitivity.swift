public import Protocol

/// How strongly the outputs for the samples depend on the parameters.
///
/// (1 / n) Σ_i |∂f(x_i) / ∂θ|², the trace of J Jᵀ / n: at a loss of zero it is the trace of the Hessian
/// of (1 / 2n) Σ (f - y)², exactly. Cost: n² multiply-adds a parameter's row and column.
public enum OutputSensitivity {
  /// What diagrams and tables say of it.
  public static let description = MeasureDescription(
    name: "flatnessTrace", label: "Tr J Jᵀ / n",
    meaning:
      "Mean over training samples of the squared length of the output's gradient: the trace of the"
      + " Hessian where the loss is zero; smaller is flatter.")

  /// The number for a network of one output.
  /// - Parameters:
  ///   - graph: The model.
  ///   - output: One number a sample.
  ///   - store: The parameters.
  ///   - inputs: The inputs of the graph.
  ///   - numerics: How products are computed.
  ///   - tier: The processor features to use; the bits do not depend on it.
  /// - Returns: The mean of the squared lengths.
  public static func value(
    graph: Graph, output: Node, store: ParameterStore<Double>, inputs: [String: [Double]],
    numerics: NumericProfile, tier: KernelTier = .chosen
  ) -> Double {
    var graph = graph
    let gram = graph.perSampleGram(of: output, withRespectTo: graph.parameterNodesInOrder)
    let plan = Plan(graph: graph, outputs: [gram], store: store, numerics: numerics, tier: tier)
    for (name, values) in inputs.sorted(by: { $0.key < $1.key }) { plan.setInput(name, values) }
    plan.run()
    let values = plan.value(of: gram)
    return stride(from: 0, to: values.count, by: gram.shape.columns + 1).reduce(0) {
      $0 + values[$1]
    }
  }
}
