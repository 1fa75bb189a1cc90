/// The numbers of the input `dropout.counter`, for a batch of one chunk or of several.
struct DropoutCounter<Element: Scalar> {
  /// Eight numbers a chunk.
  private(set) var elements: [Element]

  /// The counter before the first step.
  /// - Parameters:
  ///   - seed: The seed index.
  ///   - chunks: The chunks of the batch.
  ///   - samplesPerChunk: The samples of each of them.
  init(seed: UInt32, chunks: Int = 1, samplesPerChunk: Int = 0) {
    elements = (0..<chunks).flatMap { chunk in
      let first = UInt64(chunk * samplesPerChunk)
      return [UInt64(seed), UInt64(seed) >> 16, 0, 0, 0, 0, first, first >> 16].map {
        Element(UInt16(truncatingIfNeeded: $0))
      }
    }
  }

  /// Goes to a step.
  mutating func set(step: UInt64) {
    for start in stride(from: 0, to: elements.count, by: DropoutCounterInput.shape.columns) {
      for part in 0..<4 {
        elements[start + 2 + part] = Element(UInt16(truncatingIfNeeded: step >> (16 * part)))
      }
    }
  }
}
