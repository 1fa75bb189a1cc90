@testable import Kernel

extension OperationCase {
  /// Dropout with masks of their own and shared ones, of all rows and of some.
  static let dropouts: [OperationCase] = [
    dropout("dropout", .perSample(rows: 1)),
    dropout("dropout of few", .perSample(rows: 1), keep: 0.03),
    dropout("dropout with one row for all samples", .acrossBatch(rows: 1)),
    OperationCase("dropout with a mask for all samples") { graph, extents in
      let a = graph.parameter("a", Shape(3 * extents.rows, extents.columns))
      return graph.dropout(
        a, keep: 0.7, site: 2, counter: graph.dropoutCounter(),
        sharing: .acrossBatch(rows: extents.rows))
    },
    OperationCase("dropout of a stack") { graph, extents in
      let a = graph.parameter(
        "a", Shape(stack: 2, rows: extents.rows, columns: extents.columns))
      return graph.dropout(
        a, keep: 0.7, site: 2, counter: graph.dropoutCounter(),
        sharing: .perSample(rows: extents.rows))
    },
    OperationCase("dropout of chosen rows") { graph, extents in
      let a = graph.parameter("a", Shape(3 * extents.rows, extents.columns))
      let dropped = graph.dropout(
        a, keep: 0.7, site: 2, counter: graph.dropoutCounter(), sharing: .perSample(rows: 3))
      return graph.prunedRows(of: dropped, start: 2, stride: 3, count: extents.rows)
    },
    OperationCase("a sum with dropout") { graph, extents in
      let shape = Shape(extents.rows, extents.columns)
      let stream = graph.parameter("a", shape)
      let branch = graph.dropout(
        graph.square(graph.parameter("b", shape)), keep: 0.7, site: 2,
        counter: graph.dropoutCounter(), sharing: .perSample(rows: 1))
      return graph.add(stream, branch)
    },
    attention("attention with dropout") { _ in },
    attention("attention of two heads with dropout") { form in
      form.heads = 2
      form.valueDimension = 3
      form.mask = .full
    },
    attention("linear attention with dropout") { $0.kind = .linear },
    attention("attention of the last positions with dropout") { form in
      form.samples = 2
      form.queryTokens = (form.tokens + 1) / 2
    },
  ]

  private static func dropout(
    _ name: String, _ sharing: DropoutSharing, keep: Double = 0.7
  ) -> OperationCase {
    OperationCase(name) { graph, extents in
      let a = graph.parameter("a", Shape(extents.rows, extents.columns))
      return graph.dropout(
        a, keep: keep, site: 2, counter: graph.dropoutCounter(), sharing: sharing)
    }
  }

  private static func attention(
    _ name: String, _ change: @escaping @Sendable (inout AttentionForm) -> Void
  ) -> OperationCase {
    OperationCase(name) { graph, extents in
      var form = AttentionForm(
        samples: 1, tokens: extents.rows, heads: 1, keyDimension: extents.columns)
      change(&form)
      form.dropout = AttentionDropout(keep: 0.7, site: 2)
      return AttentionFixture.attention(of: form, in: &graph)
    }
  }
}
