/// A transformer on tokens: embedding, positions, blocks of attention and feed-forward, a linear
/// head.
///
/// x = tok[id] + pos[t]; each block adds the attention of x and then the feed-forward part of x,
/// with LayerNorm before the parts, after them, or nowhere; ``Transformer/Positions``,
/// ``Transformer/Head`` and the other options leave parts out. Pieces: `tok.weight` (V, d),
/// `pos.weight` (T, d); for each block l `blocks.l.qkv` (2 H d_k + H d_v, d), queries of all heads,
/// then keys, then values, `blocks.l.proj` (d, H d_v), `blocks.l.ff1` (f, d), `blocks.l.ff2` (d,
/// f), `blocks.l.ln1` and `blocks.l.ln2` (1, d); `lnf` (1, d) and `head` (V, d). Source: Vaswani
/// and others, arXiv 1706.03762.
public struct Transformer: Hashable, Sendable, Model {
  /// Where LayerNorm is.
  public enum Normalization: Hashable, Sendable {
    /// Before each part and before the head.
    case before
    /// After each sum.
    case after
    /// Nowhere.
    case none
  }
  /// Which tokens of a sample have an output.
  public enum Judged: Hashable, Sendable {
    /// The last alone.
    case last
    /// Every one.
    case all
  }
  /// V, the different tokens.
  public var vocabulary: Int
  /// T, the tokens of a sample.
  public var tokens: Int
  /// d, the width of the residual stream.
  public var width: Int
  /// f, the width inside the feed-forward part.
  public var hidden: Int
  /// H.
  public var heads: Int
  /// d_k, the columns of a head's queries and keys.
  public var keyWidth: Int
  /// d_v, the columns of a head's values.
  public var valueWidth: Int
  /// The number of blocks.
  public var layers: Int
  /// Where LayerNorm is.
  public var normalization = Normalization.after
  /// What is added to a variance.
  public var epsilon = 1e-5
  /// The function of the feed-forward part.
  public var activation = Activation.relu
  /// Which positions a position sees.
  public var mask = AttentionMask.causal
  /// What becomes of the scores.
  public var attention = AttentionKind.softmax
  /// What tells positions apart.
  public var positions = Positions.learned
  /// What makes the logits.
  public var head = Head.own
  /// The linear layers that have biases.
  public var biases = Biases.all
  /// Whether a linear layer follows the weighed values of all heads.
  public var hasProjection = true
  /// Whether blocks have a feed-forward part.
  public var hasFeedForward = true
  /// Whether the stream passes a LayerNorm before the head; `nil` for just where LayerNorm is before
  /// the parts.
  public var finalNormalization: Bool?
  /// Whether multiples of fixed matrices, which are inputs, are added to the products of attention
  /// weights: `blocks.l.fixed.alpha` and `blocks.l.fixed.beta` are their factors.
  public var hasFixedMatrices = false
  /// Whether a LayerNorm has biases.
  public var hasNormalizationBias = true
  /// How much is kept where values are dropped out.
  public var keep = Keep()
  /// Whether values are dropped out at all: a network that is looked at keeps all.
  public var isTraining = false
  /// Which tokens have an output.
  public var judged = Judged.last
  /// Whether everything is computed of the last block, also what no output needs.
  ///
  /// The gradients are the same.
  public var computesAll = false

  /// Puts a network together.
  public init(
    vocabulary: Int, tokens: Int, width: Int, hidden: Int, heads: Int, keyWidth: Int,
    valueWidth: Int? = nil, layers: Int
  ) {
    let valueWidth = valueWidth ?? keyWidth
    precondition(
      [vocabulary, tokens, width, hidden, heads, keyWidth, valueWidth, layers].allSatisfy {
        $0 > 0
      },
      "a transformer has positive extents")
    self.vocabulary = vocabulary
    self.tokens = tokens
    self.width = width
    self.hidden = hidden
    self.heads = heads
    self.keyWidth = keyWidth
    self.valueWidth = valueWidth
    self.layers = layers
  }

  private var keyColumns: Int { heads * keyWidth }
  private var valueColumns: Int { heads * valueWidth }

  /// The pieces, in the order in which other tools have them.
  public var parameters: [TensorLayout] {
    checkOptions()
    var layouts = [TensorLayout("tok.weight", [vocabulary, width])]
    if positions == .learned { layouts.append(TensorLayout("pos.weight", [tokens, width])) }
    func linear(_ name: String, _ outputs: Int, _ inputs: Int, _ layer: Biases) {
      layouts.append(TensorLayout("\(name).weight", [outputs, inputs]))
      if biases.contains(layer) { layouts.append(TensorLayout("\(name).bias", [outputs])) }
    }
    func normalize(_ name: String) {
      layouts.append(TensorLayout("\(name).weight", [width]))
      if hasNormalizationBias { layouts.append(TensorLayout("\(name).bias", [width])) }
    }
    for layer in 0..<layers {
      let block = "blocks.\(layer)"
      linear("\(block).qkv", 2 * keyColumns + valueColumns, width, .queriesKeysValues)
      if hasProjection { linear("\(block).proj", width, valueColumns, .projection) }
      if hasFeedForward {
        linear("\(block).ff1", hidden, width, .feedForward)
        linear("\(block).ff2", width, hidden, .feedForward)
      }
      guard normalization != .none else { continue }
      normalize("\(block).ln1")
      if hasFeedForward { normalize("\(block).ln2") }
    }
    if normalizesEnd { normalize("lnf") }
    switch head {
    case .own: linear("head", vocabulary, width, .head)
    case .tied:
      if biases.contains(.head) { layouts.append(TensorLayout("head.bias", [vocabulary])) }
    case .none: break
    }
    // Last, so that the other pieces are drawn alike with and without them.
    if hasFixedMatrices { layouts += FixedMatrices.parameters(blocks: layers) }
    return layouts
  }

  /// The input `x` (n, T): whole numbers below V; fixed positions and matrices where there are any.
  public func inputs(samples: Int) -> [ModelInput] {
    var inputs = [ModelInput(TensorLayout("x", [samples, tokens]), .indices(below: vocabulary))]
    if positions == .sinusoidal {
      inputs.append(
        ModelInput(TensorLayout("positions", [tokens, width]), .fixed(sinusoidalPositions)))
    }
    if hasFixedMatrices { inputs += FixedMatrices.inputs(blocks: layers, width: width) }
    return inputs
  }

  /// (n, V), or (n, T, V) where every token has an output.
  public func outputShape(samples: Int) -> [Int] {
    judged == .last ? [samples, vocabulary] : [samples, tokens, vocabulary]
  }

  /// The key biases: a softmax does not change when all scores grow by the same.
  public var withoutGradient: [String: Range<Int>] {
    guard biases.contains(.queriesKeysValues) && attention == .softmax else { return [:] }
    var ranges: [String: Range<Int>] = [:]
    for layer in 0..<layers {
      ranges["blocks.\(layer).qkv.bias"] = keyColumns..<(2 * keyColumns)
    }
    return ranges
  }
}
