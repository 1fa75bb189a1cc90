extension Transformer {
  /// What tells the positions of a sample apart.
  public enum Positions: Hashable, Sendable {
    /// A table of parameters, `pos.weight` (T, d).
    case learned
    /// Fixed waves, ``Transformer/sinusoidalPositions``, which are the input `positions` (T, d).
    case sinusoidal
    /// Nothing but the mask.
    case none
  }

  /// What makes logits of the last stream.
  public enum Head: Hashable, Sendable {
    /// A linear layer of its own, `head.weight` (V, d).
    case own
    /// A linear layer whose weight is the table of tokens, with a bias of its own.
    case tied
    /// Nothing: the stream itself is the logits, as wide as there are tokens.
    case none
  }

  /// Linear layers of a transformer, told apart by whether they have a bias.
  public struct Biases: OptionSet, Hashable, Sendable {
    /// One bit a layer.
    public let rawValue: Int

    /// Layers by their bits.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Queries, keys and values: `blocks.l.qkv`.
    public static let queriesKeysValues = Biases(rawValue: 1)
    /// What follows the weighed values: `blocks.l.proj`.
    public static let projection = Biases(rawValue: 2)
    /// Both layers of the feed-forward part: `blocks.l.ff1` and `blocks.l.ff2`.
    public static let feedForward = Biases(rawValue: 4)
    /// The last layer: `head`.
    public static let head = Biases(rawValue: 8)
    /// All of them.
    public static let all: Biases = [.queriesKeysValues, .projection, .feedForward, .head]
  }

  /// Whether linear layers have biases: all of them, or none.
  public var hasBias: Bool {
    get { biases == .all }
    set { biases = newValue ? .all : [] }
  }

  /// Whether the stream passes a LayerNorm before the head.
  public var normalizesEnd: Bool { finalNormalization ?? (normalization == .before) }

  /// The fixed waves that tell positions apart, (T, d).
  ///
  /// Column 2 i of row t has sin(t / 10000^(2 i / d)), column 2 i + 1 the cosine of the same. Source:
  /// Vaswani and others, arXiv 1706.03762, section 3.5.
  public var sinusoidalPositions: [Double] {
    let frequencies = (0..<((width + 1) / 2)).map {
      Elementary.power(10_000, -Double(2 * $0) / Double(width))
    }
    return (0..<tokens).flatMap { token in
      (0..<width).map { column -> Double in
        let turns = Double(token) * frequencies[column / 2] / (2 * Double.pi)
        let wave = Elementary.sineAndCosine(turns: turns)
        return column.isMultiple(of: 2) ? wave.sine : wave.cosine
      }
    }
  }

  /// Stops the program where the options contradict each other.
  func checkOptions() {
    precondition(
      head != .none || width == vocabulary,
      "without a head the width \(width) of the stream is that of the \(vocabulary) tokens")
    precondition(
      hasProjection || heads * valueWidth == width,
      "without a projection the values of all heads are as wide as the stream")
    precondition(!hasFixedMatrices || heads == 1, "fixed matrices belong to a single head")
  }
}
