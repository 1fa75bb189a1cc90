extension Transformer {
  /// The logits for the input `x`.
  ///
  /// Shapes: x (n T, 1), rows being (sample, token); out (n, V) or (n T, V). Cost: n T times the
  /// weights of all blocks, n T^2 H (d_k + d_v) a block and d V a judged token, in multiply-adds.
  /// Where the last token alone is judged, the last block computes queries, projection and
  /// feed-forward for it alone.
  public func output(samples: Int, in graph: inout Graph) -> Node {
    let pieces = ParameterNodes(parameters, in: &graph)
    var stream = embedded(pieces, samples: samples, in: &graph)
    for layer in 0..<layers {
      let block = TransformerBlock(
        model: self, pieces: pieces, index: layer, samples: samples,
        lastTokenAlone: judged == .last && !computesAll && layer == layers - 1)
      stream = block.output(of: stream, in: &graph)
    }
    if judged == .last { stream = lastTokens(stream, samples: samples, in: &graph) }
    if normalizesEnd { stream = normalized(stream, "lnf", pieces, in: &graph) }
    guard head != .none else { return stream }
    return graph.linear(
      stream, weight: pieces(head == .tied ? "tok.weight" : "head.weight"),
      bias: pieces["head.bias"])
  }

  /// The stream of the last tokens between the two parts of a block, (n, d): what its attention has
  /// brought together for the input `x`.
  func fused(inBlock block: Int, samples: Int, in graph: inout Graph) -> Node {
    let pieces = ParameterNodes(parameters, in: &graph)
    var stream = embedded(pieces, samples: samples, in: &graph)
    for layer in 0..<block {
      stream = TransformerBlock(
        model: self, pieces: pieces, index: layer, samples: samples, lastTokenAlone: false
      ).output(of: stream, in: &graph)
    }
    return TransformerBlock(
      model: self, pieces: pieces, index: block, samples: samples, lastTokenAlone: true
    ).attended(stream, in: &graph)
  }

  /// The tokens of `x` with their positions, (n T, d).
  private func embedded(
    _ pieces: ParameterNodes, samples: Int, in graph: inout Graph
  ) -> Node {
    let indices = graph.input("x", Shape(samples * tokens, 1))
    let embedded = graph.embedding(table: pieces("tok.weight"), indices: indices)
    let stream =
      switch positions {
      case .learned: graph.addToTiles(embedded, pieces("pos.weight"))
      case .sinusoidal:
        graph.addToTiles(embedded, graph.input("positions", Shape(tokens, width)))
      case .none: embedded
      }
    return dropped(stream, at: .embedding, samples: samples, in: &graph)
  }

  /// The rows of the last tokens; a stream that has no others is left as it is.
  func lastTokens(_ stream: Node, samples: Int, in graph: inout Graph) -> Node {
    guard stream.shape.rows != samples else { return stream }
    return graph.rows(of: stream, start: tokens - 1, stride: tokens, count: samples)
  }

  /// A LayerNorm with its pieces.
  func normalized(
    _ stream: Node, _ name: String, _ pieces: ParameterNodes, in graph: inout Graph
  ) -> Node {
    graph.layerNorm(
      stream, weight: pieces("\(name).weight"), bias: pieces["\(name).bias"], epsilon: epsilon)
  }
}

/// One block of a transformer in a graph.
private struct TransformerBlock {
  let model: Transformer
  let pieces: ParameterNodes
  let index: Int
  let samples: Int
  /// Whether the output is that of the last tokens alone: (n, d) instead of (n T, d).
  let lastTokenAlone: Bool
  private var name: String { "blocks.\(index)" }

  private var isBefore: Bool { model.normalization == .before }

  func output(of stream: Node, in graph: inout Graph) -> Node {
    var kept = attended(stream, in: &graph)
    guard model.hasFeedForward else { return kept }
    let fed = isBefore ? normalized(kept, "ln2", in: &graph) : kept
    let hidden = graph.linear(
      fed, weight: pieces("\(name).ff1.weight"), bias: pieces["\(name).ff1.bias"],
      activation: model.activation)
    kept = graph.add(kept, dropped(linear(hidden, "ff2", in: &graph), part: 2, in: &graph))
    return model.normalization == .after ? normalized(kept, "ln2", in: &graph) : kept
  }

