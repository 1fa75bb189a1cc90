/// What becomes of the scores before they weigh the values.
public enum AttentionKind: String, Hashable, Sendable, CaseIterable {
  /// The softmax over the positions that are seen.
  case softmax
  /// The scores themselves: a linear transformer.
  case linear
}

/// Dropout of the weights of attention, with a mask for every sample.
public struct AttentionDropout: Hashable, Sendable {
  /// The probability with which a weight is kept, above 0 and up to 1.
  public var keep: Double
  /// The place in the model, as in ``Graph/dropout(_:keep:site:counter:sharing:)``.
  public var site: UInt32

  /// Describes a dropout.
  public init(keep: Double, site: UInt32) {
    self.keep = keep
    self.site = site
  }
}

/// The extents of an attention layer.
public struct AttentionForm: Hashable, Sendable {
  /// How many samples.
  public var samples: Int
  /// Positions of each that are looked at.
  public var tokens: Int
  /// Positions of each that look: the last ones of the sample.
  public var queryTokens: Int
  /// How many heads.
  public var heads: Int
  /// Columns of a head's queries and keys, d_k.
  public var keyDimension: Int
  /// Columns of a head's values, d_v.
  public var valueDimension: Int
  /// Which positions a position sees.
  public var mask: AttentionMask
  /// What becomes of the scores.
  public var kind: AttentionKind
  /// The factor of the scores.
  public var scale: Double
  /// What is dropped of the weights before they weigh the values.
  public var dropout: AttentionDropout?

  /// Describes an attention layer.
  /// - Parameters:
  ///   - samples: How many samples.
  ///   - tokens: Positions of each that are looked at.
  ///   - queryTokens: Positions of each that look, the last ones; `nil` for all.
  ///   - heads: How many heads.
  ///   - keyDimension: Columns of a head's queries and keys, d_k.
  ///   - valueDimension: Columns of a head's values; `nil` for d_k.
  ///   - mask: Which positions a position sees.
  ///   - kind: What becomes of the scores.
  ///   - scale: The factor of the scores; `nil` for 1 / sqrt(d_k).
  public init(
    samples: Int, tokens: Int, queryTokens: Int? = nil, heads: Int, keyDimension: Int,
    valueDimension: Int? = nil, mask: AttentionMask = .causal, kind: AttentionKind = .softmax,
    scale: Double? = nil
  ) {
    self.samples = samples
    self.tokens = tokens
    self.queryTokens = queryTokens ?? tokens
    self.heads = heads
    self.keyDimension = keyDimension
    self.valueDimension = valueDimension ?? keyDimension
    self.mask = mask
    self.kind = kind
    self.scale = scale ?? 1 / Double(keyDimension).squareRoot()
    precondition(
      (1...tokens).contains(self.queryTokens), "the positions that look are among the tokens")
  }

  /// Columns of all heads' queries, or of all their keys.
  public var keyColumns: Int { heads * keyDimension }
  /// Columns of all heads' values, and of the output.
  public var valueColumns: Int { heads * valueDimension }
  /// The shape of the weights: one matrix a sample and head.
  public var weightsShape: Shape {
    Shape(stack: samples * heads, rows: queryTokens, columns: tokens)
  }

  /// The same without dropout.
  var keepingAll: AttentionForm {
    var form = self
    form.dropout = nil
    return form
  }

  /// The dropout of the weights; `nil` where there is none.
  var weightsDropout: Dropout? {
    guard let dropout, dropout.keep < 1 else { return nil }
    return Dropout(
      keep: dropout.keep, site: dropout.site,
      rows: queryTokens == tokens
        ? DropoutRows(.perSample(rows: heads * tokens))
        : DropoutRows(last: queryTokens, ofEvery: tokens, rowsPerSample: heads * tokens))
  }
}

