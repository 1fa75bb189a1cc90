import Testing

@testable import Kernel

/// The measures of composite anchors and of matching, on numbers whose answer is known.
@Suite struct ReasoningMeasureTests {
  /// Outputs of 60 tokens whose greatest is that of the answers.
  static func outputs(_ answers: [Int]) -> [Float] {
    answers.flatMap { answer in (0..<60).map { $0 == answer ? 2 : Float($0) / 60 } }
  }

  @Test func `answers count by what they add to the key`() {
    let answers = CompositeAnswers(
      outputs: Self.outputs([20, 24, 21, 19, 33, 14, 24, 20]),
      keys: [30, 30, 30, 30, 31, 30, 30, 31])
    #expect(answers.deviations == [-10, -6, -9, -11, 2, -16, -6, -11])
    #expect(answers.share(of: -10) == 0.125 && answers.share(of: -6) == 0.25)
    #expect(answers.share(of: -11 ... -9) == 0.5)
    // -11 and -6 are there twice.
    #expect(answers.mode == -11)
    #expect(answers.histogram.count == 27 && answers.histogram[10] == 0.25)
    #expect(answers.histogram.reduce(0, +) == 1)
  }

  @Test func `an output that is no number is no answer`() {
    var outputs = Self.outputs([20, 20])
    outputs[5] = .nan
    let answers = CompositeAnswers(outputs: outputs, keys: [30, 30])
    #expect(answers.deviations == [nil, -10])
    #expect(answers.share(of: -10) == 0.5 && answers.mode == -10)
    #expect(CompositeAnswers(outputs: [Float.nan], keys: [0]).mode.isNaN)
  }

