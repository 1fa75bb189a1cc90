package import Protocol

/// A sweep file, checked against its study: everything that the rest of the coordinator needs.
package struct SweepPlan: Sendable {
  /// The sweep's name.
  package var name: String
  /// The study, as the worker described it.
  package var study: StudyDescription
  /// The sweep file as it was read, for the catalog.
  package var text: String
  /// What varies, in file order: the first varies slowest.
  package var axes: [Axis]
  /// The replicates' seed indices, in file order.
  package var replicates: [UInt32]
  /// The purposes whose random numbers do not follow the replicate, with their seed index.
  package var fixedSeeds: [String: UInt32]
  /// How products are computed.
  package var numerics: NumericProfile
  /// What each trial may use.
  package var limits: TrialLimits
  /// The files that trials read.
  package var files: [DataFile]
  /// What of each trial is kept beside its result.
  package var keep: KeepRequest
  /// The diagrams that the file asks for.
  package var diagrams: [DiagramRequest]
  /// The grid, expanded lazily.
  package var grid: Grid

  /// Holds a sweep file against its study.
  ///
  /// Looks at every point of the grid once when something can leave points out; no trial is made.
  /// - Parameters:
  ///   - file: The file.
  ///   - study: The study that the file names, as a worker described it.
  ///   - files: The files that it names, as ``SweepFile/dataFiles(of:)`` read them.
  /// - Throws: ``SweepFileError`` with the code of what is wrong, the line, and the nearest name
  ///   for one that is not known.
  package init(
    _ file: SweepFile, study: StudyDescription, files: [DataFile] = []
  ) throws(SweepFileError) {
    do throws(SweepFileError) {
      try self.init(checking: file.naming(files, of: study), study: study, files: files)
    } catch {
      throw error.inFile(file.path)
    }
  }

  private init(
    checking file: SweepFile, study: StudyDescription, files: [DataFile]
  ) throws(SweepFileError) {
    guard file.study == study.name else { throw file.unknownStudy(known: [study.name]) }
    let resolver: StudyResolver
    do throws(StudyError) {
      resolver = try StudyResolver(study)
    } catch {
      throw .value(error, key: "study", line: file.studyLine)
    }
    name = file.name
    self.study = study
    text = file.text
    self.files = files
    replicates = file.replicates
    numerics = file.numerics
    limits = file.limits
    keep = file.keep
    try file.checkKept(study)
    fixedSeeds = try SweepPlan.fixedSeeds(file, study)
    let layout = try GridLayout(file, resolver)
    axes = layout.axes
    let axisNames = Set(axes.map(\.name))
    var settings: [Setting] = []
    for declaration in file.settings {
      var condition: BoundExpression?
      if let source = declaration.condition { condition = try .condition(source, resolver) }
      for assignment in declaration.assignments {
        settings.append(
          try Setting(assignment, condition: condition, axes: axisNames, resolver))
      }
    }
    var conditions: [BoundExpression] = []
    for source in file.exclusions { conditions.append(try .condition(source, resolver)) }
    var diagrams: [DiagramRequest] = []
    for declaration in file.diagrams {
      diagrams.append(try declaration.request(axes: layout.axes, study: study))
    }
    self.diagrams = diagrams
    grid = try Grid(
      axes: layout.axes, resolver: resolver, blocks: layout.blocks, settings: settings,
      conditions: conditions)
    try refuseNoCells()
  }

  /// How many cells are trained.
  package var cellCount: Int { grid.cellCount }

  /// How many trials there are, cells times replicates; some may share one key.
  package var trialCount: Int { grid.cellCount * replicates.count }

  /// The trials in grid order, the replicates of a cell together, made one by one.
  package var trials: PlannedTrials {
    PlannedTrials(grid, replicates: replicates, numerics: numerics, fixedSeeds: fixedSeeds)
  }

  /// The study's conditions and defaults, for those who complete cells themselves.
  package var resolver: StudyResolver { grid.resolver }

  static func unknownParameter(
    _ name: String, line: Int?, _ study: StudyDescription
  ) -> SweepFileError {
    let nearest = nearestName(to: name, among: study.parameters.map(\.name))
    return SweepFileError(
      .unknownParameter, line: line, key: name,
      "unknown parameter '\(name.prefix(100))' of study \(study.name)"
        + (nearest.map { "; did you mean '\($0)'?" } ?? ""),
      remedy: "Use a name that `phasegrid studies \(study.name)` prints.")
  }

  private static func fixedSeeds(
    _ file: SweepFile, _ study: StudyDescription
  ) throws(SweepFileError) -> [String: UInt32] {
    var seeds: [String: UInt32] = [:]
    for declaration in file.seeds {
      guard study.seedPurposes.contains(declaration.purpose) else {
        throw .unknown(
          .unknownSeed, "seed purpose of study \(study.name)", declaration.purpose,
          known: study.seedPurposes, line: declaration.line)
      }
      seeds[declaration.purpose] = declaration.index
    }
    return seeds
  }

  private func refuseNoCells() throws(SweepFileError) {
    guard grid.cellCount == 0 else { return }
    let reasons = grid.exclusions.map { "\($0.count) by \"\($0.reason)\"" }
    throw SweepFileError(
      .noCells, line: 1, key: "parameters",
      "all \(grid.pointCount) cells are left out: \(reasons.joined(separator: ", "))",
      remedy: "Change the grid, or what 'exclude' says.")
  }
}
