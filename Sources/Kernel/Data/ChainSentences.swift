/// Sentences of relations "x, y" in any order and a token from which chains of them are followed.
public struct ChainSentences: Equatable, Sendable {
  /// The tokens, sentence by sentence.
  public var tokens: [Int] = []
  /// The answer of each sentence.
  public var targets: [Int] = []
  /// For each sentence where the tokens stand that the steps lead to, the answer last.
  public var hops: [[Int]] = []
  /// The tokens of a sentence.
  public let length: Int

  /// The number of sentences.
  public var count: Int { targets.count }
  /// The tokens of one sentence.
  public func sentence(_ index: Int) -> ArraySlice<Int> {
    tokens[index * length..<(index + 1) * length]
  }
}

/// What the relations of a sentence form, and where its question begins.
public enum ChainFormat: String, Hashable, Sendable, CaseIterable {
  /// One chain; the start is any token from which so many steps are possible.
  case single
  /// Two chains of half as many relations; the start is on either.
  case two
  /// Two chains; the answer is the end of either.
  case twoToEnd = "two-to-end"
  /// Two chains to the end, and a relation more to an inner token of each.
  case noisedToEnd = "noised-to-end"
  /// One chain; a last token says how many steps are asked for.
  case ordered
}

/// Draws sentences of shuffled relations with a start token; the answer is some steps further.
///
/// A relation is of a type, (y - x) mod 5: of the types 0, 1, 4 in training, 2, 3 in the test of new
/// types, so that every token occurs in both. The first token of a chain is uniform among the tokens,
/// each next one among those of an allowed type that the sentence has not yet. Sentence i takes as
/// many indices of the stream as every sentence of its format. Source: Wang and others, "Towards
/// understanding how transformer perform multi-step reasoning with matching operation", arXiv
/// 2405.15302, and public code of the same group.
public struct ChainGenerator: Hashable, Sendable {
  /// Which types relations have.
  public enum Types: Hashable, Sendable, CaseIterable {
    /// (y - x) mod 5 is 0, 1 or 4.
    case training
    /// (y - x) mod 5 is 2 or 3.
    case new

    /// Whether a relation is of these types.
    public func contains(_ left: Int, _ right: Int) -> Bool {
      let type = ((right - left) % 5 + 5) % 5
      return (type == 2 || type == 3) == (self == .new)
    }
  }

  /// What the relations form.
  public let format: ChainFormat
  /// The relations of all chains together.
  public let relations: Int
  /// The steps from the start to the answer; of ``ChainFormat/ordered`` the most.
  public let steps: Int
  /// The least token.
  public let first: Int
  /// How many tokens there are.
  public let values: Int

  /// A generator.
  /// - Parameters:
  ///   - format: What the relations form.
  ///   - relations: How many; an even number of them for two chains.
  ///   - steps: The steps to the answer, at most as many as a chain has relations.
  ///   - first: The least token.
  ///   - values: How many tokens there are, enough that no chain runs out of them.
  public init(_ format: ChainFormat, relations: Int, steps: Int, first: Int, values: Int) {
    self.format = format
    self.relations = relations
    self.steps = steps
    self.first = first
    self.values = values
    precondition(
      relations > 0 && relations.isMultiple(of: chains), "chains are of one length")
    precondition((1...relations / chains).contains(steps), "an answer is on its chain")
    precondition(
      2 * values >= ChainGenerator.leastDoubleValues(relations: relations),
      "a chain never runs out of tokens")
  }

  /// Twice the least number of tokens with which no chain runs out of tokens of a type.
  static func leastDoubleValues(relations: Int) -> Int { 5 * relations + 30 }

  /// How many chains there are.
  var chains: Int { format == .single || format == .ordered ? 1 : 2 }
  /// The relations of each.
  var relationsOfChain: Int { relations / chains }
  /// Relations that are no part of a chain.
  private var noises: Int { format == .noisedToEnd ? 2 : 0 }

  /// The tokens of a sentence.
  public var length: Int { 2 * (relations + noises) + (format == .ordered ? 2 : 1) }

  /// The tokens of chains.
  public var valueTokens: Range<Int> { first..<first + values }

  /// Tokens are below this: those of chains, and those that say a number of steps.
  public var tokenLimit: Int { first + values + (format == .ordered ? steps : 0) }

  /// The draws of a sentence: tokens, two for each noise, the order of the relations, the chain, the
  /// start, the number of steps.
  private var stride: Int { relations + chains + 2 * noises + relations + noises + 3 }

  /// Draws sentences.
  /// - Parameters:
  ///   - count: How many.
  ///   - types: Of which types their relations are.
  ///   - stream: Where the numbers come from.
  /// - Returns: The sentences.
  public func sentences(
    count: Int, types: Types, from stream: RandomStream
  ) -> ChainSentences {
    var draws = [Double](repeating: 0, count: count * stride)
    stream.fillUniform(&draws)
    var result = ChainSentences(length: length)
    result.tokens.reserveCapacity(count * length)
    for sentence in 0..<count {
      var picks = Picks(draws[sentence * stride..<(sentence + 1) * stride])
      add(&picks, types, to: &result)
    }
    return result
  }

  private func add(_ picks: inout Picks, _ types: Types, to result: inout ChainSentences) {
    var used: Set<Int> = []
    func draw(_ isWanted: (Int) -> Bool) -> Int {
      let candidates = valueTokens.filter { !used.contains($0) && isWanted($0) }
      let token = candidates[picks.next(below: candidates.count)]
      used.insert(token)
      return token
    }
    let drawn = (0..<chains).map { _ in
      var chain = [draw { _ in true }]
      for _ in 0..<relationsOfChain {
        let last = chain[chain.count - 1]
        chain.append(draw { types.contains(last, $0) })
      }
      return chain
    }
    var pairs = drawn.flatMap { chain in zip(chain, chain.dropFirst()).map { [$0, $1] } }
    if noises > 0 {
      for chain in drawn {
        // An inner token has one before and one after it; a chain of one relation has its end alone.
        let inner = chain[1 + picks.next(below: max(chain.count - 2, 1))]
        pairs.append([draw { types.contains($0, inner) }, inner])
      }
    }
    for index in pairs.indices.reversed() { pairs.swapAt(index, picks.next(below: index + 1)) }
    let chain = drawn[picks.next(below: chains)]
    let asked = format == .ordered ? 1 + picks.next(below: steps) : steps
    let isToEnd = format == .twoToEnd || format == .noisedToEnd
    let place = picks.next(below: relationsOfChain - asked + 1)
    let start = isToEnd ? relationsOfChain - asked : place
    result.tokens.append(contentsOf: pairs.joined())
    result.tokens.append(chain[start])
    if format == .ordered { result.tokens.append(first + values + asked - 1) }
    result.targets.append(chain[start + asked])
    result.hops.append(
      (start..<start + asked).map { step in
        2 * (pairs.firstIndex(of: [chain[step], chain[step + 1]]) ?? 0) + 1
      })
  }

  /// The draws of a sentence, one after the other.
  private struct Picks {
    private var rest: ArraySlice<Double>

    init(_ draws: ArraySlice<Double>) { rest = draws }

    /// The next draw as a whole number from 0 to below a limit.
    mutating func next(below limit: Int) -> Int {
      min(Int(rest.removeFirst() * Double(limit)), limit - 1)
    }
  }
}
