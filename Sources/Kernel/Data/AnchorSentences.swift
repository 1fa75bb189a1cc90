/// Sentences of tokens with an answer each, and where in them its parts stand.
public struct AnchorSentences: Equatable, Sendable {
  /// The tokens, sentence by sentence.
  public var tokens: [Int] = []
  /// The answer of each sentence.
  public var targets: [Int] = []
  /// Where the anchor of each sentence stands, from 0.
  public var anchorPositions: [Int] = []
  /// Where the token that the answer is made of stands in each.
  public var keyPositions: [Int] = []
  /// The tokens of a sentence.
  public let length: Int

  /// The number of sentences.
  public var count: Int { targets.count }
  /// The tokens of one sentence.
  public func sentence(_ index: Int) -> ArraySlice<Int> {
    tokens[index * length..<(index + 1) * length]
  }
}

/// What is to be done with the key that an anchor marks.
public enum AnchorOperation: String, Hashable, Sendable, CaseIterable {
  /// Anchor 3: the token x after it.
  case identity
  /// Anchor a of 1...k: the token after it plus a number of its own.
  case offsets
  /// Anchor 3: x, trained on the lower keys; anchor 4: x + 1, trained on the upper ones.
  case twoInterval = "two-interval"
  /// a 3 b ... a: the answer is b.
  case contextRepeat = "context-repeat"
  /// a 3 b ... b: the answer is a.
  case contextReverse = "context-reverse"
  /// Anchors 3 and 9: both x, the second trained on some keys only.
  case nearSynonym = "near-synonym"

  /// Whether there are pairs of anchor and key that training does not show.
  public var hasTransfer: Bool { self == .twoInterval || self == .nearSynonym }
}

/// Draws sentences "anchor, key" among noise.
///
/// Every cell is first a filler, uniform in 20...100. A base b is drawn from 20...99, its remainder
/// by n - 1 being other than 0 in training and 0 in the test; with the position p of the anchor the
/// key is x = b + p. So every value and every position occurs in training, and the pairs of the test
/// do not. Sentence i takes the indices from i (n + 4) of the stream: n fillers, the position, two
/// bases, the anchor; a small training set is the beginning of a large one. Source: Zhang and others,
/// "Anchor function", arXiv 2401.08309, and its public code.
public struct AnchorGenerator: Hashable, Sendable {
  /// Which keys a sentence can have.
  public enum Pool: UInt64, Hashable, Sendable, CaseIterable {
    /// Those that training shows.
    case training = 0
    /// Those held back: other pairs of position and value.
    case test = 1
    /// Pairs of anchor and key that training does not show, where an operation has any.
    case transfer = 2
  }

  /// What the anchor asks for.
  public var operation: AnchorOperation
  /// n, the tokens of a sentence.
  public var length: Int
  /// k, the anchors of ``AnchorOperation/offsets``.
  public var anchors = 4
  /// The keys that each anchor of ``AnchorOperation/twoInterval`` is trained on, of 80.
  public var intervalWidth = 40
  /// The share of the bases that anchor 9 of ``AnchorOperation/nearSynonym`` is trained on.
  public var partnerShare = 0.5

  /// A generator for sentences of this length.
  public init(_ operation: AnchorOperation, length: Int) {
    precondition(length >= 5, "a sentence has room for a context and a question")
    self.operation = operation
    self.length = length
  }

  /// What is added to the key by each anchor of ``AnchorOperation/offsets``, from anchor 1.
  static let offsets = [-4, 3, -5, -2, 1, 4, -3, -1, 2, 5]
  /// The least filler and base.
  static let first = 20
  /// How many bases there are.
  static let bases = 80

  /// Tokens are below this: the last base, the greatest position and the greatest offset.
  public var tokenLimit: Int {
    AnchorGenerator.first + AnchorGenerator.bases - 1 + (length - 2) + 5 + 1
  }

  /// The bases of a pool.
  func pool(_ pool: Pool) -> [Int] {
    (AnchorGenerator.first..<(AnchorGenerator.first + AnchorGenerator.bases)).filter {
      $0.isMultiple(of: length - 1) == (pool == .test)
    }
  }

