/// Where the batches of a training come from: it sets inputs before every evaluation.
///
/// What a batch is follows from the step alone, so that a training that goes on after an interruption
/// sees the batches that it would have seen. A training on all samples at once needs none.
public protocol BatchSource<Element>: AnyObject {
  /// What the inputs are made of.
  associatedtype Element: Scalar

  /// Gives the inputs of a batch.
  /// - Parameters:
  ///   - step: How many steps were taken before.
  ///   - set: To be called with the name and the elements of every input that changes.
  func load(step: UInt64, _ set: (String, Span<Element>) -> Void)
}

/// Batches of samples that are drawn anew for every step.
///
/// ```swift
/// trainer.batches = FreshBatches { step, set in
///   let sentences = task.sentences(
///     from: RandomStream(seed: seed, purpose: .batches, step: step))
///   set("x", sentences.tokens)
///   set("y", sentences.labels)
/// }
/// ```
public final class FreshBatches<Element: Scalar>: BatchSource {
  private let generate: (UInt64, (String, [Element]) -> Void) -> Void

  /// Batches by a function of the step.
  /// - Parameter generate: Makes the samples of a step and gives each input to the function that it
  ///   is handed; the same step must give the same samples.
  public init(
    _ generate: @escaping (_ step: UInt64, _ set: (String, [Element]) -> Void) -> Void
  ) {
    self.generate = generate
  }

  /// Gives the inputs of a batch.
  public func load(step: UInt64, _ set: (String, Span<Element>) -> Void) {
    generate(step) { name, values in set(name, values.span) }
  }
}
