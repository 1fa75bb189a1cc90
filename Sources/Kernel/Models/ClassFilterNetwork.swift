/// A network on the patches of a sample each of whose classes has filters of its own, and whose second
/// layer is fixed.
///
/// output[c] = sum over the m filters r of class c and the patches p of act(w[c, r] . x_p + b[c, r]).
/// Pieces: `filters.weight` (K m, d), those of a class side by side, and `filters.bias` (1, K m).
public struct ClassFilterNetwork: Hashable, Sendable, Model {
  /// P, the patches of a sample.
  public let patches: Int
  /// d, the numbers of a patch.
  public let inputs: Int
  /// m.
  public let filtersPerClass: Int
  /// K.
  public let classes: Int
  /// The function of every response.
  public let activation: Activation

  /// Puts a network together.
  public init(
    patches: Int, inputs: Int, filtersPerClass: Int, classes: Int, activation: Activation
  ) {
    precondition(
      patches > 0 && inputs > 0 && filtersPerClass > 0 && classes > 0,
      "a network has patches, inputs, filters and classes")
    self.patches = patches
    self.inputs = inputs
    self.filtersPerClass = filtersPerClass
    self.classes = classes
    self.activation = activation
  }

  /// Filters with weight and bias.
  public var parameters: [TensorLayout] {
    let filters = classes * filtersPerClass
    return [
      TensorLayout("filters.weight", [filters, inputs]), TensorLayout("filters.bias", [filters]),
    ]
  }

  /// The input `x` (n, P, d).
  public func inputs(samples: Int) -> [ModelInput] {
    [ModelInput(TensorLayout("x", [samples, patches, inputs]))]
  }

  /// (n, K).
  public func outputShape(samples: Int) -> [Int] { [samples, classes] }

  /// The logits for the input `x`.
  ///
  /// Shapes: x (n P, d), the patches of a sample being neighbouring rows; out (n, K). Cost: n P K m d
  /// multiply-adds.
  public func output(samples: Int, in graph: inout Graph) -> Node {
    let pieces = ParameterNodes(parameters, in: &graph)
    return graph.patchLayer(
      graph.input("x", Shape(samples * patches, inputs)), filters: pieces("filters.weight"),
      bias: pieces("filters.bias"), patchesPerSample: patches, classes: classes,
      activation: activation, scale: 1)
  }
}
