/// A batch that a plan works through in equal chunks, one after the other, so that what one chunk
/// needs stays in the processor's caches.
///
/// The plan's graph is that of one chunk. Gradients are those of the sum over all chunks, as are the
/// outputs that are `sums`; every other output holds the rows of all chunks, in their order.
public struct Chunks: Hashable, Sendable {
  /// How many chunks.
  public let count: Int
  /// The inputs that differ between chunks: each is given as the rows of all chunks, in their order.
  public let inputs: Set<String>
  /// The outputs that are added over the chunks.
  public let sums: Set<Node>

  /// Describes the chunks.
  /// - Parameters:
  ///   - count: How many; at least 1.
  ///   - inputs: The inputs that differ between chunks.
  ///   - sums: The outputs that are added over the chunks.
  public init(count: Int, inputs: Set<String>, sums: Set<Node>) {
    precondition(count > 0, "a batch has at least one chunk")
    self.count = count
    self.inputs = inputs
    self.sums = sums
  }
}
