/// The laws of all parameters of a model at the start, by role and by name.
///
/// ```swift
/// var initialization = ModelInitialization(weights: .normal(.power(of: .fanIn, -gamma)))
/// initialization.pieces["head.bias"] = .uniform(.power(of: .fanIn, -0.5))
/// try initialization.draw(model, into: trainer.store, seed: replicate)
/// ```
/// The numbers of a piece come from the stream of the purpose `initialization` whose step is the
/// position of the piece among those of the model that are drawn: constants take no position, so
/// that models with other biases or LayerNorms are drawn alike. Entries are in the kernel's order.
public struct ModelInitialization: Hashable, Sendable {
  /// The law of each role; one that is not here is that of ``ParameterRole/weight``.
  public var roles: [ParameterRole: TensorInitialization]
  /// The laws of single pieces, by their whole names or by the words that these end with.
  ///
  /// `proj.weight` is for all blocks. The longest name counts.
  public var pieces: [String: TensorInitialization] = [:]
  /// Whether the last hidden layer of a fully connected network is half as many neurons as it has,
  /// and copies of them with the opposite output weights, so that the network is zero at the start.
  ///
  /// The half is drawn as a network of that width would be, and scaled by the extents of the whole.
  public var isAntisymmetric = false

  /// Laws by role.
  /// - Parameters:
  ///   - weights: That of weights, embeddings and positions.
  ///   - biases: That of biases of linear layers and convolutions.
  ///   - embeddings: That of the tables of tokens and positions; `nil` for that of weights.
  public init(
    weights: TensorInitialization, biases: TensorInitialization = .constant(0),
    embeddings: TensorInitialization? = nil
  ) {
    roles = [
      .weight: weights, .bias: biases, .embedding: embeddings ?? weights,
      .position: embeddings ?? weights, .normalizationWeight: .constant(1),
      .normalizationBias: .constant(0), .factor: .constant(0.1),
    ]
  }

  /// What PyTorch does when nothing is said: weights and biases uniform within 1 / sqrt(fan-in),
  /// tables of tokens and positions normal with a deviation of 1.
  public static let frameworkDefault = ModelInitialization(
    weights: .uniform(.power(of: .fanIn, -0.5)), biases: .uniform(.power(of: .fanIn, -0.5)),
    embeddings: .normal(.number(1)))

  /// The law of a piece.
  public func law(of name: String) -> TensorInitialization {
    let words = name.split(separator: ".")
    for start in words.indices {
      if let law = pieces[words[start...].joined(separator: ".")] { return law }
    }
    return roles[ParameterRole(of: name)] ?? roles[.weight] ?? .constant(0)
  }

  /// Takes the pieces of a file for those of their names.
  public mutating func take(_ tensors: [NamedTensor]) {
    for tensor in tensors { pieces[tensor.name] = .given(tensor) }
  }

  /// Draws parameters.
  /// - Parameters:
  ///   - model: Whose they are.
  ///   - store: Where they go; it has all of them, and may have others.
  ///   - seed: The seed index of the purpose `initialization`.
  ///   - names: Which are overwritten; `nil` for all. The numbers do not depend on it.
  /// - Throws: `kernel.initial` where a tensor that was read does not fit.
  public func draw<Element: Scalar>(
    _ model: any Model, into store: ParameterStore<Element>, seed: UInt32,
    only names: Set<String>? = nil
  ) throws(KernelError) {
    for (layout, values) in try values(of: model, seed: seed) {
      if let names, !names.contains(layout.name) { continue }
      store.withMutableParameter(layout.name) { span in
        precondition(
          span.count == values.count, "\(layout.name) has one shape in model and store")
        for index in span.indices { span[index] = Element(values[index]) }
      }
    }
  }

  /// The values of all parameters of a model, in the kernel's order.
  public func values(
    of model: any Model, seed: UInt32
  ) throws(KernelError) -> [(layout: TensorLayout, values: [Double])] {
    let layouts = model.parameters
    guard isAntisymmetric else { return try values(of: layouts, fansOf: layouts, seed: seed) }
    guard let network = model as? MLP else {
      preconditionFailure("only a fully connected network is doubled")
    }
    let half = try values(of: network.half.parameters, fansOf: layouts, seed: seed)
    return network.doubled(half)
  }

  private func values(
    of layouts: [TensorLayout], fansOf whole: [TensorLayout], seed: UInt32
  ) throws(KernelError) -> [(layout: TensorLayout, values: [Double])] {
    var position: UInt64 = 0
    var result: [(layout: TensorLayout, values: [Double])] = []
    for (index, layout) in layouts.enumerated() {
      let law = law(of: layout.name)
      let fans = Self.fans(of: whole[index], among: whole)
      let stream = RandomStream(seed: seed, purpose: .initialization, step: position)
      if law.isDrawn { position += 1 }
      if case .given(let tensor) = law {
        guard layout.fits(tensor.shape) else {
          throw KernelError(
            .initial,
            "The parameter '\(layout.name)' cannot begin as given: its shape is \(layout.shape), not"
              + " \(tensor.shape).", remedy: "Give a tensor of the shape \(layout.shape).")
        }
        result.append((layout, layout.inner(tensor.values)))
      } else {
        result.append((layout, law.entries(layout.pieceShape, fans: fans, from: stream)))
      }
    }
    return result
  }

  /// The extents of a piece's layer: those of its weight, the first axis being the outputs.
  static func fans(of layout: TensorLayout, among layouts: [TensorLayout]) -> TensorFans {
    var shape = layout.shape
    if let dot = layout.name.lastIndex(of: "."), shape.count < 2 {
      // A bias is as large as the weight of its layer says.
      let weight = layout.name[..<dot] + ".weight"
      shape = layouts.first { $0.name == weight }?.shape ?? shape
    }
    guard shape.count > 1 else { return TensorFans(fanIn: max(layout.count, 1), fanOut: 1) }
    let taps = shape.dropFirst(2).reduce(1, *)
    return TensorFans(fanIn: shape[1] * taps, fanOut: shape[0] * taps)
  }
}

extension MLP {
  /// The network with half as many neurons in its last hidden layer.
  fileprivate var half: MLP {
    let last = sizes.count - 2
    precondition(
      last >= 1 && sizes[last].isMultiple(of: 2), "a layer of an even width is doubled")
    var halved = sizes
    halved[last] /= 2
    return MLP(sizes: halved, bias: hasBias, activation: activation)
  }

  /// The parameters of this network from those of its half: the last hidden layer's neurons twice,
  /// the output weights and their negatives, no output bias.
  fileprivate func doubled(
    _ half: [(layout: TensorLayout, values: [Double])]
  ) -> [(layout: TensorLayout, values: [Double])] {
    let last = sizes.count - 2
    return zip(parameters, half).map { layout, part in
      switch layout.name {
      case "layers.\(last - 1).weight", "layers.\(last - 1).bias":
        return (layout, part.values + part.values)
      case "layers.\(last).weight":
        let width = sizes[last] / 2
        let rows = stride(from: 0, to: part.values.count, by: width).map {
          part.values[$0..<($0 + width)]
        }
        return (layout, rows.flatMap { row in row + row.map { -$0 } })
      case "layers.\(last).bias":
        return (layout, part.values.map { _ in 0 })
      default:
        return (layout, part.values)
      }
    }
  }
}
