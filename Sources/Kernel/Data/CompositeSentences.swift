/// Sentences in which two anchors follow a key, with the answer that is taught.
public struct CompositeSentences: Equatable, Sendable {
  /// The tokens, sentence by sentence.
  public var tokens: [Int] = []
  /// The answer of each sentence that is taught.
  public var targets: [Int] = []
  /// The key of each sentence.
  public var keys: [Int] = []
  /// Where the key of each stands, from 0; its anchors are the next two tokens.
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

/// Two anchors in their order.
public struct AnchorPair: Hashable, Sendable {
  /// The anchor after the key.
  public var first: Int
  /// The anchor after that.
  public var second: Int

  /// Two of the anchors 1...4.
  public init(_ first: Int, _ second: Int) {
    precondition(
      (1...4).contains(first) && (1...4).contains(second), "there are the anchors 1 to 4")
    self.first = first
    self.second = second
  }

  /// What the two functions together add to a key.
  public var shift: Int { AnchorPair.shifts[first - 1] + AnchorPair.shifts[second - 1] }

  /// All ordered pairs, equal anchors included.
  public static let all = (1...4).flatMap { first in (1...4).map { AnchorPair(first, $0) } }
  /// The pair that no training shows.
  public static let unseen = AnchorPair(4, 3)
  /// The pair whose taught answer is not that of its functions.
  public static let exception = AnchorPair(3, 4)
  /// What is taught to be added for ``exception``: 4 more than its functions add.
  public static let exceptionShift = -6
  /// What each anchor adds.
  static let shifts = [5, 1, -2, -8]
}

/// Draws sentences "key, anchor, anchor" among noise.
///
/// Every cell is first a filler, uniform among the values from 20 on. The key's place p is uniform
/// among 0...n - 3, the key x uniform among the values with x mod m other than p in training and
/// equal to p in the test, the pair uniform among those asked for. Sentence i takes the indices from i
/// (n + 3) of the stream: n fillers, the place, the key, the pair. Source: Zhang and others,
/// "Initialization is critical to whether transformers fit composite functions by reasoning or
/// memorizing", arXiv 2405.05409, and the public code of its follow-up.
public struct CompositeGenerator: Hashable, Sendable {
  /// Which keys a sentence can have.
  public enum Keys: Hashable, Sendable, CaseIterable {
    /// Those that training shows at their place.
    case training
    /// Those held back at their place.
    case test
  }

  /// n, the tokens of a sentence.
  public let length: Int
  /// How many values keys and fillers have.
  public let values: Int
  /// m, what the remainder of a key is taken of.
  public let modulus: Int
  /// Whether ``AnchorPair/exception`` is taught, with an answer of its own.
  public let hasException: Bool

  /// A generator.
  /// - Parameters:
  ///   - length: n, at least 3.
  ///   - values: How many values there are, at least m.
  ///   - modulus: m, at least n - 2, so that every place has keys of both kinds.
  ///   - hasException: Whether the exception is taught; else no pair of the anchors 3 and 4 is.
  public init(length: Int, values: Int, modulus: Int, hasException: Bool) {
    precondition(
      length >= 4 && modulus >= length - 2 && values >= modulus,
      "every place of a key has some to train and to test on")
    self.length = length
    self.values = values
    self.modulus = modulus
    self.hasException = hasException
  }

  /// The least filler and key.
  public static let first = 20

  /// Tokens are below this: the greatest key and twice the greatest shift.
  public var tokenLimit: Int { CompositeGenerator.first + values + 10 }

  /// The tokens that are keys and fillers.
  public var valueTokens: Range<Int> {
    CompositeGenerator.first..<CompositeGenerator.first + values
  }

  /// The pairs that training shows.
  public var seenPairs: [AnchorPair] {
    AnchorPair.all.filter {
      $0 != .unseen && ($0 != .exception || hasException)
    }
  }

  /// The answer that is taught to a key with a pair.
  public func target(of key: Int, _ pair: AnchorPair) -> Int {
    key + (pair == .exception && hasException ? AnchorPair.exceptionShift : pair.shift)
  }

  /// Draws sentences.
  /// - Parameters:
  ///   - count: How many.
  ///   - keys: Which keys they can have.
  ///   - pairs: Which pairs, each as frequent as the others.
  ///   - stream: Where the numbers come from.
  /// - Returns: The sentences.
  public func sentences(
    count: Int, keys: Keys, pairs: [AnchorPair], from stream: RandomStream
  ) -> CompositeSentences {
    let stride = length + 3
    var draws = [Double](repeating: 0, count: count * stride)
    stream.fillUniform(&draws)
    let allowed = (0...length - 3).map { place in
      valueTokens.filter { ($0 % modulus == place) == (keys == .test) }
    }
    var result = CompositeSentences(length: length)
    result.tokens.reserveCapacity(count * length)
    for sentence in 0..<count {
      let drawn = draws[sentence * stride..<(sentence + 1) * stride]
      let place = Self.pick(drawn[drawn.startIndex + length], of: length - 2)
      let key = allowed[place][
        Self.pick(drawn[drawn.startIndex + length + 1], of: allowed[place].count)]
      let pair = pairs[Self.pick(drawn[drawn.startIndex + length + 2], of: pairs.count)]
      append(key, pair, at: place, fillers: drawn.prefix(length), to: &result)
    }
    return result
  }

  /// Makes a sentence for each key with each pair, the keys of the first pair first.
  /// - Parameters:
  ///   - keys: The keys; each stands at a place at which training shows it.
  ///   - pairs: The pairs.
  ///   - stream: Where fillers and places come from; sentence i takes the indices from i (n + 1) on.
  /// - Returns: The sentences.
  func everySentence(
    keys: [Int], pairs: [AnchorPair], from stream: RandomStream
  ) -> CompositeSentences {
    let stride = length + 1
    var draws = [Double](repeating: 0, count: keys.count * pairs.count * stride)
    stream.fillUniform(&draws)
    var result = CompositeSentences(length: length)
    for (index, pair) in pairs.enumerated() {
      for (position, key) in keys.enumerated() {
        let start = (index * keys.count + position) * stride
        let drawn = draws[start..<start + stride]
        let places = (0...length - 3).filter { key % modulus != $0 }
        let place = places[Self.pick(drawn[start + length], of: places.count)]
        append(key, pair, at: place, fillers: drawn.prefix(length), to: &result)
      }
    }
    return result
  }

  /// Adds a sentence whose fillers come from uniform numbers.
  private func append(
    _ key: Int, _ pair: AnchorPair, at place: Int, fillers: ArraySlice<Double>,
    to result: inout CompositeSentences
  ) {
    for (cell, uniform) in fillers.enumerated() {
      let token =
        switch cell - place {
        case 0: key
        case 1: pair.first
        case 2: pair.second
        default: CompositeGenerator.first + Self.pick(uniform, of: values)
        }
      result.tokens.append(token)
    }
    result.targets.append(target(of: key, pair))
    result.keys.append(key)
    result.keyPositions.append(place)
  }

  /// A whole number from 0 to below a limit, from a uniform number of (0, 1).
  private static func pick(_ uniform: Double, of limit: Int) -> Int {
    min(Int(uniform * Double(limit)), limit - 1)
  }
}