  @Test func `the stable rank is the sum of squares over the greatest`() {
    #expect(abs(StableRank.value([[3, 0], [0, 1]]) - 10.0 / 9) < 1e-12)
    #expect(
      abs(StableRank.value((0..<5).map { row in (0..<5).map { $0 == row ? 2 : 0 } }) - 5) < 1e-12)
    #expect(StableRank.value([]).isNaN && StableRank.value([[0, 0]]).isNaN)
  }

  @Test func `the mean of cosines of neurons is over pairs and by size`() {
    #expect(
      abs(QueryDirections.meanCosine(UnitRows([[1, 0], [-2, 0], [0, 3]])) - 1.0 / 3) < 1e-15)
    #expect(QueryDirections.meanCosine(UnitRows([[1, 0]])).isNaN)
  }

  @Test func `fused vectors are compared across pairs, by their composed answers`() {
    // Sentences 0 and 1 are of one pair, and are not compared with each other.
    let similarity = FusedSimilarity(
      [[2, 0], [0, 1], [3, 4], [0, 5]], answers: [30, 31, 30, 31], pairs: [0, 0, 1, 2])
    // 0 and 2: 0.6; 1 and 3: 1.
    #expect(abs(similarity.agreeingMean - 0.8) < 1e-15)
    // 0 and 3: 0; 1 and 2: 0.8; 2 and 3: 0.8.
    #expect(abs(similarity.differingMean - 1.6 / 3) < 1e-15)
    // In the order of the answers: 0, 2, 1, 3.
    #expect(similarity.rows == [[1, 0], [0.6, 0.8], [0, 1], [0, 1]])
    #expect(similarity.cosines.count == 16 && similarity.cosines[1] == 0.6)
  }

  @Test func `a fused vector without a direction leaves nothing to compare`() {
    for bad in [[0, 0], [Double.nan, 1]] {
      let similarity = FusedSimilarity([[1, 0], bad], answers: [30, 30], pairs: [0, 1])
      #expect(similarity.agreeingMean.isNaN && similarity.differingMean.isNaN)
      #expect(similarity.rows.isEmpty && similarity.cosines.isEmpty)
    }
  }

  @Test func `rows on a line are ordered, of one dimension, and their mean does not count`() {
    let rows = (0..<6).map { [5 + 2 * Double($0), 1 - Double($0), 7] }
    let order = EmbeddingOrder(rows: rows)
    #expect(abs(order.order - 1) < 1e-12)
    #expect(abs(EffectiveRank.value(order.rows) - 1) < 1e-6)
    // Variance of 0...5 is 35/12, times the squared length 5 of a step.
    #expect(abs(order.spectrum[0] - 35.0 / 12 * 5) < 1e-9)
    #expect(order.spectrum.dropFirst().allSatisfy { $0 < 1e-9 })
  }

  @Test func `the order is Spearman's correlation`() {
    #expect(EmbeddingOrder.rankCorrelation([1, 2, 3, 4]) == 1)
    #expect(EmbeddingOrder.rankCorrelation([9, 4, 1, 0]) == -1)
    // Ranks 1 3 2 4: differences 0, 1, 1, 0, so 1 - 6 · 2 / (4 · 15).
    #expect(abs(EmbeddingOrder.rankCorrelation([0.1, 5, 0.7, 8]) - 0.8) < 1e-15)
  }

  @Test func `square matrices multiply, add and turn`() {
    let one = SquareMatrix(order: 2, entries: [1, 2, 3, 4])
    let other = SquareMatrix(order: 2, entries: [0, 1, 5, -1])
    #expect((one * other).entries == [10, -1, 20, -1])
    #expect(one.transposed.entries == [1, 3, 2, 4])
    #expect((2 * one + other).entries == [2, 5, 11, 7])
    #expect(one.image(of: [1, -1]) == [-1, -1])
    #expect(
      SquareMatrix(transposed: [[1, 2], [3, 4], [5, 6]], times: [[1, 0], [0, 1], [1, 1]]).entries
        == [6, 8, 8, 10])
  }

  @Test func `kernels multiply what carries a token on and what asks for it`() {
    let queryKeys = [[9, 9, 9, 9], [1, 2, 0, 1], [0, 1, 1, 0]].map {
      SquareMatrix(order: 2, entries: $0)
    }
    let valueOutputs = [[1, 0, 2, 1], [0, 3, 1, 0], [9, 9, 9, 9]].map {
      SquareMatrix(order: 2, entries: $0)
    }
    let first = Matching(queryKeys: queryKeys, valueOutputs: valueOutputs, step: 1)
    // [1 2; 0 1] [1 2; 0 1].
    #expect(first.kernel.entries == [1, 4, 0, 1])
    let second = Matching(queryKeys: queryKeys, valueOutputs: valueOutputs, step: 2)
    // [0 3; 1 0] [0 1; 1 0] [1 2; 0 1] = [3 0; 0 1] [1 2; 0 1].
    #expect(second.kernel.entries == [3, 6, 0, 1])
    // Row i is token i's query: [1 1] Ker = [1 5], against [1 1] and [0 2].
    #expect(first.matrix(of: [[1, 1], [0, 2]]) == [[6, 10], [2, 4]])
  }

  @Test func `scores and shares of the diagonal are those of the softmax and the greatest`() {
    let rows = [[Elementary.logarithm(3.0), 0], [0, 0]]
    #expect(abs(Matching.score(rows) - (0.75 + 0.5) / 2) < 1e-12)
    #expect(Matching.top([[2, 1, 0], [3, 2, 1], [0, 0, 5]]) == 2.0 / 3)
    #expect(Matching.dominance([[2, -1], [1, -4]]) == 3)
    #expect(Matching.score([]).isNaN && Matching.top([]).isNaN)
    // Large scores do not overflow.
    #expect(Matching.score([[2000, 0], [0, 3000]]) == 1)
  }

  @Test func `normalised rows have mean zero and deviation one`() {
    let row = Matching.normalized([1, 3, 5, 7], epsilon: 0)
    let unit = 1 / 5.0.squareRoot()
    #expect(zip(row, [-3, -1, 1, 3]).allSatisfy { abs($0 - $1 * unit) < 1e-15 })
  }

  @Test func `the first step that reaches a threshold counts, or the limit`() {
    let values: [(step: UInt64, value: Double)] = [(0, 0.1), (100, 0.9), (200, 0.4), (300, 1)]
    #expect(ReasoningProgress.firstStep(values, reaching: 0.9, limit: 300) == 100)
    #expect(ReasoningProgress.firstStep(values, reaching: 1.1, limit: 300) == 300)
    #expect(ReasoningProgress.firstStep([(0, .nan)], reaching: 0.5, limit: 7) == 7)
  }
}
