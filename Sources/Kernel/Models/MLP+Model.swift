extension MLP: Model {
  /// `layers.l.weight` (O, I) and `layers.l.bias` (O).
  public var parameters: [TensorLayout] {
    (0..<(sizes.count - 1)).flatMap { layer -> [TensorLayout] in
      let weight = TensorLayout("layers.\(layer).weight", [sizes[layer + 1], sizes[layer]])
      let bias = TensorLayout("layers.\(layer).bias", [sizes[layer + 1]])
      return hasBias ? [weight, bias] : [weight]
    }
  }

  /// The input `x` (B, I).
  public func inputs(samples: Int) -> [ModelInput] {
    [ModelInput(TensorLayout("x", [samples, sizes[0]]))]
  }

  /// (B, O).
  public func outputShape(samples: Int) -> [Int] { [samples, sizes[sizes.count - 1]] }

  /// The output for the input `x`.
  public func output(samples: Int, in graph: inout Graph) -> Node {
    let input = graph.input("x", Shape(samples, sizes[0]))
    return output(of: input, in: &graph)
  }
}
