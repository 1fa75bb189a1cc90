/// What a worker says of a study that it can train: all that the coordinator knows of it.
public struct StudyDescription: Hashable, Sendable {
  /// The name in sweep files: `[a-z0-9-]+`.
  public var name: String
  /// One line for a list.
  public var title: String
  /// What is trained and measured, in a few sentences.
  public var summary: String
  /// The publication that it follows.
  public var source: String
  /// Grows whenever the same parameters would give other bits; part of every trial key.
  public var revision: UInt32
  /// The parameters, in the order in which a reader wants them.
  public var parameters: [ParameterDescription]
  /// Combinations of parameters that cannot be trained.
  public var constraints: [StudyConstraint]
  /// What random numbers are drawn for: `initialization`, `data`, `batch` and the like.
  ///
  /// A sweep's `seeds` may set the index of each; every other purpose follows the replicate.
  public var seedPurposes: [String]
  /// What a trial reports.
  public var measures: [MeasureDescription]
  /// The matrices that a sweep can have kept of each trial; none is computed unasked.
  public var matrices: [MeasureDescription]
  /// Boundaries that theory predicts, for diagrams.
  public var theoryLines: [TheoryLine]
  /// What the publication claims, as `check` tests it.
  public var statements: [StatementDescription]
  /// Estimated multiply-adds of one trial, an expression over its parameters; `plan` prices with it.
  public var cost: String

  /// Puts a description together.
  public init(
    name: String, title: String, summary: String, source: String, revision: UInt32,
    parameters: [ParameterDescription], constraints: [StudyConstraint] = [],
    seedPurposes: [String] = [], measures: [MeasureDescription],
    matrices: [MeasureDescription] = [],
    theoryLines: [TheoryLine] = [], statements: [StatementDescription] = [], cost: String
  ) {
    self.name = name
    self.title = title
    self.summary = summary
    self.source = source
    self.revision = revision
    self.parameters = parameters
    self.constraints = constraints
    self.seedPurposes = seedPurposes
    self.measures = measures
    self.matrices = matrices
    self.theoryLines = theoryLines
    self.statements = statements
    self.cost = cost
  }

  /// The parameter of this name.
  public func parameter(_ name: String) -> ParameterDescription? {
    parameters.first { $0.name == name }
  }

  /// The measure of this name.
  public func measure(_ name: String) -> MeasureDescription? {
    measures.first { $0.name == name }
  }

  /// The matrix of this name.
  public func matrix(_ name: String) -> MeasureDescription? {
    matrices.first { $0.name == name }
  }
}

/// One named, typed, documented parameter of a study.
public struct ParameterDescription: Hashable, Sendable {
  /// The dotted name in sweep files, for instance `init.gamma`.
  public var name: String
  /// What diagrams write on an axis, for instance `γ`.
  public var label: String
  /// The type.
  public var type: ParameterType
  /// The value where a sweep says nothing.
  public var defaultValue: ParameterValue
  /// The least value allowed, for numbers.
  public var minimum: Double?
  /// The greatest value allowed, for numbers.
  public var maximum: Double?
  /// The unit, empty for none.
  public var unit: String
  /// What it does, in one sentence.
  public var meaning: String
  /// An expression over other parameters.
  ///
  /// Where it is false, this one has no effect and leaves the trial key; `nil` is always active.
  public var activeWhen: String?
  /// The value at which the parameter leaves the trial key, for one that was added to a study after
  /// its results existed.
  public var neutral: ParameterValue?

  /// Puts a parameter together.
  public init(
    name: String, label: String, type: ParameterType, defaultValue: ParameterValue,
    minimum: Double? = nil, maximum: Double? = nil, unit: String = "", meaning: String,
    activeWhen: String? = nil, neutral: ParameterValue? = nil
  ) {
    self.name = name
    self.label = label
    self.type = type
    self.defaultValue = defaultValue
    self.minimum = minimum
    self.maximum = maximum
    self.unit = unit
    self.meaning = meaning
    self.activeWhen = activeWhen
    self.neutral = neutral
  }
}

/// A combination of parameters that a study cannot train.
public struct StudyConstraint: Hashable, Sendable {
  /// An expression over parameters that must be true.
  public var validWhen: String
  /// Why, for the person whose cell is left out.
  public var reason: String

  /// Pairs a condition with its reason.
  public init(validWhen: String, reason: String) {
    self.validWhen = validWhen
    self.reason = reason
  }
}

/// One measure that a trial reports.
public struct MeasureDescription: Hashable, Sendable {
  /// What kind of value it is.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// One number.
    case number
    /// A fixed list of numbers.
    case vector
    /// Numbers over training steps.
    case curve
    /// Rows of numbers.
    case matrix
  }

  /// The name in sweep files and tables.
  public var name: String
  /// What diagrams write.
  public var label: String
  /// The kind of value.
  public var kind: Kind
  /// The unit, empty for none.
  public var unit: String
  /// What it says, in one sentence with its formula or source.
  public var meaning: String

  /// Puts a measure together.
  public init(name: String, label: String, kind: Kind = .number, unit: String = "", meaning: String)
  {
    self.name = name
    self.label = label
    self.kind = kind
    self.unit = unit
    self.meaning = meaning
  }
}

/// A boundary that theory predicts: a line of points in two parameters.
public struct TheoryLine: Hashable, Sendable {
  /// One point of the line.
  public struct Point: Hashable, Sendable {
    /// The value of the first parameter.
    public var x: Double
    /// The value of the second parameter.
    public var y: Double

    /// A point from its two values.
    public init(x: Double, y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// What the legend says.
  public var label: String
  /// The parameter of the points' first value.
  public var x: String
  /// The parameter of the points' second value.
  public var y: String
  /// The points in order; neighbours are joined by straight lines.
  public var points: [Point]

  /// Puts a line together.
  public init(label: String, x: String, y: String, points: [Point]) {
    self.label = label
    self.x = x
    self.y = y
    self.points = points
  }
}

/// A claim of the publication that the results of a grid can support or refute.
public struct StatementDescription: Hashable, Sendable {
  /// A short name, for instance `A1`.
  public var name: String
  /// The claim, with its numbers.
  public var claim: String

  /// Pairs a name with a claim.
  public init(name: String, claim: String) {
    self.name = name
    self.claim = claim
  }
}
