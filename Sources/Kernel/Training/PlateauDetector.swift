public import Protocol

/// Notices that a number, such as a loss, has stopped falling.
///
/// ```swift
/// var plateau = PlateauDetector(patience: 10)
/// trainer.train(
///   remembering: &plateau, every: 100, endsWhen: { plateau, _ in plateau.isOver(after: loss()) })
/// ```
public struct PlateauDetector: Hashable, Sendable {
  /// How many numbers in a row may be no better than the best before them.
  public let patience: Int
  /// By which part of its size the best must be beaten.
  public let relativeImprovement: Double
  private var best = Double.infinity
  private var waited = 0

  /// Describes a plateau.
  public init(patience: Int, relativeImprovement: Double = 0) {
    precondition(
      patience > 0 && relativeImprovement >= 0, "a plateau is waited for, and left downwards")
    self.patience = patience
    self.relativeImprovement = relativeImprovement
  }

  /// Takes the next number.
  /// - Parameter value: What should fall; NaN is no improvement.
  /// - Returns: Whether as many numbers as there is patience for were no better.
  public mutating func isOver(after value: Double) -> Bool {
    if value < best - relativeImprovement * best.magnitude || best == .infinity && value < best {
      best = value
      waited = 0
    } else {
      waited += 1
    }
    return waited >= patience
  }
}

extension PlateauDetector: StageMemory {
  /// Appends what was seen.
  public func encode(to writer: inout ByteWriter) {
    writer.write(best)
    writer.write(UInt32(clamping: waited))
  }

  /// Takes over what was seen.
  public mutating func restore(from reader: inout ByteReader) throws(FrameError) {
    best = try reader.readDouble()
    waited = Int(try reader.read(UInt32.self))
  }
}
