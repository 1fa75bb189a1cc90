import Testing

@testable import Kernel

/// The sentences of anchor functions: what the publication's generator promises, and the tokens that
/// an independent computation of the same draws gives.
@Suite struct AnchorSentencesTests {
  static func sentences(
    _ operation: AnchorOperation, _ pool: AnchorGenerator.Pool = .training, count: Int = 2000,
    change: (inout AnchorGenerator) -> Void = { _ in }
  ) -> AnchorSentences {
    var generator = AnchorGenerator(operation, length: 9)
    change(&generator)
    return generator.sentences(count: count, pool: pool, seed: 3)
  }

  @Test func `identity sentences are those of an independent computation`() {
    let generator = AnchorGenerator(.identity, length: 9)
    let training = generator.sentences(count: 2, pool: .training, seed: 0)
    #expect(
      training.tokens
        == [63, 3, 86, 51, 76, 43, 49, 92, 60] + [3, 69, 26, 38, 45, 68, 78, 24, 26])
    #expect(training.targets == [86, 69])
    #expect(training.anchorPositions == [1, 0])
    #expect(training.keyPositions == [2, 1])
    let test = generator.sentences(count: 2, pool: .test, seed: 5)
    #expect(
      test.tokens
        == [43, 44, 100, 74, 20, 95, 46, 3, 103] + [76, 65, 26, 76, 3, 100, 28, 94, 55])
    #expect(test.targets == [103, 100])
  }

  @Test func `reversed contexts are those of an independent computation`() {
    let drawn = AnchorGenerator(.contextReverse, length: 9).sentences(
      count: 2, pool: .training, seed: 1)
    #expect(
      drawn.tokens
        == [21, 32, 50, 32, 81, 3, 84, 49, 84] + [20, 88, 63, 73, 44, 49, 3, 36, 36])
    #expect(drawn.targets == [81, 49])
    #expect(drawn.anchorPositions == [5, 6])
    #expect(drawn.keyPositions == [4, 5])
  }

  @Test(arguments: [AnchorGenerator.Pool.training, .test])
  func `the remainder of key and position tells training and test apart`(
    pool: AnchorGenerator.Pool
  ) {
    let drawn = Self.sentences(.identity, pool)
    for index in 0..<drawn.count {
      let sentence = Array(drawn.sentence(index))
      let position = drawn.anchorPositions[index]
      let key = sentence[position + 1]
      #expect(sentence[position] == 3)
      #expect(key == drawn.targets[index])
      #expect((key - position).isMultiple(of: 8) == (pool == .test))
      #expect((20...99).contains(key - position))
    }
  }

  @Test func `every value and every position occurs in training`() {
    let drawn = Self.sentences(.identity, count: 5000)
    #expect(Set(drawn.anchorPositions) == Set(0...7))
    // 20 at position 0 has the remainder 4, so it belongs to training, as does 106 = 99 + 7.
    #expect(Set(drawn.targets) == Set(20...106))
  }

  @Test func `fillers are the numbers from 20 to 100`() {
    let drawn = Self.sentences(.identity, count: 5000)
    var fillers: Set<Int> = []
    for index in 0..<drawn.count {
      let marked = drawn.anchorPositions[index]...drawn.keyPositions[index]
      for (position, token) in drawn.sentence(index).enumerated() where !marked.contains(position) {
        fillers.insert(token)
      }
    }
    #expect(fillers == Set(20...100))
  }

  @Test(arguments: AnchorOperation.allCases)
  func `a small set is the beginning of a large one`(operation: AnchorOperation) {
    let small = Self.sentences(operation, count: 30)
    let large = Self.sentences(operation, count: 100)
    #expect(small.tokens == Array(large.tokens.prefix(270)))
    #expect(small.targets == Array(large.targets.prefix(30)))
  }

  @Test(arguments: AnchorOperation.allCases)
  func `all tokens and answers are below the limit`(operation: AnchorOperation) {
    for pool in AnchorGenerator.Pool.allCases {
      let drawn = Self.sentences(operation, pool)
      let limit = AnchorGenerator(operation, length: 9).tokenLimit
      #expect(limit == 112)
      #expect((drawn.tokens + drawn.targets).allSatisfy { (0..<limit).contains($0) })
    }
  }

  @Test func `an anchor adds its own number`() {
    let drawn = Self.sentences(.offsets) { $0.anchors = 10 }
    let added = [-4, 3, -5, -2, 1, 4, -3, -1, 2, 5]
    var anchors: Set<Int> = []
    for index in 0..<drawn.count {
      let sentence = Array(drawn.sentence(index))
      let anchor = sentence[drawn.anchorPositions[index]]
      anchors.insert(anchor)
      #expect(
        drawn.targets[index] == sentence[drawn.keyPositions[index]] + added[anchor - 1])
    }
    #expect(anchors == Set(1...10))
  }

  @Test(arguments: [40, 50])
  func `two anchors have intervals of their own, and transfer the rest`(width: Int) {
    let own = [3: 20..<(20 + width), 4: (100 - width)..<100]
    for pool in AnchorGenerator.Pool.allCases {
      let drawn = Self.sentences(.twoInterval, pool) { $0.intervalWidth = width }
      for index in 0..<drawn.count {
        let sentence = Array(drawn.sentence(index))
        let (anchor, key) = (
          sentence[drawn.anchorPositions[index]], sentence[drawn.keyPositions[index]]
        )
        #expect(own[anchor]?.contains(key) == (pool != .transfer))
        #expect((20..<100).contains(key))
        #expect(drawn.targets[index] == key + anchor - 3)
      }
    }
  }

  @Test func `a context asks for what followed`() {
    let drawn = Self.sentences(.contextRepeat)
    for index in 0..<drawn.count {
      let sentence = Array(drawn.sentence(index))
      let anchor = drawn.anchorPositions[index]
      #expect(sentence[anchor] == 3)
      #expect(sentence[8] == sentence[anchor - 1])
      #expect(drawn.targets[index] == sentence[anchor + 1])
      #expect(drawn.keyPositions[index] == anchor + 1)
    }
    #expect(Set(drawn.anchorPositions) == Set(1...6))
  }

  @Test func `the second anchor of one meaning is trained on some keys only`() {
    func bases(_ pool: AnchorGenerator.Pool, anchor: Int) -> Set<Int> {
      let drawn = Self.sentences(.nearSynonym, pool, count: 5000)
      return Set(
        (0..<drawn.count).compactMap { index in
          let position = drawn.anchorPositions[index]
          let sentence = Array(drawn.sentence(index))
          #expect(drawn.targets[index] == sentence[position + 1])
          return sentence[position] == anchor ? sentence[position + 1] - position : nil
        })
    }
    let all = Set((20...99).filter { !$0.isMultiple(of: 8) })
    #expect(bases(.training, anchor: 3) == all)
    #expect(bases(.training, anchor: 9) == Set(all.sorted().prefix(35)))
    #expect(bases(.transfer, anchor: 9) == Set(all.sorted().suffix(35)))
    #expect(bases(.transfer, anchor: 3).isEmpty)
  }
}