extension Graph {
  /// Attention: every position's output is the sum of the values of the positions that it sees, with
  /// the softmax of its scaled scores as weights.
  ///
  ///     S[b, h, t, u] = scale sum over k of Q[b, h, t, k] K[b, h, u, k]
  ///     P[b, h, t, :] = softmax of S[b, h, t, :] over the u that t sees, 0 elsewhere
  ///     out[b, h, t, d] = sum over u of P[b, h, t, u] V[b, h, u, d]
  ///
  /// Shapes: qkv (B T, 2 H d_k + H d_v), the queries of all heads, then their keys, then their
  /// values; rows are (sample, token); out (B T, H d_v). With the kind `linear`, P is S with zeros
  /// where the mask hides. Masked weights are exactly zero, in value and derivative. With dropout the
  /// elements of P are dropped before they weigh the values, by the input of ``dropoutCounter()``; the
  /// row of an element's mask is ((b H + h) T + t). Cost: at most
  /// B H T^2 (d_k + d_v) multiply-adds, about half of them with a causal mask, and twice that
  /// backwards. Source: Vaswani and others, arXiv 1706.03762.
  public mutating func attention(qkv: Node, _ form: AttentionForm) -> Node {
    fusedAttention([qkv], form)
  }

  /// Attention of the last positions of every sample alone, for a loss that needs no others.
  ///
  /// As ``attention(qkv:_:)``, from two token tensors. Shapes, with T' = `form.queryTokens`: queries
  /// (B T', H d_k), keys and values (B T, H d_k + H d_v), out (B T', H d_v).
  public mutating func attention(
    queries: Node, keysAndValues: Node, _ form: AttentionForm
  ) -> Node {
    fusedAttention([queries, keysAndValues], form)
  }

  /// The weights P of ``attention(qkv:_:)``, one matrix a sample and head: (B H, T, T); before dropout.
  public mutating func attentionWeights(qkv: Node, _ form: AttentionForm) -> Node {
    append(AttentionWeights(form: form.keepingAll), [qkv])
  }

  /// Attention made of stacked products and a masked softmax, with copies of the heads: what the
  /// fused operations are checked against, and what their second derivatives are made of.
  /// - Parameters:
  ///   - sources: The token tensor of queries, keys and values, or that of the queries and that of
  ///     the keys and values.
  ///   - form: The layer's extents.
  /// - Returns: The output, (B T', H d_v).
  public mutating func plainAttention(_ sources: [Node], _ form: AttentionForm) -> Node {
    let weights = droppedWeights(plainAttentionWeights(sources, form), form)
    let layout = AttentionLayout(form, sources.map(\.shape))
    let values = splitHeads(
      sources[layout.keySource], samples: form.samples, heads: form.heads,
      width: form.valueDimension, start: layout.valueStart)
    return mergeHeads(stackedProduct(weights, values), heads: form.heads)
  }

  /// The weights after dropout.
  mutating func droppedWeights(_ weights: Node, _ form: AttentionForm) -> Node {
    guard let dropout = form.weightsDropout else { return weights }
    return self.dropout(weights, dropout, counter: dropoutCounter())
  }

  /// The weights of ``plainAttention(_:_:)`` before dropout.
  mutating func plainAttentionWeights(_ sources: [Node], _ form: AttentionForm) -> Node {
    let layout = AttentionLayout(form, sources.map(\.shape))
    let queries = splitHeads(
      sources[0], samples: form.samples, heads: form.heads, width: form.keyDimension)
    let keys = splitHeads(
      sources[layout.keySource], samples: form.samples, heads: form.heads,
      width: form.keyDimension, start: layout.keyStart)
    let scores = stackedProduct(queries, keys, transposeRight: true, scale: form.scale)
    return switch form.kind {
    case .softmax: maskedSoftmax(scores, mask: form.mask)
    case .linear: masked(scores, mask: form.mask)
    }
  }
}

/// Where queries, keys and values lie: in one token tensor, or the queries in one of their own.
struct AttentionLayout {
  /// The operand that holds keys and values; the queries are in the first.
  let keySource: Int
  /// The first column of the keys.
  let keyStart: Int
  /// The first column of the values.
  let valueStart: Int

  /// Reads the layout from the operands; stops the program where they do not fit the form.
  init(_ form: AttentionForm, _ sources: some Collection<Shape>) {
    let sources = Array(sources)
    let (queryRows, rows) = (form.samples * form.queryTokens, form.samples * form.tokens)
    let (keys, values) = (form.keyColumns, form.valueColumns)
    let expected =
      sources.count == 1
      ? [Shape(rows, 2 * keys + values)] : [Shape(queryRows, keys), Shape(rows, keys + values)]
    precondition(
      sources == expected && (sources.count == 2 || form.queryTokens == form.tokens),
      "attention of \(form) reads \(expected), not \(sources)")
    keySource = sources.count - 1
    keyStart = sources.count == 1 ? keys : 0
    valueStart = keyStart + keys
  }
}
