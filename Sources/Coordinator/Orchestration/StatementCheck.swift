package import CatalogStore
package import Protocol
import Transport

/// Hands results to a worker, which knows what its studies claim.
package enum StatementCheck {
  /// The verdicts on the trials of some sweeps together, each trial once.
  /// - Parameters:
  ///   - sweeps: Sweeps of one study.
  ///   - catalog: The catalog that has them.
  ///   - selection: Only trials for which this is true; `nil` for all.
  /// - Returns: One verdict a statement of the study.
  /// - Throws: ``OrchestrationError`` `check.studies` for sweeps of different studies, and what the
  ///   catalog and the worker throw.
  package static func verdicts(
    on sweeps: [SweepRecord], in catalog: Catalog, where selection: Expression?
  ) async throws -> [StatementVerdict] {
    guard let study = sweeps.first?.definition.study else { return [] }
    guard sweeps.allSatisfy({ $0.definition.study == study }) else {
      let names = Set(sweeps.map(\.definition.study)).sorted().joined(separator: ", ")
      throw OrchestrationError(
        .differentStudies, "The sweeps are of different studies: \(names).",
        remedy: "Check the sweeps of one study at a time.", exitStatus: .usage)
    }
    var rows: [StudyRow] = []
    var seen: Set<StudyRow> = []
    for sweep in sweeps {
      // Sweeps share trials: one row a trial.
      rows += try await catalog.studyRows(of: sweep, where: selection).filter {
        seen.insert($0).inserted
      }
    }
    let program = try WorkerProgram.find()
    let answer = try await program.check(study: study, rows: .array(rows.map(\.json)))
    guard let verdicts = answer.array else {
      throw OrchestrationError(
        .malformedStudy, "The worker \(program.path) answered 'check' with no list of verdicts.",
        remedy: "Use a coordinator and a worker of the same release.")
    }
    return try verdicts.map { try StatementVerdict(json: $0) }
  }
}
