extension SweepFileError {
  /// The stable names of the errors of sweep files; `docs/SWEEP-ERRORS.md` lists them.
  package struct Code: Hashable, Sendable {
    /// The dotted name.
    package let rawValue: String

    init(_ rawValue: String) { self.rawValue = rawValue }

    /// The file cannot be opened or read, or is a directory.
    package static let unreadable = Code("sweep.unreadable")
    /// The file is larger than a sweep file may be.
    package static let tooLarge = Code("sweep.too-large")
    /// The file is not UTF-8, or holds a NUL byte.
    package static let encoding = Code("sweep.encoding")
    /// The file is no YAML.
    package static let syntax = Code("sweep.syntax")
    /// The file uses an anchor, an alias, a tag or a second document.
    package static let unsupportedSyntax = Code("sweep.unsupported-syntax")
    /// A key is given twice.
    package static let duplicateKey = Code("sweep.duplicate-key")
    /// A key is not known.
    package static let unknownKey = Code("sweep.unknown-key")
    /// A key that is needed is not there.
    package static let missingKey = Code("sweep.missing-key")
    /// Two keys exclude each other.
    package static let conflict = Code("sweep.conflict")
    /// A value is of another form than its key takes.
    package static let wrongType = Code("sweep.wrong-type")
    /// The sweep's name has letters that it may not have.
    package static let name = Code("sweep.name")
    /// What a later version will be able to do.
    package static let notAvailable = Code("sweep.not-available")
    /// The study is not one that the worker can train.
    package static let unknownStudy = Code("sweep.unknown-study")
    /// The worker's description of the study is malformed.
    package static let studyDescription = Code("sweep.study-description")
    /// The study has no such parameter.
    package static let unknownParameter = Code("sweep.unknown-parameter")
    /// A value is of another type than its parameter.
    package static let parameterType = Code("sweep.parameter-type")
    /// A value is out of its parameter's range or not among its words.
    package static let parameterRange = Code("sweep.parameter-range")
    /// A parameter gets its values in two places.
    package static let duplicateParameter = Code("sweep.duplicate-parameter")
    /// A data file cannot be read, is too large, or is not what it was.
    package static let dataFile = Code("sweep.data-file")
    /// An axis has no values.
    package static let emptyAxis = Code("sweep.empty-axis")
    /// An axis has a value twice.
    package static let duplicateValue = Code("sweep.duplicate-value")
    /// A range is reversed or has too few points.
    package static let range = Code("sweep.range")
    /// A logarithmic range touches zero.
    package static let logScale = Code("sweep.log-scale")
    /// A number is NaN or infinite.
    package static let notFinite = Code("sweep.not-finite")
    /// A distribution without a finite grid.
    package static let noFiniteGrid = Code("sweep.no-finite-grid")
    /// The grid has more trials than a sweep may have.
    package static let tooManyTrials = Code("sweep.too-many-trials")
    /// A list that every cell is held against is too long.
    package static let tooManyEntries = Code("sweep.too-many-entries")
    /// Every cell of the grid is excluded.
    package static let noCells = Code("sweep.no-cells")
    /// Zipped axes have different numbers of values.
    package static let zipLength = Code("sweep.zip-length")
    /// `set` would change an axis.
    package static let setAxis = Code("sweep.set-axis")
    /// A value that `set` computes does not fit its parameter.
    package static let setValue = Code("sweep.set-value")
    /// An expression cannot be read, or has the wrong type.
    package static let expression = Code("sweep.expression")
    /// The study draws no random numbers for this purpose.
    package static let unknownSeed = Code("sweep.unknown-seed")
    /// Replicates are no count and no list of distinct indices.
    package static let replicates = Code("sweep.replicates")
    /// What is to be kept of a trial is not understood.
    package static let keep = Code("sweep.keep")
    /// A limit is no amount of memory or time.
    package static let limits = Code("sweep.limits")
    /// A diagram names what is not an axis of the sweep.
    package static let diagramAxis = Code("diagram.axis")
    /// A diagram colours by what is not a number that the study measures.
    package static let diagramMeasure = Code("diagram.measure")
    /// An axis is neither drawn nor reduced nor fixed.
    package static let diagramOpenAxis = Code("diagram.open-axis")
    /// A reduction cannot be done.
    package static let diagramReduce = Code("diagram.reduce")
    /// A diagram fixes an axis at a value that it does not have.
    package static let diagramFixed = Code("diagram.fixed")
    /// An option of a diagram on the command line cannot be read.
    package static let diagramOption = Code("diagram.option")
  }
}
