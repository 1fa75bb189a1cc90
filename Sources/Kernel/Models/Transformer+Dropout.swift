extension Transformer {
  /// The probabilities with which values are kept while a network is trained; 1 drops nothing.
  public struct Keep: Hashable, Sendable {
    /// Of the sum of tokens and positions.
    public var embedding: Double
    /// Of the weights of attention.
    public var attention: Double
    /// Of what a part of a block adds to the stream.
    public var residual: Double

    /// One probability for each place.
    public init(embedding: Double = 1, attention: Double = 1, residual: Double = 1) {
      self.embedding = embedding
      self.attention = attention
      self.residual = residual
    }

    /// The same probability everywhere.
    public init(everywhere keep: Double) {
      self.init(embedding: keep, attention: keep, residual: keep)
    }
  }

  /// A place where token rows are dropped out.
  enum DropoutPlace {
    /// The sum of tokens and positions.
    case embedding
    /// What a part of a block adds to the stream: 1 is the attention, 2 the feed-forward part.
    case residual(block: Int, part: Int)
  }

  /// The number that tells a place of dropout from the others: each block has three.
  static func dropoutSite(block: Int, part: Int) -> UInt32 { UInt32(1 + 3 * block + part) }

  /// The dropout of a block's weights of attention; `nil` where there is none.
  func attentionDropout(block: Int) -> AttentionDropout? {
    guard isTraining, keep.attention < 1 else { return nil }
    return AttentionDropout(
      keep: keep.attention, site: Self.dropoutSite(block: block, part: 0))
  }

  /// Token rows after dropout; the rows of the last tokens alone are dropped as among all rows.
  func dropped(
    _ rows: Node, at place: DropoutPlace, samples: Int, in graph: inout Graph
  ) -> Node {
    let (keep, site) =
      switch place {
      case .embedding: (keep.embedding, UInt32(0))
      case .residual(let block, let part):
        (keep.residual, Self.dropoutSite(block: block, part: part))
      }
    guard isTraining, keep < 1 else { return rows }
    let isLastAlone = rows.shape.rows == samples && tokens > 1
    let dropout = Dropout(
      keep: keep, site: site,
      rows: isLastAlone
        ? DropoutRows(last: 1, ofEvery: tokens, rowsPerSample: tokens)
        : DropoutRows(.perSample(rows: tokens)))
    return graph.dropout(rows, dropout, counter: graph.dropoutCounter())
  }
}
