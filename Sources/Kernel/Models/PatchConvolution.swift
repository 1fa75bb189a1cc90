/// A two-layer network on the patches of a sample whose second layer is fixed.
///
/// logit_c = s sum over filters r and patches p of act(w_cr . x_p + b_cr), s = 1 / m if nothing else
/// is said. Pieces:
/// `filters.weight` (K m, d), row c m + r, and `filters.bias` (1, K m).
public struct PatchConvolution: Hashable, Sendable, Model {
  /// P, the patches of a sample.
  public let patches: Int
  /// d, the numbers of a patch.
  public let inputs: Int
  /// m, the filters of a class.
  public let filters: Int
  /// K.
  public let classes: Int
  /// Whether every filter has a bias.
  public let hasBias: Bool
  /// The function of every response.
  public let activation: Activation
  /// s; `nil` for 1 / m.
  public var outputScale: Double?

  /// Puts a network together.
  public init(
    patches: Int, inputs: Int, filters: Int, classes: Int, bias hasBias: Bool = false,
    activation: Activation
  ) {
    precondition(
      patches > 0 && inputs > 0 && filters > 0 && classes > 0,
      "a patch network has patches, inputs, filters and classes")
    self.patches = patches
    self.inputs = inputs
    self.filters = filters
    self.classes = classes
    self.hasBias = hasBias
    self.activation = activation
  }

  /// `filters.weight` (K m, d) and `filters.bias` (K m).
  public var parameters: [TensorLayout] {
    let weight = TensorLayout("filters.weight", [classes * filters, inputs])
    return hasBias ? [weight, TensorLayout("filters.bias", [classes * filters])] : [weight]
  }

  /// The input `x` (n, P, d).
  public func inputs(samples: Int) -> [ModelInput] {
    [ModelInput(TensorLayout("x", [samples, patches, inputs]))]
  }

  /// (n, K).
  public func outputShape(samples: Int) -> [Int] { [samples, classes] }

  /// The logits for the input `x`.
  ///
  /// Shapes: x (n P, d), the patches of a sample being neighbouring rows; out (n, K). Cost: n P K m
  /// d multiply-adds.
  public func output(samples: Int, in graph: inout Graph) -> Node {
    let pieces = ParameterNodes(parameters, in: &graph)
    let input = graph.input("x", Shape(samples * patches, inputs))
    return graph.patchLayer(
      input, filters: pieces("filters.weight"), bias: pieces["filters.bias"],
      patchesPerSample: patches, classes: classes, activation: activation, scale: outputScale)
  }
}
