import CKernel

/// How a linear layer's weight lies in memory.
public enum WeightLayout: Hashable, Sendable {
  /// (O, I), one output's weights side by side: what PyTorch stores.
  case outputsByInputs
  /// (I, O), one input's weights side by side: for layers of few inputs and many outputs.
  case inputsByOutputs
}

extension Graph {
  /// A linear layer with its activation as one operation: out = act(x op(W) + b).
  ///
  /// Shapes: x (B, I), W (O, I) or (I, O) by its layout, b (1, O) or none, out (B, O). The bias and
  /// the activation are applied while the product is stored where the product allows it. Cost:
  /// B I O multiply-adds. Its derivative is derived in docs/KERNEL.md.
  public mutating func linear(
    _ input: Node, weight: Node, bias: Node? = nil, layout: WeightLayout = .outputsByInputs,
    activation: Activation = .identity
  ) -> Node {
    if !activation.derivesFromOutput {
      // The derivative needs the value before it, which is therefore a node of its own.
      return self.activation(
        activation, of: linear(input, weight: weight, bias: bias, layout: layout))
    }
    let product = MatrixProduct(
      transposeLeft: false, transposeRight: layout == .outputsByInputs, factor: 1)
    let operation = Linear(product: product, hasBias: bias != nil, activation: activation)
    return append(operation, [input, weight] + (bias.map { [$0] } ?? []))
  }
}

/// out = act(x op(W) + b), act being one whose derivative follows from its output.
struct Linear: Operation {
  let product: MatrixProduct
  let hasBias: Bool
  let activation: Activation

  func shape(of inputs: [Shape]) -> Shape {
    let shape = product.shape(of: inputs)
    if hasBias {
      precondition(
        inputs[2] == Shape(1, shape.columns), "a bias of \(inputs[2]) does not fit \(shape)")
    }
    return shape
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    let delta = graph.backward(activation, site.cotangent, output: site.output)
    let inner = DerivativeSite(
      inputs: Array(site.inputs.prefix(2)), output: site.output, cotangent: delta,
      wanted: Array(site.wanted.prefix(2)))
    var result = product.cotangents(inner, in: &graph)
    if hasBias { result.append(site.wanted[2] ? graph.sum(delta, over: .rows) : nil) }
    return result
  }

  func lower(_ lowering: inout Lowering) {
    lowering.product(
      ProductDraft(
        extents: product.extents(of: lowering.inputShapes), transposeLeft: product.transposeLeft,
        transposeRight: product.transposeRight, factor: product.factor, first: lowering.inputs[0],
        second: lowering.inputs[1], output: lowering.output, epilogue: activation.epilogue,
        bias: hasBias ? lowering.inputs[2] : nil))
  }

  func keepsSamples(_ inputs: [Shape], areSamples: [Bool]) -> Bool {
    !areSamples.dropFirst().contains(true)
  }

  func gram(_ site: DerivativeSite, in graph: inout Graph) -> Node? {
    guard site.wanted[1], !site.wanted[0] else { return nil }
    let delta = graph.backward(activation, site.cotangent, output: site.output)
    var inputs = graph.product(site.inputs[0], site.inputs[0], transposeRight: true)
    // A bias is a weight of an input that is always one.
    if hasBias && site.wanted[2] { inputs = graph.offset(inputs, by: 1) }
    return graph.multiply(graph.product(delta, delta, transposeRight: true), inputs)
  }
}
