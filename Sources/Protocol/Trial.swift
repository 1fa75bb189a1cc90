/// How matrix products are computed; part of every trial key.
public enum NumericProfile: String, Hashable, Sendable, CaseIterable {
  /// By our own products, in the order of summation that a fixed table has for the shape: the same
  /// bits on every processor.
  case pinned
  /// Every product by OpenBLAS's Haswell kernels.
  case openblas
  /// Whatever OpenBLAS picks for the processor: other bits on other processors.
  case native

  /// Grows whenever the profile would give other bits.
  public var revision: UInt32 {
    switch self {
    // 2: all products in plain order or as dot products, none by OpenBLAS.
    case .pinned: 2
    case .openblas, .native: 1
    }
  }

  /// The core type that OpenBLAS is told to use when it is loaded; `nil` leaves the choice to it.
  public var openBLASCoreType: String? {
    switch self {
    case .pinned, .openblas: "Haswell"
    case .native: nil
    }
  }
}

/// What one trial may use.
public struct TrialLimits: Hashable, Sendable {
  /// Memory, in bytes; `nil` for the worker's default.
  public var memoryBytes: UInt64?
  /// Wall time, in seconds; `nil` for the worker's default.
  public var timeSeconds: Double?

  /// Limits, each `nil` for the worker's default.
  public init(memoryBytes: UInt64? = nil, timeSeconds: Double? = nil) {
    self.memoryBytes = memoryBytes
    self.timeSeconds = timeSeconds
  }
}

/// All that determines the numbers of one trial.
public struct TrialSpecification: Hashable, Sendable {
  /// The study's name.
  public var study: String
  /// The study's numerics revision.
  public var revision: UInt32
  /// How products are computed.
  public var numerics: NumericProfile
  /// Every parameter of the study with its value; inactive ones hold their default.
  public var parameters: [String: ParameterValue]
  /// The names of the parameters that make the key: the active ones that are not neutral.
  public var keyParameters: [String]
  /// The seed index of each purpose of the study.
  public var seeds: [String: UInt32]
  /// Which repetition of its cell.
  public var replicate: UInt32

  /// Puts a specification together.
  public init(
    study: String, revision: UInt32, numerics: NumericProfile,
    parameters: [String: ParameterValue], keyParameters: [String],
    seeds: [String: UInt32], replicate: UInt32
  ) {
    self.study = study
    self.revision = revision
    self.numerics = numerics
    self.parameters = parameters
    self.keyParameters = keyParameters
    self.seeds = seeds
    self.replicate = replicate
  }

  /// What the trial key is the digest of, one fact a line.
  ///
  /// The lines are sorted, so that no order of declaration enters the key; text values are written
  /// as JSON strings, so that none can imitate another line.
  public var keyText: String {
    var text = TrialSpecification.keyHeader(study: study, revision: revision, numerics: numerics)
    for name in keyParameters.sorted() {
      guard let value = parameters[name] else { continue }
      text += TrialSpecification.keyLine(parameter: name, value)
    }
    for (purpose, index) in seeds.sorted(by: { $0.key < $1.key }) {
      text += TrialSpecification.keyLine(seed: purpose, index)
    }
    return text + TrialSpecification.keyLine(replicate: replicate)
  }

  /// The identity of the trial: the SHA-256 of ``keyText``.
  public var key: TrialKey { TrialKey(ofText: keyText) }

  static func keyHeader(study: String, revision: UInt32, numerics: NumericProfile) -> String {
    """
    phasegrid trial key 1
    study \(study) revision \(revision)
    numerics \(numerics.rawValue) revision \(numerics.revision)

    """
  }

  static func keyLine(parameter name: String, _ value: ParameterValue) -> String {
    let written =
      if case .text(let text) = value { JSONValue.string(text).text } else { value.canonicalText }
    return "parameter \(name) \(written)\n"
  }

  static func keyLine(seed purpose: String, _ index: UInt32) -> String {
    "seed \(purpose) \(index)\n"
  }

  static func keyLine(replicate: UInt32) -> String { "replicate \(replicate)\n" }
}

extension TrialKey {
  /// The key of the trial whose ``TrialSpecification/keyText`` this is.
  public init(ofText text: String) {
    var digest = SHA256()
    digest.update(Array(text.utf8))
    self.init(digest: digest.finishedWords())
  }
}
