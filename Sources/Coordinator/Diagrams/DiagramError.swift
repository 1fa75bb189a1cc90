package import Protocol

/// Why a diagram could not be made or written.
package struct DiagramError: Diagnosable {
  /// The stable names of the errors of diagrams.
  package struct Code: Hashable, Sendable {
    /// The dotted name.
    package let rawValue: String

    init(_ rawValue: String) { self.rawValue = rawValue }

    /// The sweep has no cell that the diagram could show.
    package static let noCells = Code("diagram.no-cells")
    /// An axis was named that the sweep does not vary.
    package static let unknownAxis = Code("diagram.unknown-axis")
    /// A measure was named that the study does not report as one number.
    package static let unknownMeasure = Code("diagram.unknown-measure")
    /// No measure, or the same parameter on both axes.
    package static let request = Code("diagram.request")
    /// An axis was held at a value that it does not take.
    package static let unknownValue = Code("diagram.unknown-value")
    /// Several trials of one replicate fall on one cell of the diagram.
    package static let unreducedAxis = Code("diagram.unreduced-axis")
    /// A reduction or a summary that cannot be computed on this axis.
    package static let reduction = Code("diagram.reduction")
    /// A condition or mask that cannot be read or evaluated.
    package static let expression = Code("diagram.expression")
    /// A file name whose extension names no format.
    package static let fileType = Code("diagram.file-type")
    /// `rsvg-convert` is not installed.
    package static let converterMissing = Code("diagram.converter-missing")
    /// `rsvg-convert` was started and did not make the file.
    package static let converterFailed = Code("diagram.converter-failed")
    /// The file cannot be written.
    package static let unwritable = Code("diagram.unwritable")
  }

  /// Which error it is.
  package let kind: Code
  /// What was being done, to what, and why it failed.
  package let message: String
  /// What to do about it.
  package let remedy: String
  /// The error of the layer below, in its own words.
  package let underlying: String?

  /// The dotted name.
  package var code: String { kind.rawValue }

  /// How a program that meets this error ends.
  package var exitStatus: ExitStatus {
    switch kind {
    case .fileType: .usage
    case .converterMissing, .converterFailed, .unwritable: .inputOutput
    default: .malformedFile
    }
  }

  /// Puts an error together.
  package init(_ kind: Code, _ message: String, remedy: String, underlying: String? = nil) {
    self.kind = kind
    self.message = message
    self.remedy = remedy
    self.underlying = underlying
  }
}
