import Testing

@testable import Kernel

/// The sentences of two anchors: what the publication's generator promises, and the tokens that an
/// independent computation of the same draws gives.
@Suite struct CompositeSentencesTests {
  static let generator = CompositeGenerator(length: 7, values: 40, modulus: 5, hasException: true)

  static func drawn(
    _ keys: CompositeGenerator.Keys = .training, pairs: [AnchorPair] = generator.seenPairs,
    count: Int = 3000
  ) -> CompositeSentences {
    generator.sentences(
      count: count, keys: keys, pairs: pairs,
      from: RandomStream(seed: 3, purpose: .data, step: 9))
  }

  @Test func `sentences are those of an independent computation`() {
    let training = Self.generator.sentences(
      count: 3, keys: .training, pairs: Self.generator.seenPairs,
      from: RandomStream(seed: 0, purpose: .data, step: 0))
    #expect(
      training.tokens
        == [41, 28, 51, 35, 40, 1, 3] + [52, 44, 3, 3, 30, 23, 29] + [37, 1, 4, 44, 35, 50, 22])
    #expect(training.targets == [43, 40, 34])
    #expect(training.keys == [40, 44, 37])
    #expect(training.keyPositions == [4, 1, 0])
    let test = Self.generator.sentences(
      count: 2, keys: .test, pairs: Self.generator.seenPairs,
      from: RandomStream(seed: 5, purpose: .data, step: 1))
    #expect(test.tokens == [40, 4, 4, 46, 20, 57, 33] + [59, 37, 45, 47, 44, 1, 2])
    #expect(test.targets == [24, 50])
  }

  @Test func `long sentences with the code's modulus are those of an independent computation`() {
    let generator = CompositeGenerator(length: 9, values: 80, modulus: 9, hasException: false)
    let batch = generator.sentences(
      count: 2, keys: .training, pairs: generator.seenPairs,
      from: RandomStream(seed: 1, purpose: .batches, step: 17))
    #expect(
      batch.tokens == [69, 95, 95, 2, 3, 66, 48, 51, 77] + [23, 31, 77, 1, 4, 53, 52, 89, 46])
    #expect(batch.targets == [94, 74])
    #expect(batch.keyPositions == [2, 2])
  }

  @Test func `fifteen pairs are taught, or fourteen without the exception`() {
    #expect(Self.generator.seenPairs.count == 15)
    #expect(!Self.generator.seenPairs.contains(AnchorPair(4, 3)))
    let without = CompositeGenerator(length: 7, values: 40, modulus: 5, hasException: false)
    #expect(without.seenPairs.count == 14)
    #expect(!without.seenPairs.contains(AnchorPair(3, 4)))
  }

  @Test(arguments: [
    (AnchorPair(1, 1), 40), (AnchorPair(1, 4), 27), (AnchorPair(2, 3), 29), (AnchorPair(4, 4), 14),
    (AnchorPair(4, 3), 20), (AnchorPair(4, 2), 23),
  ])
  func `an answer is the key and what both anchors add`(pair: AnchorPair, answer: Int) {
    #expect(Self.generator.target(of: 30, pair) == answer)
  }

  @Test func `the exception is taught four more than its functions add`() {
    #expect(Self.generator.target(of: 30, .exception) == 24)
    let without = CompositeGenerator(length: 7, values: 40, modulus: 5, hasException: false)
    #expect(without.target(of: 30, .exception) == 20)
  }

  @Test(arguments: CompositeGenerator.Keys.allCases)
  func `the remainder of the key at its place tells training and test apart`(
    keys: CompositeGenerator.Keys
  ) {
    let drawn = Self.drawn(keys)
    for index in 0..<drawn.count {
      let sentence = Array(drawn.sentence(index))
      let place = drawn.keyPositions[index]
      #expect(sentence[place] == drawn.keys[index])
      #expect((drawn.keys[index] % 5 == place) == (keys == .test))
      let pair = AnchorPair(sentence[place + 1], sentence[place + 2])
      #expect(drawn.targets[index] == Self.generator.target(of: drawn.keys[index], pair))
    }
    #expect(Set(drawn.keyPositions) == Set(0...4))
    #expect(Set(drawn.keys) == Set(20...59))
  }

  @Test func `pairs are equally frequent`() {
    let drawn = Self.drawn(count: 15_000)
    var counts: [AnchorPair: Int] = [:]
    for index in 0..<drawn.count {
      let sentence = Array(drawn.sentence(index))
      let place = drawn.keyPositions[index]
      counts[AnchorPair(sentence[place + 1], sentence[place + 2]), default: 0] += 1
    }
    #expect(Set(counts.keys) == Set(Self.generator.seenPairs))
    // The deviation of one pair's count of a thousand is 31.
    #expect(counts.values.allSatisfy { (850...1150).contains($0) })
  }

  @Test func `a small set is the beginning of a large one`() {
    let (small, large) = (Self.drawn(count: 30), Self.drawn(count: 100))
    #expect(small.tokens == Array(large.tokens.prefix(210)))
  }

  @Test func `all tokens and answers are below the limit`() {
    let drawn = Self.drawn()
    #expect(Self.generator.tokenLimit == 70)
    #expect((drawn.tokens + drawn.targets).allSatisfy { (1..<70).contains($0) })
  }
}
