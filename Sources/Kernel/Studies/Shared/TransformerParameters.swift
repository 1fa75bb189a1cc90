import Protocol

/// The extents and options of a transformer.
struct TransformerParameters: ParameterGroup {
  /// The default number of blocks.
  var depth = 2
  /// The default width of the residual stream.
  var width = 64
  /// The default number of heads.
  var heads = 1
  /// The default width of a head's queries, keys and values.
  var keyWidth = 64
  /// The default width inside the feed-forward part.
  var feedForward = 192
  /// The default number of different tokens.
  var vocabulary: Int
  /// The default place of LayerNorm.
  var normalization = NormalizationWord.post
  /// The default of biases.
  var biases = BiasesWord.head

  var parameters: [ParameterDescription] { extents + options + dropout }

  private var extents: [ParameterDescription] {
    [
      .integer(
        "model.depth", label: "L", default: depth, 1...64, meaning: "The number of blocks."),
      .integer(
        "model.width", label: "d", default: width, 1...4096,
        meaning: "The width of the residual stream."),
      .integer(
        "model.heads", label: "heads", default: heads, 1...64,
        meaning: "The heads of every attention."),
      .integer(
        "model.keyWidth", label: "d_k", default: keyWidth, 1...4096,
        meaning: "The columns of a head's queries, keys and values."),
      .integer(
        "model.feedForward", label: "d_ff", default: feedForward, 1...65_536,
        meaning: "The width inside the feed-forward part."),
      .integer(
        "model.vocabulary", label: "V", default: vocabulary, 2...65_536,
        meaning: "The number of different tokens that the model has."),
    ]
  }

  private var options: [ParameterDescription] {
    [
      .choice(
        "model.normalization", label: "LayerNorm", among: NormalizationWord.allCases,
        default: normalization,
        meaning: "Where LayerNorm is: before each part and the head, after each sum, or nowhere."),
      ActivationWord.parameter(default: .relu, of: "the first layer of the feed-forward part"),
      .choice(
        "model.mask", label: "mask", among: AttentionMask.allCases, default: .causal,
        meaning: "Whether a position sees itself and those before it, or all."),
      .choice(
        "model.positions", label: "positions", among: PositionsWord.allCases, default: .learned,
        meaning: "What is added to the tokens to tell positions apart: a table, waves, or nothing."),
      .choice(
        "model.biases", label: "biases", among: BiasesWord.allCases, default: biases,
        meaning: "Which linear layers have biases."),
      .choice(
        "model.head", label: "head", among: HeadWord.allCases, default: .own,
        meaning:
          "What makes the logits: a layer of its own, one that shares the table of tokens, or"
          + " nothing, the stream being as wide as there are tokens."),
      .boolean(
        "model.projection", label: "projection", default: true,
        meaning: "Whether a linear layer follows the weighed values of all heads."),
    ]
  }

  private var dropout: [ParameterDescription] {
    [
      ("Embedding", "of the sum of tokens and positions"),
      ("Attention", "of the weights of attention"),
      ("Residual", "of what each part of a block adds to the stream"),
    ].map { place, values in
      .real(
        "dropout.keep\(place)", label: "p(\(place.lowercased()))", default: 1, 0.01...1,
        meaning: "The probability with which each number \(values) is kept in training.")
    }
  }

  var constraints: [StudyConstraint] {
    [
      StudyConstraint(
        validWhen: "model.head != 'none' or model.width == model.vocabulary",
        reason: "without a head the stream is the logits and must be as wide as there are tokens"),
      StudyConstraint(
        validWhen: "model.projection or model.heads * model.keyWidth == model.width",
        reason: "without a projection the heads together must be as wide as the stream"),
    ]
  }

  /// The model that a request asks for.
  /// - Parameters:
  ///   - reader: The request's parameters.
  ///   - tokens: The tokens of a sample.
  /// - Returns: A network whose last token is judged.
  /// - Throws: `kernel.parameter` where extents contradict each other.
  func model(_ reader: ParameterReader, tokens: Int) throws(KernelError) -> Transformer {
    var model = Transformer(
      vocabulary: reader.integer("model.vocabulary"), tokens: tokens,
      width: reader.integer("model.width"), hidden: reader.integer("model.feedForward"),
      heads: reader.integer("model.heads"), keyWidth: reader.integer("model.keyWidth"),
      layers: reader.integer("model.depth"))
    model.normalization =
      reader.choice("model.normalization", as: NormalizationWord.self).normalization
    model.activation = reader.choice("model.activation", as: ActivationWord.self).activation
    model.mask = reader.choice("model.mask", as: AttentionMask.self)
    model.positions = reader.choice("model.positions", as: PositionsWord.self).positions
    model.biases = reader.choice("model.biases", as: BiasesWord.self).biases
    model.head = reader.choice("model.head", as: HeadWord.self).head
    model.hasProjection = reader.boolean("model.projection")
    model.keep = Transformer.Keep(
      embedding: reader.real("dropout.keepEmbedding"),
      attention: reader.real("dropout.keepAttention"),
      residual: reader.real("dropout.keepResidual"))
    guard model.head != .none || model.width == model.vocabulary else {
      throw KernelError(
        .parameter,
        "making a transformer without a head: its width \(model.width) is not the"
          + " \(model.vocabulary) of its tokens",
        remedy: "Set model.width to model.vocabulary, or model.head to own.")
    }
    guard model.hasProjection || model.heads * model.keyWidth == model.width else {
      throw KernelError(
        .parameter,
        "making a transformer without a projection: its heads are \(model.heads * model.keyWidth)"
          + " wide together, its stream \(model.width)",
        remedy: "Set model.keyWidth to model.width / model.heads, or model.projection to true.")
    }
    return model
  }
}
