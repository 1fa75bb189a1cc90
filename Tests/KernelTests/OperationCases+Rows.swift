@testable import Kernel

extension OperationCase {
  /// Choices of rows and columns, what labels and positions are to a row, and layer normalisation.
  static let rowwise = choices + tiles + labels + normalisations

  /// Indices that count up to a bound again and again: each occurs several times.
  private static func indices(_ graph: inout Graph, _ count: Int, below bound: Int = 3) -> Node {
    var result = graph.constant(0, Shape(count, 1))
    for value in 1..<max(1, min(bound, count)) {
      let selection = RowSelection(
        start: value, stride: bound, count: (count - value + bound - 1) / bound)
      let part = graph.constant(Double(value), Shape(selection.count, 1))
      result = graph.add(result, graph.spread(part, by: selection, to: Shape(count, 1)))
    }
    return result
  }

  private static let choices: [OperationCase] = [
    OperationCase("embedding") { graph, extents in
      let table = graph.parameter("table", Shape(4, extents.columns))
      return graph.embedding(table: table, indices: indices(&graph, extents.rows))
    },
    OperationCase("scatter") { graph, extents in
      let rows = graph.parameter("a", Shape(extents.rows, extents.columns))
      return graph.scatter(rows, indices: indices(&graph, extents.rows), count: 4)
    },
    OperationCase("rows") { graph, extents in
      let tokens = graph.parameter("a", Shape(3 * extents.rows, extents.columns))
      return graph.rows(of: tokens, start: 2, stride: 3, count: extents.rows)
    },
    OperationCase("rows of a stack") { graph, extents in
      let shape = Shape(stack: 3, rows: extents.rows, columns: extents.columns)
      return graph.rows(
        of: graph.parameter("a", shape), start: 0, stride: extents.rows, count: 3)
    },
    OperationCase("spread rows") { graph, extents in
      let rows = graph.parameter("a", Shape(extents.rows, extents.columns))
      return graph.spread(
        rows, by: RowSelection(start: 1, stride: 3, count: extents.rows),
        to: Shape(3 * extents.rows, extents.columns))
    },
    OperationCase("columns") { graph, extents in
      let wide = graph.parameter("a", Shape(extents.rows, extents.columns + 5))
      return graph.columns(of: wide, 2..<(extents.columns + 2))
    },
    OperationCase("join columns") { graph, extents in
      let parts = [extents.columns, 3, 16].enumerated().map { index, columns in
        graph.parameter("part \(index)", Shape(extents.rows, columns))
      }
      return graph.joinColumns([parts[0], parts[1], parts[0], parts[2]])
    },
    OperationCase("spread columns") { graph, extents in
      let narrow = graph.parameter("a", Shape(extents.rows, extents.columns))
      return graph.spread(
        narrow, to: 3..<(extents.columns + 3), columns: extents.columns + 4)
    },
  ]

  private static let tiles: [OperationCase] = [
    OperationCase("tile") { graph, extents in
      graph.tile(graph.parameter("a", Shape(extents.rows, extents.columns)), times: 3)
    },
    OperationCase("sum of tiles") { graph, extents in
      let tokens = graph.parameter("a", Shape(3 * extents.rows, extents.columns))
      return graph.sumOfTiles(tokens, times: 3)
    },
    OperationCase("add to tiles") { graph, extents in
      let tokens = graph.parameter("a", Shape(3 * extents.rows, extents.columns))
      let positions = graph.parameter("p", Shape(extents.rows, extents.columns))
      return graph.addToTiles(tokens, positions)
    },
  ]

  private static let labels: [OperationCase] = [
    OperationCase("label cross-entropy") { graph, extents in
      let logits = graph.parameter("a", Shape(extents.rows, extents.columns))
      let labels = indices(&graph, extents.rows, below: extents.columns)
      return graph.labelCrossEntropy(logits, labels: labels)
    },
    OperationCase("backward of label cross-entropy") { graph, extents in
      let logits = graph.parameter("a", Shape(extents.rows, extents.columns))
      let cotangent = graph.parameter("c", Shape(extents.rows, 1))
      let labels = indices(&graph, extents.rows, below: extents.columns)
      return graph.labelCrossEntropyBackward(logits, labels: labels, cotangent: cotangent)
    },
  ]

  private static let normalisations: [OperationCase] =
    [(true, true), (true, false), (false, true), (false, false)].map { hasWeight, hasBias in
      let pieces = (hasWeight ? " with weight" : "") + (hasBias ? " with bias" : "")
      return OperationCase("layer norm\(pieces)") { graph, extents in
        let row = Shape(1, extents.columns)
        let x = graph.parameter("x", Shape(extents.rows, extents.columns))
        let weight = hasWeight ? graph.parameter("w", row) : nil
        let bias = hasBias ? graph.parameter("b", row) : nil
        return graph.layerNorm(x, weight: weight, bias: bias, epsilon: 0.01)
      }
    } + [
      OperationCase("row statistics") { graph, extents in
        let x = graph.parameter("x", Shape(extents.rows, extents.columns))
        return graph.append(RowStatistics(epsilon: 0.1), [x])
      },
      // The statistics are parameters of their own here: the rules hold for any.
      OperationCase("backward of layer norm") { graph, extents in
        let shape = Shape(extents.rows, extents.columns)
        let cotangent = graph.parameter("c", shape)
        let x = graph.parameter("x", shape)
        let statistics = graph.parameter("s", Shape(extents.rows, 2))
        let weight = graph.parameter("w", Shape(1, extents.columns))
        return graph.layerNormBackward(cotangent, x, statistics, weight: weight)
      },
      OperationCase("layer norm's parameters") { graph, extents in
        let shape = Shape(extents.rows, extents.columns)
        let cotangent = graph.parameter("c", shape)
        let x = graph.parameter("x", shape)
        let statistics = graph.parameter("s", Shape(extents.rows, 2))
        return graph.layerNormParameters(cotangent, x, statistics)
      },
    ]
}