  /// Draws sentences.
  /// - Parameters:
  ///   - count: How many.
  ///   - pool: Which keys they can have.
  ///   - seed: The seed index of the purpose `data`.
  /// - Returns: The sentences.
  public func sentences(count: Int, pool: Pool, seed: UInt32) -> AnchorSentences {
    let stride = length + 4
    var draws = [Double](repeating: 0, count: count * stride)
    RandomStream(seed: seed, purpose: .data, step: pool.rawValue).fillUniform(&draws)
    let bases = self.pool(pool)
    var result = AnchorSentences(length: length)
    for sentence in 0..<count {
      let own = Array(draws[sentence * stride..<(sentence + 1) * stride])
      var cells = own[..<length].map { AnchorGenerator.first + AnchorGenerator.pick($0, of: 81) }
      let made = make(Draws(own[length...].map { $0 }), bases: bases, pool: pool, in: &cells)
      result.tokens.append(contentsOf: cells)
      result.targets.append(made.target)
      result.anchorPositions.append(made.anchor)
      result.keyPositions.append(made.key)
    }
    return result
  }

  /// The draws of a sentence beside its fillers.
  struct Draws {
    let position: Double
    let base: Double
    let otherBase: Double
    let anchor: Double

    init(_ values: [Double]) {
      (position, base, otherBase, anchor) = (values[0], values[1], values[2], values[3])
    }
  }

  /// Writes anchor and keys into the cells; the answer, and where anchor and key stand.
  private func make(
    _ draws: Draws, bases: [Int], pool: Pool, in cells: inout [Int]
  ) -> (target: Int, anchor: Int, key: Int) {
    if operation == .contextRepeat || operation == .contextReverse {
      return makeContext(draws, bases: bases, in: &cells)
    }
    let position = AnchorGenerator.pick(draws.position, of: length - 1)
    var base = bases[AnchorGenerator.pick(draws.base, of: bases.count)]
    let anchor: Int
    let change: Int
    switch operation {
    case .offsets:
      anchor = 1 + AnchorGenerator.pick(draws.anchor, of: anchors)
      change = AnchorGenerator.offsets[anchor - 1]
    case .twoInterval:
      anchor = 3 + AnchorGenerator.pick(draws.anchor, of: 2)
      change = anchor - 3
    case .nearSynonym:
      // Only the second anchor has keys that training does not show with it.
      anchor = pool == .transfer ? 9 : AnchorGenerator.pick(draws.anchor, of: 2) == 0 ? 3 : 9
      change = 0
      let known = Int((partnerShare * Double(bases.count)).rounded(.up))
      if pool == .transfer {
        base = bases[known + AnchorGenerator.pick(draws.base, of: bases.count - known)]
      } else if pool == .training && anchor == 9 {
        base = bases[AnchorGenerator.pick(draws.base, of: known)]
      }
    case .identity, .contextRepeat, .contextReverse:
      anchor = 3
      change = 0
    }
    var key = base + position
    if operation == .twoInterval { key = keyInInterval(key, isUpper: anchor == 4, pool: pool) }
    cells[position] = anchor
    cells[position + 1] = key
    return (key + change, position, position + 1)
  }

  /// The key's place in the interval that its anchor has, or in what training leaves out of it.
  private func keyInInterval(_ sum: Int, isUpper: Bool, pool: Pool) -> Int {
    let (first, all) = (AnchorGenerator.first, AnchorGenerator.bases)
    guard pool == .transfer else {
      return sum % intervalWidth + (isUpper ? first + all - intervalWidth : first)
    }
    return sum % (all - intervalWidth) + (isUpper ? first : first + intervalWidth)
  }

  private func makeContext(
    _ draws: Draws, bases: [Int], in cells: inout [Int]
  ) -> (target: Int, anchor: Int, key: Int) {
    let position = AnchorGenerator.pick(draws.position, of: length - 3)
    let before = bases[AnchorGenerator.pick(draws.base, of: bases.count)] + position
    let after = bases[AnchorGenerator.pick(draws.otherBase, of: bases.count)] + position + 2
    cells[position] = before
    cells[position + 1] = 3
    cells[position + 2] = after
    let repeats = operation == .contextRepeat
    cells[length - 1] = repeats ? before : after
    return (repeats ? after : before, position + 1, repeats ? position + 2 : position)
  }

  /// A whole number from 0 to below a limit, from a uniform number of (0, 1).
  private static func pick(_ uniform: Double, of limit: Int) -> Int {
    min(Int(uniform * Double(limit)), limit - 1)
  }
}