  /// The stream after the attention.
  func attended(_ stream: Node, in graph: inout Graph) -> Node {
    let looked = isBefore ? normalized(stream, "ln1", in: &graph) : stream
    var kept = lastTokenAlone ? model.lastTokens(stream, samples: samples, in: &graph) : stream
    kept = graph.add(kept, dropped(attention(of: looked, in: &graph), part: 1, in: &graph))
    return model.normalization == .after ? normalized(kept, "ln1", in: &graph) : kept
  }

  private func normalized(_ stream: Node, _ part: String, in graph: inout Graph) -> Node {
    model.normalized(stream, "\(name).\(part)", pieces, in: &graph)
  }

  private func dropped(_ branch: Node, part: Int, in graph: inout Graph) -> Node {
    model.dropped(branch, at: .residual(block: index, part: part), samples: samples, in: &graph)
  }

  private func linear(_ input: Node, _ part: String, in graph: inout Graph) -> Node {
    graph.linear(
      input, weight: pieces("\(name).\(part).weight"), bias: pieces["\(name).\(part).bias"])
  }

  private func attention(of stream: Node, in graph: inout Graph) -> Node {
    var form = AttentionForm(
      samples: samples, tokens: model.tokens, queryTokens: lastTokenAlone ? 1 : nil,
      heads: model.heads, keyDimension: model.keyWidth, valueDimension: model.valueWidth,
      mask: model.mask, kind: model.attention)
    form.dropout = model.attentionDropout(block: index)
    if model.hasFixedMatrices { return attentionWithMatrices(of: stream, form, in: &graph) }
    guard lastTokenAlone else {
      return projected(graph.attention(qkv: linear(stream, "qkv", in: &graph), form), in: &graph)
    }
    let (_, queries, keysAndValues) = apart(stream, form, in: &graph)
    return projected(
      graph.attention(queries: queries, keysAndValues: keysAndValues, form), in: &graph)
  }

  /// The weighed values of all heads through the projection, if there is one.
  private func projected(_ mixed: Node, in graph: inout Graph) -> Node {
    model.hasProjection ? linear(mixed, "proj", in: &graph) : mixed
  }

  /// The rows that look, their queries, and keys and values of all rows.
  private func apart(
    _ stream: Node, _ form: AttentionForm, in graph: inout Graph
  ) -> (rows: Node, queries: Node, keysAndValues: Node) {
    let weight = pieces("\(name).qkv.weight")
    let bias = pieces["\(name).qkv.bias"]
    let (split, end) = (form.keyColumns, weight.shape.rows)
    let rows =
      lastTokenAlone ? model.lastTokens(stream, samples: samples, in: &graph) : stream
    let queries = graph.linear(
      rows, weight: graph.rows(of: weight, start: 0, stride: 1, count: split),
      bias: bias.map { graph.columns(of: $0, 0..<split) })
    let keysAndValues = graph.linear(
      stream, weight: graph.rows(of: weight, start: split, stride: 1, count: end - split),
      bias: bias.map { graph.columns(of: $0, split..<end) })
    return (rows, queries, keysAndValues)
  }

  private func attentionWithMatrices(
    of stream: Node, _ form: AttentionForm, in graph: inout Graph
  ) -> Node {
    let matrices = FixedMatrices(block: index, width: model.width, pieces, in: &graph)
    let (rows, queries, keysAndValues) = apart(stream, form, in: &graph)
    let mixed = graph.attention(
      queries: matrices.queries(queries, of: rows, in: &graph),
      keysAndValues: matrices.keysAndValues(keysAndValues, of: stream, form: form, in: &graph),
      matrices.widened(form, by: model.width))
    let (trained, fixed) = matrices.parts(of: mixed, form: form, in: &graph)
    return graph.add(projected(trained, in: &graph), fixed)
  }
}
