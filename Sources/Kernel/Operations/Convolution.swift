import CKernel

extension Graph {
  /// A convolution of three by three taps with its activation: out = act(x * W + b).
  ///
  /// out[n, p, o] = act(sum over taps t and channels c of x[n, p + t, c] W[o, t, c] + b[o]), in steps
  /// of one position, with zeros around the image and without turning the weight round, as PyTorch
  /// does it. Shapes: x (n, H W, C), position y W + x; W (O, 9 C), its columns ordered by row tap,
  /// column tap, channel (``ConvolutionWeight`` converts); b (1, O) or none; out (n, H W, O). Every
  /// element is summed in the order of W's columns, whatever the numeric profile. Cost: 9 n H W C O
  /// multiply-adds.
  public mutating func convolution(
    _ images: Node, weight: Node, bias: Node? = nil, height: Int, width: Int,
    activation: Activation = .identity
  ) -> Node {
    let size = ImageSize(height: height, width: width)
    guard activation == .identity || activation == .relu else {
      let value = convolution(images, weight: weight, bias: bias, height: height, width: width)
      return self.activation(activation, of: value)
    }
    let operation = Convolution(
      size: size, hasBias: bias != nil, isRectified: activation == .relu)
    return append(operation, [images, weight] + (bias.map { [$0] } ?? []))
  }

  /// The derivative of a convolution with respect to its weight:
  /// out[o, t, c] = sum over n and p of x[n, p + t, c] g[n, p, o].
  ///
  /// Shapes: x (n, H W, C), g (n, H W, O), out (O, 9 C). Bands of max(1, 128 / W) rows of an image
  /// are summed by themselves and then added, all in order. Cost: 9 n H W C O multiply-adds.
  mutating func convolutionWeights(_ images: Node, _ cotangent: Node, size: ImageSize) -> Node {
    append(ConvolutionWeights(size: size), [images, cotangent])
  }

  /// The weight of the convolution that is the adjoint: out[c, -t, o] = W[o, t, c].
  ///
  /// Shapes: W (O, 9 C), out (C, 9 O). Its own adjoint and inverse. Cost: 9 C O copies.
  mutating func flipTaps(_ weight: Node) -> Node { append(FlipTaps(), [weight]) }
}

/// The extents of an image.
struct ImageSize: Hashable, Sendable {
  /// Rows of positions.
  let height: Int
  /// Positions of a row.
  let width: Int

  /// Positions.
  var positions: Int { height * width }

  /// Stops the program when images of this size have another shape.
  func check(_ shape: Shape) {
    precondition(
      height > 0 && width > 0 && shape.rows == positions,
      "images of \(height) x \(width) positions have as many rows, and \(shape) has not")
  }

  /// A step on images of this size: `columns` channels come out, `depth` go in.
  func draft(_ operation: Int, _ lowering: Lowering, columns: Int, depth: Int = 0) -> StepDraft {
    var step = lowering.draft(operation)
    step.first = lowering.inputs[0]
    if lowering.inputs.count > 1 { step.second = lowering.inputs[1] }
    step.rows = lowering.inputShapes[0].stack
    step.columns = columns
    step.depth = depth
    step.firstRowStride = height
    step.firstColumnStride = width
    return step
  }

  /// Elements of an image with a border of zeros.
  func borderedCount(channels: Int) -> Int { (height + 2) * (width + 2) * channels }
}

/// out = x * W, + b, and max(., 0) where it is rectified.
struct Convolution: Operation {
  let size: ImageSize
  let hasBias: Bool
  var isRectified: Bool
  /// What a planner joined to it; the derivative rules never meet it.
  var epilogue = Epilogue.none

  func shape(of inputs: [Shape]) -> Shape {
    let (images, weight) = (inputs[0], inputs[1])
    size.check(images)
    precondition(
      weight.stack == 1 && weight.columns == 9 * images.columns,
      "a convolution's weight has nine times as many columns as \(images) has, unlike \(weight)")
    if hasBias {
      precondition(
        inputs[2] == Shape(1, weight.rows), "a bias of \(inputs[2]) does not fit \(weight)")
    }
    return Shape(stack: images.stack, rows: images.rows, columns: weight.rows)
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    let (images, weight) = (site.inputs[0], site.inputs[1])
    let delta =
      isRectified ? graph.reluBackward(site.cotangent, output: site.output) : site.cotangent
    var result: [Node?] = [nil, nil]
    if site.wanted[0] {
      result[0] = graph.convolution(
        delta, weight: graph.flipTaps(weight), height: size.height, width: size.width)
    }
    if site.wanted[1] { result[1] = graph.convolutionWeights(images, delta, size: size) }
    if hasBias { result.append(site.wanted[2] ? graph.sum(delta, over: .rows) : nil) }
    return result
  }

