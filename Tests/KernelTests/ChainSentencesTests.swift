import Testing

@testable import Kernel

/// The sentences of chains: what the publication's generators promise, and the tokens that an
/// independent computation of the same draws gives.
@Suite struct ChainSentencesTests {
  static func generator(_ format: ChainFormat, steps: Int = 2) -> ChainGenerator {
    ChainGenerator(format, relations: 6, steps: steps, first: 20, values: 81)
  }

  static func drawn(
    _ format: ChainFormat, _ types: ChainGenerator.Types = .training, count: Int = 600
  ) -> ChainSentences {
    generator(format).sentences(
      count: count, types: types, from: RandomStream(seed: 4, purpose: .data, step: 0))
  }

  @Test func `a single chain is that of an independent computation`() {
    let generator = ChainGenerator(.single, relations: 4, steps: 2, first: 0, values: 40)
    let drawn = generator.sentences(
      count: 2, types: .training, from: RandomStream(seed: 0, purpose: .data, step: 0))
    #expect(
      drawn.tokens
        == [21, 6, 31, 15, 15, 26, 6, 31, 31] + [16, 27, 8, 3, 3, 12, 27, 8, 16])
    #expect(drawn.targets == [26, 8])
    #expect(drawn.hops == [[3, 5], [1, 7]])
  }

  @Test func `noised chains are those of an independent computation`() {
    let drawn = Self.generator(.noisedToEnd).sentences(
      count: 2, types: .new, from: RandomStream(seed: 3, purpose: .data, step: 2))
    #expect(
      drawn.tokens
        == [51, 28, 65, 92, 70, 58, 98, 51, 38, 70, 73, 51, 66, 98, 92, 70, 98]
        + [46, 54, 85, 77, 44, 67, 56, 64, 77, 44, 64, 46, 59, 77, 28, 46, 77])
    #expect(drawn.targets == [28, 67])
    #expect(drawn.hops == [[7, 1], [9, 5]])
  }

  @Test func `an ordered chain is that of an independent computation`() {
    let generator = ChainGenerator(.ordered, relations: 4, steps: 3, first: 0, values: 40)
    let drawn = generator.sentences(
      count: 2, types: .training, from: RandomStream(seed: 1, purpose: .data, step: 0))
    #expect(
      drawn.tokens
        == [16, 7, 0, 6, 7, 17, 6, 16, 6, 42] + [34, 23, 14, 0, 23, 27, 0, 34, 14, 42])
    #expect(drawn.targets == [17, 23])
    #expect(drawn.hops == [[7, 1, 5], [3, 7, 1]])
  }

  @Test(arguments: [
    (0, true), (1, true), (2, false), (3, false), (4, true), (-1, true), (-7, false),
  ])
  func `a relation's type is the remainder of its difference`(change: Int, isTrained: Bool) {
    #expect(ChainGenerator.Types.training.contains(30, 30 + change) == isTrained)
    #expect(ChainGenerator.Types.new.contains(30, 30 + change) == !isTrained)
  }

  @Test(arguments: ChainFormat.allCases, ChainGenerator.Types.allCases)
  func `following the relations from the start gives the answer`(
    format: ChainFormat, types: ChainGenerator.Types
  ) {
    let drawn = Self.drawn(format, types)
    let pairs = format == .noisedToEnd ? 8 : 6
    #expect(drawn.length == 2 * pairs + (format == .ordered ? 2 : 1))
    for index in 0..<drawn.count {
      let sentence = Array(drawn.sentence(index))
      let relations = (0..<pairs).map { (sentence[2 * $0], sentence[2 * $0 + 1]) }
      #expect(relations.allSatisfy { types.contains($0.0, $0.1) })
      // A token is left of one relation at most, so that the way is clear.
      #expect(Set(relations.map(\.0)).count == pairs)
      let steps = format == .ordered ? sentence[13] - 100 : 2
      var token = sentence[2 * pairs]
      var places: [Int] = []
      for _ in 0..<steps {
        guard let next = relations.firstIndex(where: { $0.0 == token }) else { break }
        token = relations[next].1
        places.append(2 * next + 1)
      }
      #expect(token == drawn.targets[index])
      #expect(places == drawn.hops[index])
    }
  }

  @Test(arguments: [ChainFormat.twoToEnd, .noisedToEnd])
  func `a chain to its end has no relation from the answer`(format: ChainFormat) {
    let drawn = Self.drawn(format)
    for index in 0..<drawn.count {
      let sentence = Array(drawn.sentence(index))
      let lefts = stride(from: 0, to: drawn.length - 1, by: 2).map { sentence[$0] }
      #expect(!lefts.contains(drawn.targets[index]))
    }
  }

  @Test(arguments: [ChainFormat.single, .two, .twoToEnd, .ordered])
  func `chains have each token once, and every token occurs`(format: ChainFormat) {
    let drawn = Self.drawn(format)
    let nodes = format == .single || format == .ordered ? 7 : 8
    var seen: Set<Int> = []
    for index in 0..<drawn.count {
      let tokens = Set(drawn.sentence(index).prefix(12))
      #expect(tokens.count == nodes)
      seen.formUnion(tokens)
    }
    #expect(seen == Set(20...100))
  }

  @Test func `a single chain is asked from all places that leave the steps`() {
    let drawn = Self.drawn(.single)
    var places: Set<Int> = []
    for index in 0..<drawn.count {
      let sentence = Array(drawn.sentence(index))
      var before = 0
      var token = sentence[12]
      while let pair = (0..<6).first(where: { sentence[2 * $0 + 1] == token }) {
        token = sentence[2 * pair]
        before += 1
      }
      places.insert(before)
    }
    #expect(places == Set(0...4))
  }

  @Test(arguments: ChainFormat.allCases)
  func `a small set is the beginning of a large one`(format: ChainFormat) {
    let (small, large) = (Self.drawn(format, count: 20), Self.drawn(format, count: 70))
    #expect(small.tokens == Array(large.tokens.prefix(20 * small.length)))
  }

  @Test func `the fewest tokens that are allowed are enough`() {
    for format in ChainFormat.allCases {
      let generator = ChainGenerator(format, relations: 8, steps: 4, first: 1, values: 35)
      let drawn = generator.sentences(
        count: 300, types: .new, from: RandomStream(seed: 0, purpose: .data, step: 0))
      #expect(drawn.tokens.allSatisfy { (1..<generator.tokenLimit).contains($0) })
    }
  }
}
