/// Random numbers addressed by (seed index, purpose, step, index), never by the cell.
///
/// Equal addresses give equal numbers in every cell, on every node and after any resume; so the
/// cells of a grid are paired. The address is laid out in Philox4x32-10 as
///
///     key word 0      the seed index
///     key word 1      the purpose's number (``RandomPurpose``)
///     counter word 0  bits 0-31 of the block       counter word 2  bits 0-31 of the step
///     counter word 1  bits 32-63 of the block      counter word 3  bits 32-63 of the step
///
/// A block has four words w0...w3. The uniform and normal numbers of double precision take two
/// words each: index 2b and 2b + 1 come from block b. The step is the training step; for numbers
/// that are drawn once it is the position of the tensor among those drawn for the purpose.
public struct RandomStream: Sendable {
  /// The two key words.
  private let key: SIMD2<UInt32>
  /// The upper half of every counter.
  private let step: SIMD2<UInt32>

  /// The stream at an address, from index 0.
  /// - Parameters:
  ///   - seed: The seed index: the replicate, unless the sweep pins the purpose.
  ///   - purpose: What the numbers are for.
  ///   - step: The training step, or the position of the tensor that is drawn.
  public init(seed: UInt32, purpose: RandomPurpose, step: UInt64) {
    key = SIMD2(seed, purpose.rawValue)
    self.step = SIMD2(UInt32(truncatingIfNeeded: step), UInt32(truncatingIfNeeded: step >> 32))
  }

  /// The four words of a block.
  public func words(block: UInt64) -> Philox.Block {
    Philox.block(
      counter: Philox.Block(
        UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: block >> 32),
        step[0], step[1]),
      key: key)
  }

  /// The two uniform numbers of a block, in the open interval (0, 1).
  ///
  /// The 52 upper bits k of two words give (k + ½) / 2^52, which is exact and never 0 or 1.
  func uniformPair(block: UInt64) -> (first: Double, second: Double) {
    let words = words(block: block)
    return (
      RandomStream.openUniform(words[0], words[1]), RandomStream.openUniform(words[2], words[3])
    )
  }

  private static func openUniform(_ high: UInt32, _ low: UInt32) -> Double {
    let bits = (UInt64(high) << 32 | UInt64(low)) >> 12
    return (Double(bits) + 0.5) * 0x1p-52
  }

  /// Writes uniform numbers of the open interval (0, 1), index 0 first.
  /// - Parameter values: What is overwritten.
  public func fillUniform(_ values: inout [Double]) {
    fillPairs(&values) { uniformPair(block: $0) }
  }

  /// Writes standard normal numbers, index 0 first.
  ///
  /// Box-Muller: √(-2 ln u) times the cosine (even index) and sine (odd index) of 2π v, with u
  /// and v the uniform numbers of the block.
  /// - Parameter values: What is overwritten.
  public func fillNormal(_ values: inout [Double]) {
    var index = 0
    while index + 2 * NormalNumbers.pairCount <= values.count {
      NormalNumbers.fill(&values, at: index, block: UInt64(index / 2), step: step, key: key)
      index += 2 * NormalNumbers.pairCount
    }
    fillPairs(&values, from: index) { normalPair(block: $0) }
  }

  /// The standard normal number of one index, as ``fillNormal(_:)`` has it.
  public func normal(index: UInt64) -> Double {
    let pair = normalPair(block: index / 2)
    return index.isMultiple(of: 2) ? pair.first : pair.second
  }

  private func normalPair(block: UInt64) -> (first: Double, second: Double) {
    let uniform = uniformPair(block: block)
    let radius = (-2 * Elementary.logarithm(uniform.first)).squareRoot()
    let direction = Elementary.sineAndCosine(turns: uniform.second)
    return (radius * direction.cosine, radius * direction.sine)
  }

  private func fillPairs(
    _ values: inout [Double], from start: Int = 0,
    _ pair: (UInt64) -> (first: Double, second: Double)
  ) {
    var index = start
    while index < values.count {
      let drawn = pair(UInt64(index / 2))
      values[index] = drawn.first
      if index + 1 < values.count { values[index + 1] = drawn.second }
      index += 2
    }
  }
}
