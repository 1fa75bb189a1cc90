/// A rule that changes the parameters from their gradients; a value without state of its own.
///
/// What an optimiser remembers (moments, lost digits) lies in blocks cut as the parameters are, so
/// that each update is one pass over flat memory.
public protocol Optimizer: Sendable {
  /// How many blocks it remembers.
  var blockCount: Int { get }
  /// Whether it reads the Gram matrix of the per-sample gradients.
  var readsGram: Bool { get }
  /// Which pieces its weight decay acts on.
  var decayedPieces: DecayedPieces { get }
  /// Changes the parameters once.
  /// - Parameter update: The parameters, gradients and blocks, and which step it is.
  /// - Returns: The size of the step: what the gradient, or its stand-in, was multiplied with.
  func step<Element: Scalar>(_ update: ParameterUpdate<Element>) -> Double
}

extension Optimizer {
  /// Most rules read gradients alone.
  public var readsGram: Bool { false }
  /// Most rules treat all pieces alike.
  public var decayedPieces: DecayedPieces { .all }
}
