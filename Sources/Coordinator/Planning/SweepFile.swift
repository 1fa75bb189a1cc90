package import Protocol

/// What a sweep file says, before anybody knows its study.
///
/// Everything that can be wrong without the study is found here; ``SweepPlan`` holds the rest
/// against the study's description.
///
/// ```swift
/// let file = try SweepFile.read(path: "sweeps/phase-diagram.yaml")
/// let study = try await worker.describe(file.study)
/// let plan = try SweepPlan(file, study: study)
/// ```
package struct SweepFile: Sendable {
  /// The file as the user named it, for messages.
  package let path: String
  /// The whole text, for the catalog.
  package let text: String
  /// The sweep's name: `[a-z0-9-]+`.
  package let name: String
  /// The name of the study.
  package let study: String
  let studyLine: Int
  /// One for `parameters`, several for `grids`.
  var grids: [[ParameterDeclaration]]
  var zips: [ZipDeclaration]
  /// Whether zipped axes come before the others in the file.
  let isZipFirst: Bool
  var settings: [SettingDeclaration]
  let exclusions: [SourceExpression]
  let seeds: [SeedDeclaration]
  /// The replicates' seed indices, in file order.
  package let replicates: [UInt32]
  /// How products are computed.
  package let numerics: NumericProfile
  /// What each trial may use.
  package let limits: TrialLimits
  /// What of each trial is kept beside its result.
  package let keep: KeepRequest
  /// The line of each matrix that is kept.
  let matrixLines: [String: Int]
  var diagrams: [DiagramDeclaration]

  /// The most cells times replicates of one sweep, before anything is excluded.
  package static let trialCountMax = 10_000_000
  /// The most values of one axis.
  package static let axisValueCountMax = 1_000_000
  /// The most entries of `grids`, `zip`, `set`, `exclude` and `diagrams`.
  package static let entryCountMax = 256
  /// The most letters of a sweep's name.
  package static let nameLengthMax = 100

  static let keys = [
    "sweep", "study", "parameters", "grids", "zip", "set", "exclude", "seeds", "replicates",
    "numerics", "keep", "limits", "diagram", "diagrams",
  ]

  /// Keys that the format knows and this version does not.
  static let laterKeys = [
    "method": "other methods than the full grid", "phases": "phases between classes",
  ]

  /// Reads the text of a sweep file, for instance the one that a catalog keeps.
  /// - Parameters:
  ///   - text: The whole text.
  ///   - path: What messages call it.
  /// - Throws: ``SweepFileError`` with the code of what is wrong.
  package init(text: String, path: String) throws(SweepFileError) {
    do throws(SweepFileError) {
      try self.init(reading: text, path: path)
    } catch {
      throw error.inFile(path)
    }
  }

  private init(reading text: String, path: String) throws(SweepFileError) {
    let root = try YAMLDocument.read(text)
    guard case .mapping(let entries) = root.content else {
      throw root.wrongType("the file", wanted: "a mapping that begins with 'sweep: NAME'")
    }
    var sections: [String: SourceNode.Entry] = [:]
    for entry in entries {
      if let what = SweepFile.laterKeys[entry.key] {
        throw SweepFileError(
          .notAvailable, line: entry.line, key: entry.key,
          "'\(entry.key)' (\(what)) is not available in this version", remedy: "Leave it out.")
      }
      guard SweepFile.keys.contains(entry.key) else {
        throw .unknown(
          .unknownKey, "key", entry.key, known: SweepFile.keys, line: entry.line)
      }
      sections[entry.key] = entry
    }
    self.path = path
    self.text = text
    name = try SweepFile.name(try SweepFile.section("sweep", sections))
    let study = try SweepFile.section("study", sections)
    self.study = try study.string("study")
    studyLine = study.line
    grids = try SweepFile.grids(sections)
    zips = try SweepFile.zips(sections["zip"]?.value)
    let firstGrid = sections["parameters"] ?? sections["grids"]
    isZipFirst = sections["zip"].map { $0.line < firstGrid?.line ?? .max } ?? false
    settings = try SweepFile.settings(sections["set"]?.value)
    exclusions = try SweepFile.exclusions(sections["exclude"]?.value)
    seeds = try SweepFile.seeds(sections["seeds"]?.value)
    replicates = try SweepFile.replicates(sections["replicates"]?.value)
    numerics = try SweepFile.numerics(sections["numerics"]?.value)
    limits = try SweepFile.limits(sections["limits"]?.value)
    (keep, matrixLines) = try SweepFile.keep(sections["keep"]?.value)
    diagrams = try SweepFile.diagrams(sections)
    try checkParameterPlaces()
    try checkTrialCount(line: firstGrid?.line ?? 1)
  }

  private static func section(
    _ key: String, _ sections: [String: SourceNode.Entry]
  ) throws(SweepFileError) -> SourceNode {
    guard let entry = sections[key] else {
      throw SweepFileError(
        .missingKey, line: 1, key: key, "the key '\(key)' is missing",
        remedy: "Write '\(key): NAME' at the top.")
    }
    return entry.value
  }

  private static func name(_ node: SourceNode) throws(SweepFileError) -> String {
    let name = try node.string("sweep")
    let isValid = name.utf8.allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
    }
    guard isValid, name.utf8.count <= nameLengthMax, !name.hasPrefix("-") else {
      throw SweepFileError(
        .name, line: node.line, key: "sweep",
        "the sweep's name '\(name.prefix(100))' may have small letters, digits and '-' only, at "
          + "most \(nameLengthMax), and begins with no '-'",
        remedy: "Choose a name such as 'width-and-rate'.")
    }
    return name
  }

  /// What the user is told when the worker does not know the study.
  /// - Parameter known: The studies that it knows.
  /// - Returns: The error, with the nearest of them.
  package func unknownStudy(known: [String]) -> SweepFileError {
    SweepFileError.unknown(.unknownStudy, "study", study, known: known, line: studyLine)
      .inFile(path)
  }

  /// A parameter has its values in one place.
  private func checkParameterPlaces() throws(SweepFileError) {
    var zipped: Set<String> = []
    for axis in zips.flatMap(\.axes) {
      guard zipped.insert(axis.name).inserted else {
        throw SweepFile.duplicateParameter(axis.name, line: axis.line, "in 'zip' twice")
      }
    }
    for parameter in grids.joined() where zipped.contains(parameter.name) {
      throw SweepFile.duplicateParameter(
        parameter.name, line: parameter.line, "here and in 'zip'")
    }
  }

  private static func duplicateParameter(
    _ name: String, line: Int, _ places: String
  ) -> SweepFileError {
    SweepFileError(
      .duplicateParameter, line: line, key: name, "parameter '\(name)' has values \(places)",
      remedy: "Keep one of the two.")
  }

  /// Refuses a grid that is too large, by arithmetic alone.
  private func checkTrialCount(line: Int) throws(SweepFileError) {
    var cells = 0.0
    for grid in grids {
      cells += grid.reduce(1.0) { $0 * Double($1.form.valueCount) }
    }
    for zip in zips { cells *= Double(zip.axes.first?.nodes.count ?? 1) }
    guard cells * Double(replicates.count) <= Double(SweepFile.trialCountMax) else {
      let shown = cells < 1e15 ? String(Int64(cells)) : "\(cells)"
      throw SweepFileError(
        .tooManyTrials, line: line, key: "parameters",
        "the grid has \(shown) cells x \(replicates.count) replicates; a sweep has at most "
          + "\(SweepFile.trialCountMax) trials",
        remedy: "Vary fewer parameters, or give them fewer values.")
    }
    for parameter in grids.joined()
    where parameter.form.valueCount > SweepFile.axisValueCountMax {
      throw SweepFileError(
        .tooManyTrials, line: parameter.line, key: parameter.name,
        "'\(parameter.name)' has \(parameter.form.valueCount) values; an axis has at most "
          + "\(SweepFile.axisValueCountMax)",
        remedy: "Give it fewer values.")
    }
  }
}
