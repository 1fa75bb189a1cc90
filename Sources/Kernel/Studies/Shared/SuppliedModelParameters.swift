import Protocol

/// The kind of a model and all its options, for samples of any shape.
struct SuppliedModelParameters: ParameterGroup {
  /// What is trained.
  enum Kind: String, CaseIterable {
    case network = "mlp"
    case convolution
    case transformer
  }
  /// What taps find outside an image.
  enum PaddingWord: String, CaseIterable {
    case zeros
    case none
  }
  /// What comes before the last layer of a convolutional network.
  enum PoolingWord: String, CaseIterable {
    case maximum
    case none
  }

  private static let transformer = TransformerParameters(
    vocabulary: 256, normalization: .pre, biases: .all)

  private static func isKind(_ kinds: Kind...) -> String {
    "model.kind in [\(kinds.map { "'\($0.rawValue)'" }.joined(separator: ", "))]"
  }

  var parameters: [ParameterDescription] {
    let shared = ["model.depth", "model.width", "model.activation"]
    let ofTransformer = Self.transformer.parameters.filter { !shared.contains($0.name) }
    return [
      .choice(
        "model.kind", label: "model", among: Kind.allCases, default: .network,
        meaning:
          "What is trained: a fully connected network on the numbers of a sample in their order, a"
          + " convolutional network on images, or a transformer on tokens.")
    ] + layers + convolutions + ofTransformer.map { $0.active(when: Self.isKind(.transformer)) }
  }

  private var layers: [ParameterDescription] {
    [
      .integer(
        "model.depth", label: "L", default: 2, 0...64,
        meaning: "The number of hidden layers, or of a transformer's blocks.",
        activeWhen: Self.isKind(.network, .transformer)),
      .integer(
        "model.width", label: "m", default: 64, 1...4096,
        meaning: "The neurons of a hidden layer, or the width of a transformer's stream.",
        activeWhen: Self.isKind(.network, .transformer)),
      ActivationWord.parameter(
        default: .relu, of: "hidden layers, convolutions, or a block's first layer"),
      .boolean(
        "model.bias", label: "bias", default: true, meaning: "Whether layers have biases.",
        activeWhen: Self.isKind(.network, .convolution)),
      .integer(
        "model.outputs", label: "outputs", default: 0, 0...SuppliedSamples.extentMax,
        meaning:
          "The outputs; 0 for as many as the targets have columns or classes.",
        activeWhen: Self.isKind(.network, .convolution)),
      .real(
        "dropout.keepHidden", label: "p", default: 1, 0.01...1,
        meaning:
          "The probability with which each value of a hidden layer, or each number that goes into the"
          + " last layer of a convolutional network, is kept in training.",
        activeWhen: Self.isKind(.network, .convolution)),
    ]
  }

  private var convolutions: [ParameterDescription] {
    let isImages = Self.isKind(.convolution)
    return [
      .integer(
        "model.convolutions", label: "convolutions", default: 1, 1...16,
        meaning: "The number of convolutions of three by three taps.", activeWhen: isImages),
      .integer(
        "model.channels", label: "C", default: 16, 1...1024,
        meaning: "The channels after each convolution.", activeWhen: isImages),
      .choice(
        "model.padding", label: "padding", among: PaddingWord.allCases, default: .zeros,
        meaning: "Whether images have zeros around them, or become smaller by a margin.",
        activeWhen: isImages),
      .choice(
        "model.pooling", label: "pooling", among: PoolingWord.allCases, default: .maximum,
        meaning:
          "What comes before the last layer: the maximum of windows of two by two positions, or"
          + " nothing.", activeWhen: isImages),
    ]
  }

  var constraints: [StudyConstraint] {
    Self.transformer.constraints + [
      StudyConstraint(
        validWhen: "model.kind != 'transformer' or model.depth > 0",
        reason: "a transformer has at least one block")
    ]
  }

  /// The model that a request asks for.
  /// - Parameters:
  ///   - reader: The request's parameters.
  ///   - samples: What it is trained on.
  ///   - outputs: How many outputs samples ask for.
  /// - Returns: The model as it is looked at; ``Model/trained`` drops values out.
  /// - Throws: `kernel.data` where samples are of another shape than the model takes.
  func model(
    _ reader: ParameterReader, for samples: SuppliedSamples, outputs: Int
  ) throws(KernelError) -> any Model {
    let activation = reader.choice("model.activation", as: ActivationWord.self).activation
    switch reader.choice("model.kind", as: Kind.self) {
    case .network:
      let hidden = Array(
        repeating: reader.integer("model.width"), count: reader.integer("model.depth"))
      var network = MLP(
        sizes: [samples.inputCount] + hidden + [outputs], bias: reader.boolean("model.bias"),
        activation: activation)
      network.keep = hidden.map { _ in reader.real("dropout.keepHidden") }
      return network
    case .convolution:
      return try images(reader, samples, outputs, activation)
    case .transformer:
      return try transformer(reader, samples)
    }
  }

