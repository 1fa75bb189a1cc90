import Protocol

extension CaseConfiguration {
  /// The most layers of a model.
  static let layersMax = 256

  /// The model that the description names.
  /// - Parameter shapes: The shapes of the initial parameters in the file, by name.
  /// - Returns: The model; its parameters need not be those of the file.
  /// - Throws: `kernel.case` for a description that makes no sense.
  func model(shapes: [String: [Int]]) throws(KernelError) -> any Model {
    let names = ["mlp", "mf", "patch", "cnn", "gpt"]
    switch try word("model", names.map { ($0, $0) }) {
    case "gpt": return try transformer()
    case "patch":
      return PatchConvolution(
        patches: try extent("P"), inputs: try extent("d"), filters: try extent("m"),
        classes: try extent("classes"),
        bias: try flag("bias", default: shapes["filters.bias"] != nil),
        activation: try activation())
    case "cnn":
      let (height, width) = (try extent("H"), try extent("W"))
      guard height > 1 && width > 1 else {
        throw KernelError.goldenCase("images of \(height) x \(width) cannot be pooled")
      }
      return ConvolutionalNetwork(
        channels: try extents("channels", count: 1...Self.layersMax), height: height,
        width: width, classes: try extent("classes"), bias: try flag("bias", default: true),
        activation: try activation())
    case "mlp":
      return MLP(
        sizes: try extents("sizes", count: 2...(Self.layersMax + 1)),
        bias: try flag("bias", default: true), activation: try activation())
    default: return try matrixFactorization(shapes)
    }
  }

  private func transformer() throws(KernelError) -> Transformer {
    let layers = try extent("layers")
    guard layers <= Self.layersMax else {
      throw KernelError.goldenCase("it has more than \(Self.layersMax) layers")
    }
    var model = Transformer(
      vocabulary: try extent("vocab"), tokens: try extent("T"), width: try extent("d"),
      hidden: try extent("dff"), heads: try extent("heads"), keyWidth: try extent("dk"),
      layers: layers)
    model.normalization = try word(
      "norm", [("post", .after), ("pre", .before), ("none", .none)])
    model.activation = try activation()
    model.hasBias = try flag("bias", default: true)
    model.hasNormalizationBias = try flag("ln_bias", default: model.hasBias)
    model.epsilon = try number("ln_eps", default: 1e-5, in: 1e-30...1)
    model.judged = try word("tokens", default: "last", [("last", .last), ("all", .all)])
    return model
  }

  /// A factorisation is described by its tensors: descriptions differ in what they call its
  /// extents.
  private func matrixFactorization(
    _ shapes: [String: [Int]]
  ) throws(KernelError) -> MatrixFactorization {
    guard let first = shapes["A"], let second = shapes["B"], first.count == 2, second.count == 2,
      first[1] == second[1], (first + second).allSatisfy({ $0 >= 1 })
    else {
      throw KernelError.goldenCase(
        "a factorisation needs the tensors 'init.A' (N, R) and 'init.B' (M, R)")
    }
    return MatrixFactorization(rows: first[0], columns: second[0], rank: first[1])
  }
}
