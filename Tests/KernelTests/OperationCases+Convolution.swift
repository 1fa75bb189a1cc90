@testable import Kernel

/// Convolution, pooling and sums over groups for the tests that run over all operations: two images
/// of three or five columns of positions, as many rows of positions as the extents say or one more,
/// and the extents' columns as channels.
extension OperationCase {
  static let convolutions: [OperationCase] =
    [Activation.identity, .relu, .tanh].map { activation in
      convolution("convolution to channels with \(activation)", activation) { (2, $0.columns) }
    } + [
      convolution("convolution of channels", .identity) { ($0.columns, 3) },
      OperationCase("convolution without a bias") { graph, extents in
        let x = graph.parameter("x", Shape(extents.rows, extents.columns))
        let weight = graph.parameter("w", Shape(2, 9 * extents.columns))
        return graph.convolution(x, weight: weight, height: 1, width: extents.rows)
      },
      OperationCase("derivative by a convolution's weight") { graph, extents in
        let size = ImageSize(height: extents.rows, width: 3)
        let x = graph.parameter("x", size.shape(2))
        let g = graph.parameter("g", size.shape(extents.columns))
        return graph.convolutionWeights(x, g, size: size)
      },
      OperationCase("turned taps") { graph, extents in
        graph.flipTaps(graph.parameter("w", Shape(extents.rows, 9 * extents.columns)))
      },
    ]

  static let poolings: [OperationCase] = [
    pooling("maximum of windows") { $0.maxPool2x2($1, height: $2.height, width: $2.width) },
    pooling("mean of windows") { $0.meanPool2x2($1, height: $2.height, width: $2.width) },
    pooling("rectified maximum of windows") { graph, x, size in
      graph.maxPool2x2(graph.relu(x), height: size.height, width: size.width)
    },
    pooling("images without their margin") { graph, x, size in
      let larger = ImageSize(height: size.height + 2, width: size.width + 2)
      let around = graph.parameter("around", larger.shape(x.shape.columns))
      let inner = graph.withoutMargin(around, height: larger.height, width: larger.width)
      return graph.multiply(x, inner)
    },
    pooling("images as rows") { graph, x, _ in graph.imageRows(x) },
    pooling("images from rows") { graph, x, size in
      let squares = graph.square(graph.imageRows(x))
      return graph.images(fromRows: squares, positions: size.positions)
    },
    OperationCase("sum over groups") { graph, extents in
      let a = graph.parameter(
        "a", Shape(stack: 2, rows: 3 * extents.rows, columns: 2 * extents.columns))
      return graph.sumGroups(a, rows: 3, columns: extents.columns, scale: 0.25)
    },
    OperationCase("patch layer") { graph, extents in
      let x = graph.parameter("x", Shape(2 * extents.rows, 3))
      let filters = graph.parameter("filters", Shape(2 * extents.columns, 3))
      let bias = graph.parameter("bias", Shape(1, 2 * extents.columns))
      return graph.patchLayer(
        x, filters: filters, bias: bias, patchesPerSample: 2, classes: 2, activation: .relu)
    },
  ]

  private static func convolution(
    _ name: String, _ activation: Activation,
    _ channels: @escaping @Sendable (Extents) -> (inputs: Int, outputs: Int)
  ) -> OperationCase {
    OperationCase(name, draws: -0.7...0.7) { graph, extents in
      let size = ImageSize(height: extents.rows, width: 3)
      let (inputs, outputs) = channels(extents)
      let x = graph.parameter("x", size.shape(inputs))
      let weight = graph.parameter("w", Shape(outputs, 9 * inputs))
      let bias = graph.parameter("b", Shape(1, outputs))
      return graph.convolution(
        x, weight: weight, bias: bias, height: size.height, width: size.width,
        activation: activation)
    }
  }

  private static func pooling(
    _ name: String, _ function: @escaping @Sendable (inout Graph, Node, ImageSize) -> Node
  ) -> OperationCase {
    OperationCase(name) { graph, extents in
      let size = ImageSize(height: extents.rows + 1, width: 5)
      return function(&graph, graph.parameter("x", size.shape(extents.columns)), size)
    }
  }
}

extension ImageSize {
  /// Two images of this size.
  func shape(_ channels: Int) -> Shape {
    Shape(stack: 2, rows: positions, columns: channels)
  }
}