  private func images(
    _ reader: ParameterReader, _ samples: SuppliedSamples, _ outputs: Int, _ activation: Activation
  ) throws(KernelError) -> ConvolutionalNetwork {
    let shape = samples.inputShape.count == 2 ? [1] + samples.inputShape : samples.inputShape
    guard shape.count == 3 else {
      throw .data(
        "a convolutional network takes inputs (samples, channels, height, width), and a sample has"
          + " the shape \(samples.inputShape)",
        remedy: "Give images, or set model.kind to mlp.")
    }
    let count = reader.integer("model.convolutions")
    let hasPadding = reader.choice("model.padding", as: PaddingWord.self) == .zeros
    let hasPooling = reader.choice("model.pooling", as: PoolingWord.self) == .maximum
    let least = (hasPadding ? 0 : 2 * count) + (hasPooling ? 2 : 1)
    guard min(shape[1], shape[2]) >= max(least, 2), max(shape[1], shape[2]) <= 1024 else {
      throw .data(
        "images of \(shape[1]) x \(shape[2]) positions do not go through \(count) convolutions"
          + (hasPadding ? "" : " without padding") + (hasPooling ? " and a pooling" : "")
          + ", which need \(max(least, 2)) to 1024 rows and columns",
        remedy: "Set model.padding to zeros, choose fewer convolutions, or give other images.")
    }
    var model = ConvolutionalNetwork(
      channels: Array(repeating: reader.integer("model.channels"), count: count),
      height: shape[1], width: shape[2], classes: outputs, bias: reader.boolean("model.bias"),
      activation: activation)
    model.inputChannels = shape[0]
    model.padding = hasPadding ? .zeros : .none
    model.pooling = hasPooling ? .maximum : .none
    model.keep = reader.real("dropout.keepHidden")
    return model
  }

  private func transformer(
    _ reader: ParameterReader, _ samples: SuppliedSamples
  ) throws(KernelError) -> Transformer {
    guard samples.areWhole, samples.inputShape.count == 1 else {
      throw .data(
        "a transformer takes whole inputs (samples, tokens), I32 or I64, and they are"
          + " \(samples.areWhole ? "whole" : "real") numbers, \(samples.inputShape) a sample",
        remedy: "Give tokens, or set model.kind to mlp or convolution.")
    }
    let tokens = samples.inputCount
    let vocabulary = reader.integer("model.vocabulary")
    guard case .labels(let each, let labels) = samples.targets, each == 1 || each == tokens else {
      throw .data(
        "a transformer takes whole targets, one a sample or one for each of its \(tokens) tokens",
        remedy: "Give the tokens that follow as I32 or I64, or set model.kind to mlp.")
    }
    let (least, most) = (samples.inputs.min() ?? 0, samples.inputs.max() ?? 0)
    let greatest = max(Int(most), labels.max() ?? 0)
    guard least >= 0, greatest < vocabulary else {
      throw .data(
        "its tokens are from \(Int(least)) to \(greatest), and model.vocabulary is \(vocabulary)",
        remedy: "Count tokens from 0, and set model.vocabulary to \(greatest + 1) or more.")
    }
    var model = try Self.transformer.model(reader, tokens: tokens)
    model.judged = each == 1 && tokens > 1 ? .last : .all
    return model
  }
}

extension Model {
  /// The same model as it is trained: with values dropped out where it says so.
  var trained: any Model {
    switch self {
    case var model as MLP:
      model.isTraining = true
      return model
    case var model as ConvolutionalNetwork:
      model.isTraining = true
      return model
    case var model as Transformer:
      model.isTraining = true
      return model
    default: return self
    }
  }

  /// The pieces of the last layer.
  var headPieces: [String] {
    let names = parameters.map(\.name)
    let last = names.last.map { $0.split(separator: ".").dropLast().joined(separator: ".") }
    let layer = self is Transformer ? "head" : last ?? ""
    return names.filter { $0.hasPrefix(layer + ".") }
  }
}
