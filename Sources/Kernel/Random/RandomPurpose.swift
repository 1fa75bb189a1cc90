/// What random numbers are drawn for: each purpose has a stream of its own.
///
/// The raw value enters the generator's key, so a number that was given once stays forever.
public enum RandomPurpose: UInt32, Sendable, CaseIterable {
  /// Parameters of a model at the start.
  case initialization = 1
  /// Samples that a study generates.
  case data = 2
  /// What dropout keeps.
  case dropout = 3
  /// Which samples a batch has.
  case batches = 4
  /// Directions in which a measure looks around trained parameters.
  case probes = 5

  /// The name in a study's `seedPurposes` and in a sweep's `seeds`.
  public var name: String {
    switch self {
    case .initialization: "initialization"
    case .data: "data"
    case .dropout: "dropout"
    case .batches: "batches"
    case .probes: "probes"
    }
  }
}
