/// Convolutions of three by three taps, a pooling and a linear layer, for images of one channel or
/// several.
///
/// Pieces: `conv1.weight` (C, 9), `conv2.weight` (C', 9 C) and so on with their biases, columns by
/// row tap, column tap, channel; `fc.weight` (K, C' P), P the positions that are left, columns by
/// channel, row, column, and `fc.bias` (1, K). Files have a convolution's weight as (C', C, 3, 3).
public struct ConvolutionalNetwork: Hashable, Sendable, Model {
  /// What a convolution's taps find outside an image.
  public enum Padding: Hashable, Sendable {
    /// Zeros, so that every position has an output.
    case zeros
    /// They never fall there: the output has no margin, two rows and two columns fewer.
    case none
  }
  /// What happens between the last convolution and the linear layer.
  public enum Pooling: Hashable, Sendable {
    /// The maximum of every window of two by two positions.
    case maximum
    /// Nothing.
    case none
  }
  /// The channels after each convolution.
  public let channels: [Int]
  /// H, the rows of an image.
  public let height: Int
  /// W, its columns.
  public let width: Int
  /// K.
  public let classes: Int
  /// Whether every layer has a bias.
  public let hasBias: Bool
  /// The function after each convolution.
  public let activation: Activation
  /// What taps find outside an image.
  public var padding = Padding.zeros
  /// What comes before the linear layer.
  public var pooling = Pooling.maximum
  /// Whether the linear layer has a bias; the convolutions' are by ``hasBias``.
  public var hasHeadBias: Bool
  /// The channels of an image.
  public var inputChannels = 1
  /// The probability with which each number that goes into the linear layer is kept in training.
  public var keep = 1.0
  /// Whether values are dropped out at all: a network that is looked at keeps all.
  public var isTraining = false
  /// Whether the nine pixels under the first convolution are less by the input `patchOffset` (9).
  public var hasPatchOffset = false

  /// Puts a network together.
  public init(
    channels: [Int], height: Int, width: Int, classes: Int, bias hasBias: Bool = true,
    activation: Activation
  ) {
    precondition(
      !channels.isEmpty && channels.allSatisfy { $0 > 0 } && height > 1 && width > 1 && classes > 0,
      "a convolutional network has channels, images of two by two at least, and classes")
    self.channels = channels
    self.height = height
    self.width = width
    self.classes = classes
    self.hasBias = hasBias
    hasHeadBias = hasBias
    self.activation = activation
  }

  /// The size of the images that go into a convolution, counted from 0, or come out of the last.
  private func size(layer: Int) -> ImageSize {
    let margin = padding == .none ? 2 * layer : 0
    return ImageSize(height: height - margin, width: width - margin)
  }

  /// Channels after the last convolution times positions after the pooling.
  private var features: Int {
    let size = size(layer: channels.count)
    let positions =
      pooling == .maximum ? (size.height / 2) * (size.width / 2) : size.positions
    return channels[channels.count - 1] * positions
  }

  /// The convolutions, then the linear layer, each with weight and bias.
  public var parameters: [TensorLayout] {
    var layouts: [TensorLayout] = []
    for (layer, outputs) in channels.enumerated() {
      let shape = [outputs, layer == 0 ? inputChannels : channels[layer - 1], 3, 3]
      layouts.append(
        TensorLayout("conv\(layer + 1).weight", shape, extents: shape, axes: Self.channelsLast))
      if hasBias { layouts.append(TensorLayout("conv\(layer + 1).bias", [outputs])) }
    }
    layouts.append(TensorLayout("fc.weight", [classes, features]))
    if hasHeadBias { layouts.append(TensorLayout("fc.bias", [classes])) }
    return layouts
  }

  /// The order of axes that has the channels last, from one that has them second.
  private static let channelsLast = [0, 2, 3, 1]

  /// The input `x` (n, C, H, W), and `patchOffset` (1, 9), by row tap and column tap, where there is
  /// one.
  public func inputs(samples: Int) -> [ModelInput] {
    let shape = [samples, inputChannels, height, width]
    let images = ModelInput(
      TensorLayout("x", shape, extents: shape, axes: Self.channelsLast))
    return hasPatchOffset
      ? [images, ModelInput(TensorLayout("patchOffset", [1, 9]), isShared: true)] : [images]
  }

  /// (n, K).
  public func outputShape(samples: Int) -> [Int] { [samples, classes] }

  /// The logits for the input `x`.
  ///
  /// Shapes: x (n, H W, C), out (n, K). Cost: 9 n H W times the products of neighbouring channels,
  /// and n K times the features, in multiply-adds.
  public func output(samples: Int, in graph: inout Graph) -> Node {
    let pieces = ParameterNodes(parameters, in: &graph)
    var images = graph.input(
      "x", Shape(stack: samples, rows: height * width, columns: inputChannels))
    for layer in channels.indices {
      let name = "conv\(layer + 1)"
      var bias = pieces["\(name).bias"]
      if layer == 0 && hasPatchOffset {
        bias = offsetBias(bias, weight: pieces("\(name).weight"), in: &graph)
      }
      images = convolution(
        of: images, weight: pieces("\(name).weight"), bias: bias, size: size(layer: layer),
        in: &graph)
    }
    let last = size(layer: channels.count)
    if pooling == .maximum {
      images = graph.maxPool2x2(images, height: last.height, width: last.width)
    }
    var features = graph.imageRows(images)
    if isTraining {
      features = graph.dropout(
        features, keep: keep, site: 0, counter: graph.dropoutCounter(), sharing: .perSample(rows: 1)
      )
    }
    return graph.linear(
      features, weight: pieces("fc.weight"), bias: pieces["fc.bias"])
  }

  private func convolution(
    of images: Node, weight: Node, bias: Node?, size: ImageSize, in graph: inout Graph
  ) -> Node {
    guard padding == .none else {
      return graph.convolution(
        images, weight: weight, bias: bias, height: size.height, width: size.width,
        activation: activation)
    }
    let whole = graph.convolution(
      images, weight: weight, bias: bias, height: size.height, width: size.width)
    return graph.activation(
      activation, of: graph.withoutMargin(whole, height: size.height, width: size.width))
  }

  /// The bias that has the effect of lessening every patch by o.
  ///
  /// With weights w and a patch p, w (p - o) + b = w p + (b - w o).
  private func offsetBias(_ bias: Node?, weight: Node, in graph: inout Graph) -> Node {
    let offset = graph.input("patchOffset", Shape(1, 9))
    let less = graph.product(offset, weight, transposeRight: true, scale: -1)
    return bias.map { graph.add($0, less) } ?? less
  }
}
