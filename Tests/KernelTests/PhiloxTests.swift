import Kernel
import Testing

@Suite struct PhiloxTests {
  /// The known answers that the generator's authors publish with it (Random123, `kat_vectors`).
  @Test(arguments: [
    (
      Philox.Block(0, 0, 0, 0), SIMD2<UInt32>(0, 0),
      Philox.Block(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)
    ),
    (
      Philox.Block(repeating: 0xffff_ffff), SIMD2<UInt32>(repeating: 0xffff_ffff),
      Philox.Block(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)
    ),
    (
      Philox.Block(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
      SIMD2<UInt32>(0xa409_3822, 0x299f_31d0),
      Philox.Block(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
    ),
  ])
  func `a block has the published words`(
    counter: Philox.Block, key: SIMD2<UInt32>, expected: Philox.Block
  ) {
    #expect(Philox.block(counter: counter, key: key) == expected)
  }

  @Test func `a stream's address is laid out as documented`() {
    let stream = RandomStream(seed: 7, purpose: .data, step: 0x0000_0009_0000_0008)
    #expect(
      stream.words(block: 0x0000_0002_0000_0001)
        == Philox.block(counter: Philox.Block(1, 2, 8, 9), key: SIMD2(7, 2)))
  }

  @Test(arguments: [
    (RandomPurpose.initialization, 1 as UInt32), (.data, 2), (.dropout, 3), (.batches, 4),
    (.probes, 5),
  ])
  func `a purpose keeps its number`(purpose: RandomPurpose, number: UInt32) {
    #expect(purpose.rawValue == number)
  }

  @Test func `a longer fill begins with the shorter one`() {
    let stream = RandomStream(seed: 1, purpose: .initialization, step: 0)
    var short = [Double](repeating: 0, count: 5)
    var long = [Double](repeating: 0, count: 8)
    stream.fillNormal(&short)
    stream.fillNormal(&long)
    #expect(Array(long.prefix(5)) == short)
  }

  @Test(arguments: [
    RandomStream(seed: 1, purpose: .data, step: 0),
    RandomStream(seed: 0, purpose: .initialization, step: 0),
    RandomStream(seed: 0, purpose: .data, step: 1),
    RandomStream(seed: 0, purpose: .data, step: 1 << 32),
  ])
  func `every part of the address gives other numbers`(other: RandomStream) {
    let stream = RandomStream(seed: 0, purpose: .data, step: 0)
    #expect(stream.words(block: 0) != other.words(block: 0))
  }

  @Test func `uniform numbers are those of the block's bits`() {
    let stream = RandomStream(seed: 3, purpose: .data, step: 4)
    let words = stream.words(block: 0)
    var drawn = [0.0, 0.0]
    stream.fillUniform(&drawn)
    let first = (UInt64(words[0]) << 32 | UInt64(words[1])) >> 12
    let second = (UInt64(words[2]) << 32 | UInt64(words[3])) >> 12
    #expect(drawn == [(Double(first) + 0.5) * 0x1p-52, (Double(second) + 0.5) * 0x1p-52])
  }

  @Test func `uniform numbers lie inside the interval and fill it`() {
    var drawn = [Double](repeating: 0, count: 100_000)
    RandomStream(seed: 0, purpose: .data, step: 0).fillUniform(&drawn)
    #expect(drawn.allSatisfy { $0 > 0 && $0 < 1 })
    let mean = drawn.reduce(0, +) / Double(drawn.count)
    // Four standard errors of the mean: 4 · 0.2887 / √100000.
    #expect(abs(mean - 0.5) < 0.00366)
  }

  @Test func `normal numbers have the moments of a normal distribution`() {
    var drawn = [Double](repeating: 0, count: 100_000)
    RandomStream(seed: 0, purpose: .initialization, step: 0).fillNormal(&drawn)
    let count = Double(drawn.count)
    let mean = drawn.reduce(0, +) / count
    let variance = drawn.reduce(0) { $0 + $1 * $1 } / count
    let fourth = drawn.reduce(0) { $0 + $1 * $1 * $1 * $1 } / count
    // Four standard errors each: √(1/n), √(2/n) and √(96/n).
    #expect(abs(mean) < 0.0127)
    #expect(abs(variance - 1) < 0.0179)
    #expect(abs(fourth - 3) < 0.124)
  }

  @Test func `normal numbers of a block are not correlated`() {
    var drawn = [Double](repeating: 0, count: 100_000)
    RandomStream(seed: 0, purpose: .initialization, step: 0).fillNormal(&drawn)
    var products = 0.0
    for index in stride(from: 0, to: drawn.count, by: 2) {
      products += drawn[index] * drawn[index + 1]
    }
    // Four standard errors of the mean of 50000 products of variance 1.
    #expect(abs(products / 50_000) < 0.0179)
  }
}
