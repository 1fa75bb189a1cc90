/// The counter-based generator Philox4x32-10.
///
/// A block of four random words is a function of a counter of four words and a key of two, so any
/// draw can be made at any time, on any node, without making the ones before it. Ten rounds of two
/// 32 x 32 -> 64 bit products each; the words are not correlated over counters or keys. Source:
/// Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
public enum Philox {
  /// Four random words, or the counter that addresses them.
  public typealias Block = SIMD4<UInt32>

  /// Counter words 0 and 2 are multiplied by these in every round.
  static let multipliers: (UInt32, UInt32) = (0xD251_1F53, 0xCD9E_8D57)
  /// The key grows by these between rounds: the golden ratio and √3 - 1 as fractions of 2^32.
  static let keySteps: (UInt32, UInt32) = (0x9E37_79B9, 0xBB67_AE85)

  /// The random block at this counter under this key.
  /// - Parameters:
  ///   - counter: The address of the block.
  ///   - key: The two words that tell streams apart.
  /// - Returns: Four words.
  public static func block(counter: Block, key: SIMD2<UInt32>) -> Block {
    var words = counter
    var roundKey = key
    for round in 0..<10 {
      if round > 0 {
        roundKey[0] &+= keySteps.0
        roundKey[1] &+= keySteps.1
      }
      let even = multipliers.0.multipliedFullWidth(by: words[0])
      let odd = multipliers.1.multipliedFullWidth(by: words[2])
      words = Block(
        odd.high ^ words[1] ^ roundKey[0], odd.low,
        even.high ^ words[3] ^ roundKey[1], even.low)
    }
    return words
  }
}
