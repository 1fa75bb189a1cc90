@testable import Kernel

extension OperationCase {
  /// Stacks of matrices, heads, masks, and attention made of them or fused.
  static let attention: [OperationCase] =
    stackedProducts + [
      OperationCase("split heads") { graph, extents in
        let a = graph.parameter("a", Shape(2 * extents.rows, 3 + 2 * extents.columns))
        return graph.splitHeads(a, samples: 2, heads: 2, width: extents.columns, start: 1)
      },
      OperationCase("merge heads") { graph, extents in
        let a = graph.parameter(
          "a", Shape(stack: 4, rows: extents.rows, columns: extents.columns))
        return graph.mergeHeads(a, heads: 2)
      },
      OperationCase("merge heads into more columns") { graph, extents in
        let a = graph.parameter(
          "a", Shape(stack: 4, rows: extents.rows, columns: extents.columns))
        return graph.mergeHeads(a, heads: 2, start: 1, columns: 3 + 2 * extents.columns)
      },
      scores("causal softmax") { $0.maskedSoftmax($1, mask: .causal) },
      scores("causal mask") { $0.masked($1, mask: .causal) },
      attention("causal attention") { _ in },
      attention("attention of two heads") { form in
        form.heads = 2
        form.valueDimension = 3
        form.mask = .full
      },
      attention("linear attention") { $0.kind = .linear },
      attention("attention of the last positions") { form in
        form.samples = 2
        form.queryTokens = (form.tokens + 1) / 2
      },
      OperationCase("attention weights") { graph, extents in
        let form = AttentionForm(
          samples: 1, tokens: extents.rows, heads: 1, keyDimension: extents.columns)
        let qkv = graph.parameter("qkv", Shape(extents.rows, 3 * extents.columns))
        return graph.attentionWeights(qkv: qkv, form)
      },
    ]

  private static let stackedProducts: [OperationCase] =
    [(false, false), (false, true), (true, false), (true, true)].map { left, right in
      OperationCase("stacked product \(left ? "T" : "N")\(right ? "T" : "N")") { graph, extents in
        let (rows, columns, depth) = (extents.rows, extents.columns, 3)
        let a = graph.parameter(
          "a", Shape(stack: 3, rows: left ? depth : rows, columns: left ? rows : depth))
        let b = graph.parameter(
          "b", Shape(stack: 3, rows: right ? columns : depth, columns: right ? depth : columns))
        return graph.stackedProduct(a, b, transposeLeft: left, transposeRight: right, scale: 0.3)
      }
    }

  private static func scores(
    _ name: String, _ function: @escaping @Sendable (inout Graph, Node) -> Node
  ) -> OperationCase {
    OperationCase(name) { graph, extents in
      let shape = Shape(
        stack: 2, rows: min(extents.rows, extents.columns), columns: extents.columns)
      return function(&graph, graph.parameter("a", shape))
    }
  }

  private static func attention(
    _ name: String, _ change: @escaping @Sendable (inout AttentionForm) -> Void
  ) -> OperationCase {
    OperationCase(name) { graph, extents in
      var form = AttentionForm(
        samples: 1, tokens: extents.rows, heads: 1, keyDimension: extents.columns)
      change(&form)
      return AttentionFixture.attention(of: form, in: &graph)
    }
  }
}

/// Attention of parameters.
enum AttentionFixture {
  /// The token tensors that a form reads.
  static func sources(of form: AttentionForm, in graph: inout Graph) -> [Node] {
    let (keys, values) = (form.keyColumns, form.valueColumns)
    let rows = form.samples * form.tokens
    if form.queryTokens == form.tokens {
      return [graph.parameter("qkv", Shape(rows, 2 * keys + values))]
    }
    return [
      graph.parameter("q", Shape(form.samples * form.queryTokens, keys)),
      graph.parameter("kv", Shape(rows, keys + values)),
    ]
  }

  /// The output.
  static func attention(of form: AttentionForm, in graph: inout Graph) -> Node {
    let sources = sources(of: form, in: &graph)
    return sources.count == 1
      ? graph.attention(qkv: sources[0], form)
      : graph.attention(queries: sources[0], keysAndValues: sources[1], form)
  }
}
