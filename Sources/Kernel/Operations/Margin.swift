import CKernel

extension Graph {
  /// Images without their outermost positions: out[n, (y, x), c] = a[n, (y + 1, x + 1), c].
  ///
  /// What is left of a convolution of three by three taps is where no tap fell outside the image: a
  /// convolution without padding. Shapes: a (n, H W, C), H and W at least three; out
  /// (n, (H - 2) (W - 2), C). Cost: n (H - 2) (W - 2) C copies. The derivative is zero in the margin.
  public mutating func withoutMargin(_ images: Node, height: Int, width: Int) -> Node {
    append(Margin(size: ImageSize(height: height, width: width), isAdded: false), [images])
  }

  /// Images with a margin of zeros around them, of the size that they then have: undoes
  /// ``withoutMargin(_:height:width:)``.
  fileprivate mutating func withMargin(_ images: Node, size: ImageSize) -> Node {
    append(Margin(size: size, isAdded: true), [images])
  }
}

/// Leaves out the outermost positions of images, or the adjoint, which adds zeros there.
struct Margin: Operation {
  /// The size with the margin.
  let size: ImageSize
  /// Whether the margin is added.
  let isAdded: Bool

  private var innerPositions: Int { (size.height - 2) * (size.width - 2) }

  func shape(of inputs: [Shape]) -> Shape {
    let images = inputs[0]
    precondition(
      size.height > 2 && size.width > 2, "an image without its margin has a position left")
    if isAdded {
      precondition(images.rows == innerPositions, "\(images) are images without their margin")
    } else {
      size.check(images)
    }
    return Shape(
      stack: images.stack, rows: isAdded ? size.positions : innerPositions,
      columns: images.columns)
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    [
      isAdded
        ? graph.withoutMargin(site.cotangent, height: size.height, width: size.width)
        : graph.withMargin(site.cotangent, size: size)
    ]
  }

  func lower(_ lowering: inout Lowering) {
    if isAdded { lowering.zero() }
    let channels = lowering.shape.columns
    let (outer, inner) = (size.width * channels, (size.width - 2) * channels)
    // The inner rows of one image lie at equal distances, those of neighbouring images do not.
    for image in 0..<lowering.shape.stack {
      let outerStart = image * size.positions * channels + outer + channels
      let innerStart = image * innerPositions * channels
      var step = lowering.draft(Int(kernel_operation_copy_rows))
      step.first = lowering.inputs[0].advanced(by: isAdded ? innerStart : outerStart)
      step.output = lowering.output.advanced(by: isAdded ? outerStart : innerStart)
      step.rows = size.height - 2
      step.columns = inner
      step.firstRowStride = isAdded ? inner : outer
      step.outputRowStride = isAdded ? outer : inner
      lowering.append(step)
    }
  }
}