  func lower(_ lowering: inout Lowering) {
    let (images, outputs) = (lowering.inputShapes[0], lowering.shape.columns)
    let channels = images.columns
    var step = size.draft(
      Int(kernel_operation_convolution), lowering, columns: outputs, depth: channels)
    if hasBias { step.secondOutput = lowering.inputs[2] }
    step.epilogue = isRectified ? .relu : epilogue
    if epilogue != .none { step.third = lowering.inputs[hasBias ? 3 : 2] }
    step.scratch = lowering.scratch(
      9 * channels * outputs.roundedUpToLanes + size.borderedCount(channels: channels))
    lowering.append(step)
  }
}

/// out[o, t, c] = sum over n and p of x[n, p + t, c] g[n, p, o].
struct ConvolutionWeights: Operation {
  let size: ImageSize

  func shape(of inputs: [Shape]) -> Shape {
    let (images, cotangent) = (inputs[0], inputs[1])
    size.check(images)
    precondition(
      images.stack == cotangent.stack && images.rows == cotangent.rows,
      "the images \(images) and the cotangents \(cotangent) are as many")
    return Shape(cotangent.columns, 9 * images.columns)
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    let (images, outputs) = (site.inputs[0], site.inputs[1])
    var result: [Node?] = [nil, nil]
    if site.wanted[0] {
      result[0] = graph.convolution(
        outputs, weight: graph.flipTaps(site.cotangent), height: size.height, width: size.width)
    }
    if site.wanted[1] {
      result[1] = graph.convolution(
        images, weight: site.cotangent, height: size.height, width: size.width)
    }
    return result
  }

  func lower(_ lowering: inout Lowering) {
    let (channels, outputs) = (lowering.inputShapes[0].columns, lowering.inputShapes[1].columns)
    var step = size.draft(
      Int(kernel_operation_convolution_weights), lowering, columns: outputs, depth: channels)
    let lanes = outputs.roundedUpToLanes
    step.scratch = lowering.scratch(
      9 * channels * lanes + size.borderedCount(channels: channels).roundedUpToLanes
        + (lanes == outputs ? 0 : size.positions * lanes))
    lowering.append(step)
  }
}

/// out[c, -t, o] = W[o, t, c].
struct FlipTaps: Operation {
  func shape(of inputs: [Shape]) -> Shape {
    precondition(
      inputs[0].stack == 1 && inputs[0].columns % 9 == 0,
      "a convolution's weight has nine taps a channel, unlike \(inputs[0])")
    return Shape(inputs[0].columns / 9, 9 * inputs[0].rows)
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    [graph.flipTaps(site.cotangent)]
  }

  func lower(_ lowering: inout Lowering) {
    var step = lowering.draft(Int(kernel_operation_flip_taps))
    step.first = lowering.inputs[0]
    step.rows = lowering.inputShapes[0].rows
    step.columns = lowering.inputShapes[0].columns / 9
    lowering.append(step)
  }
}

extension Int {
  /// The next multiple of the sixteen lanes.
  var roundedUpToLanes: Int { (self + 15) / 16 * 16 }
}

extension Convolution: EpilogueHolder {
  func joining(_ epilogue: Epilogue) -> (any Operation)? {
    guard !isRectified, self.epilogue == .none else { return nil }
    var joined = self
    if epilogue == .relu {
      joined.isRectified = true
      return joined
    }
    guard epilogue.isStored else { return nil }
    joined.epilogue = epilogue
    return joined
  }
}

extension Epilogue {
  /// Whether a loop that is no matrix product can apply it while it stores.
  var isStored: Bool {
    self == .reluBackward || self == .tanhBackward || self == .sigmoidBackward
  }
}
