/// Normal numbers eight pairs at a time, with the bits of ``RandomStream`` drawing them one by one.
///
/// Every lane does what `Elementary` does for a number between 0 and 1, in the same order; the
/// processor works on several lanes at once. Cost: about a third of the time.
struct NormalNumbers {
  private typealias Numbers = SIMD8<Double>
  private typealias Words = SIMD8<UInt32>
  private typealias LongWords = SIMD8<UInt64>

  /// Pairs that are drawn at once.
  static let pairCount = 8

  /// Writes the pairs of the blocks from `block` on.
  /// - Parameters:
  ///   - values: At least sixteen numbers from `index` on, which are overwritten.
  ///   - index: The first of them.
  ///   - block: The first block.
  ///   - step: The two upper words of every counter.
  ///   - key: The two words of the key.
  static func fill(
    _ values: inout [Double], at index: Int, block: UInt64, step: SIMD2<UInt32>,
    key: SIMD2<UInt32>
  ) {
    let blocks = LongWords(repeating: block) &+ LongWords(0, 1, 2, 3, 4, 5, 6, 7)
    let words = words(blocks, step: step, key: key)
    let first = uniform(words.0, words.1)
    let second = uniform(words.2, words.3)
    let radius = (-2 * logarithm(first)).squareRoot()
    let direction = sineAndCosine(turns: second)
    let (even, odd) = (radius * direction.cosine, radius * direction.sine)
    for pair in 0..<pairCount {
      values[index + 2 * pair] = even[pair]
      values[index + 2 * pair + 1] = odd[pair]
    }
  }

  private static func words(
    _ blocks: LongWords, step: SIMD2<UInt32>, key: SIMD2<UInt32>
  ) -> (Words, Words, Words, Words) {
    var a = Words(truncatingIfNeeded: blocks)
    var b = Words(truncatingIfNeeded: blocks &>> 32)
    var c = Words(repeating: step[0])
    var d = Words(repeating: step[1])
    var roundKey = key
    for round in 0..<10 {
      if round > 0 { roundKey &+= SIMD2(Philox.keySteps.0, Philox.keySteps.1) }
      let even =
        LongWords(truncatingIfNeeded: a) &* LongWords(repeating: UInt64(Philox.multipliers.0))
      let odd =
        LongWords(truncatingIfNeeded: c) &* LongWords(repeating: UInt64(Philox.multipliers.1))
      a = Words(truncatingIfNeeded: odd &>> 32) ^ b ^ Words(repeating: roundKey[0])
      b = Words(truncatingIfNeeded: odd)
      c = Words(truncatingIfNeeded: even &>> 32) ^ d ^ Words(repeating: roundKey[1])
      d = Words(truncatingIfNeeded: even)
    }
    return (a, b, c, d)
  }

  private static func uniform(_ high: Words, _ low: Words) -> Numbers {
    let bits =
      (LongWords(truncatingIfNeeded: high) &<< 32 | LongWords(truncatingIfNeeded: low)) &>> 12
    // A number of 52 bits is the fraction of one from 2^52 to 2^53, whose last place is 1.
    let shifted = bits | LongWords(repeating: (0x1p52).bitPattern)
    return (numbers(shifted) - 0x1p52 + 0.5) * 0x1p-52
  }

  private static func numbers(_ bits: LongWords) -> Numbers {
    unsafe unsafeBitCast(bits, to: Numbers.self)
  }

  private static func logarithm(_ x: Numbers) -> Numbers {
    let bits = unsafe unsafeBitCast(x, to: LongWords.self)
    var fraction = numbers(
      bits & LongWords(repeating: 0x000f_ffff_ffff_ffff)
        | LongWords(repeating: (1.0).bitPattern))
    // Exponents of numbers below one, from which 2^52 is taken again.
    var power =
      numbers(bits &>> 52 | LongWords(repeating: (0x1p52).bitPattern)) - (0x1p52 + 1023)
    let isLarge = fraction .> 2 * Elementary.squareRootOfHalf
    fraction.replace(with: fraction * 0.5, where: isLarge)
    power.replace(with: power + 1, where: isLarge)
    let f = fraction - 1
    let s = f / (2 + f)
    let tail = ElementarySeries.tailOfLogarithm(s * s)
    let small = s * (f - 2 * tail) - power * Elementary.ln2Low
    return power * Elementary.ln2High + (f - small)
  }

  private static func sineAndCosine(turns: Numbers) -> (sine: Numbers, cosine: Numbers) {
    let quarter = (turns * 4).rounded(.toNearestOrEven)
    let angle = (turns - quarter * 0.25) * (2 * Double.pi)
    let (sine, cosine) = ElementarySeries.sineAndCosine(angle)
    // From 0 to 4 quarters: an odd number of them exchanges the two, and each changes sign.
    let isOdd = (quarter .== 1) .| (quarter .== 3)
    let sineOfTurns = sine.replacing(with: cosine, where: isOdd)
    let cosineOfTurns = cosine.replacing(with: sine, where: isOdd)
    return (
      sineOfTurns.replacing(with: -sineOfTurns, where: (quarter .== 2) .| (quarter .== 3)),
      cosineOfTurns.replacing(with: -cosineOfTurns, where: (quarter .== 1) .| (quarter .== 2))
    )
  }
}
