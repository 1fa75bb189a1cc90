/// Convolutions of three by three taps, a maximum pooling and a linear layer, for images of one
/// channel.
///
/// Pieces: `conv1.weight` (C, 9), `conv2.weight` (C', 9 C) and so on with their biases, columns by
/// row tap, column tap, channel; `fc.weight` (K, C' H/2 W/2), columns by channel, row, column, and
/// `fc.bias` (1, K). Files have a convolution's weight as (C', C, 3, 3).
public struct ConvolutionalNetwork: Hashable, Sendable, Model {
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
    self.activation = activation
  }

  /// Channels after the last convolution times positions after the pooling.
  private var features: Int { channels[channels.count - 1] * (height / 2) * (width / 2) }

  /// The convolutions, then the linear layer, each with weight and bias.
  public var parameters: [TensorLayout] {
    var layouts: [TensorLayout] = []
    for (layer, outputs) in channels.enumerated() {
      let shape = [outputs, layer == 0 ? 1 : channels[layer - 1], 3, 3]
      layouts.append(
        TensorLayout("conv\(layer + 1).weight", shape, extents: shape, axes: Self.channelsLast))
      if hasBias { layouts.append(TensorLayout("conv\(layer + 1).bias", [outputs])) }
    }
    layouts.append(TensorLayout("fc.weight", [classes, features]))
    if hasBias { layouts.append(TensorLayout("fc.bias", [classes])) }
    return layouts
  }

  /// The order of axes that has the channels last, from one that has them second.
  private static let channelsLast = [0, 2, 3, 1]

  /// The input `x` (n, 1, H, W).
  public func inputs(samples: Int) -> [ModelInput] {
    let shape = [samples, 1, height, width]
    return [ModelInput(TensorLayout("x", shape, extents: shape, axes: Self.channelsLast))]
  }

  /// (n, K).
  public func outputShape(samples: Int) -> [Int] { [samples, classes] }

  /// The logits for the input `x`.
  ///
  /// Shapes: x (n, H W, 1), out (n, K). Cost: 9 n H W times the products of neighbouring channels,
  /// and n K times the features, in multiply-adds.
  public func output(samples: Int, in graph: inout Graph) -> Node {
    let pieces = ParameterNodes(parameters, in: &graph)
    var images = graph.input("x", Shape(stack: samples, rows: height * width, columns: 1))
    for layer in 1...channels.count {
      images = graph.convolution(
        images, weight: pieces("conv\(layer).weight"), bias: pieces["conv\(layer).bias"],
        height: height, width: width, activation: activation)
    }
    let pooled = graph.maxPool2x2(images, height: height, width: width)
    return graph.linear(
      graph.imageRows(pooled), weight: pieces("fc.weight"), bias: pieces["fc.bias"])
  }
}
