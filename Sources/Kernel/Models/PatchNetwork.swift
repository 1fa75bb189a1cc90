/// A two-layer network on the patches of a sample with average pooling and a trained second layer.
///
/// h_r = (1 / P) sum over patches p of act(w_r . x_p + b_r); output = h A^T + q. Pieces:
/// `filters.weight` (H, d), `filters.bias` (1, H), and `head.weight` (K, H) for A and `head.bias`
/// (1, K) for q, under another name than `head` where stages have heads of their own.
public struct PatchNetwork: Hashable, Sendable, Model {
  /// P, the patches of a sample.
  public let patches: Int
  /// d, the numbers of a patch.
  public let inputs: Int
  /// H.
  public let filters: Int
  /// K.
  public let classes: Int
  /// Whether filters and head have a bias.
  public let hasBias: Bool
  /// The function of every response.
  public let activation: Activation
  /// What the names of the second layer's pieces begin with.
  public var headName = "head"

  /// Puts a network together.
  public init(
    patches: Int, inputs: Int, filters: Int, classes: Int, bias hasBias: Bool = true,
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

  /// Filters and head, each with weight and bias.
  public var parameters: [TensorLayout] {
    let layers = [("filters", [filters, inputs]), (headName, [classes, filters])]
    return layers.flatMap { name, shape -> [TensorLayout] in
      let weight = TensorLayout("\(name).weight", shape)
      return hasBias ? [weight, TensorLayout("\(name).bias", [shape[0]])] : [weight]
    }
  }

  /// The input `x` (n, P, d).
  public func inputs(samples: Int) -> [ModelInput] {
    [ModelInput(TensorLayout("x", [samples, patches, inputs]))]
  }

  /// (n, K).
  public func outputShape(samples: Int) -> [Int] { [samples, classes] }

  /// The logits for the input `x`.
  ///
  /// Shapes: x (n P, d), the patches of a sample being neighbouring rows; out (n, K). Cost: n P H d
  /// and n H K multiply-adds.
  public func output(samples: Int, in graph: inout Graph) -> Node {
    let pieces = ParameterNodes(parameters, in: &graph)
    let responses = graph.linear(
      graph.input("x", Shape(samples * patches, inputs)), weight: pieces("filters.weight"),
      bias: pieces["filters.bias"], activation: activation)
    let pooled = graph.sumGroups(
      responses, rows: patches, columns: 1, scale: 1 / Double(patches))
    return graph.linear(
      pooled, weight: pieces("\(headName).weight"), bias: pieces["\(headName).bias"])
  }
}
