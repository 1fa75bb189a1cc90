package import CatalogStore
package import Planning
package import Protocol

/// From a file on the disk, or from the catalog, to a plan.
package enum SweepReading {
  /// Reads a sweep file and checks it against its study.
  /// - Throws: ``SweepFileError`` for the file and those that it names; ``TransportError`` or ``OrchestrationError`` when the
  ///   worker cannot say what it trains.
  package static func plan(file path: String) async throws -> SweepPlan {
    let file = try SweepFile.read(path: path)
    let studies = try await StudyDirectory.load()
    guard let study = studies.all.first(where: { $0.name == file.study }) else {
      throw file.unknownStudy(known: studies.all.map(\.name))
    }
    let plan = try SweepPlan(file, study: study, files: try file.dataFiles(of: study))
    try await DataFileCheck.check(plan)
    return plan
  }
}

extension SweepRecord {
  /// The study, as the worker described it when the sweep was planned.
  /// - Throws: ``OrchestrationError`` `study.malformed` when the catalog's copy is damaged.
  package func studyDescription() throws(OrchestrationError) -> StudyDescription {
    do {
      return try StudyDescription(json: try JSONValue(parsing: definition.studyDescriptionJSON))
    } catch {
      throw OrchestrationError(
        .malformedStudy,
        "The catalog's copy of study '\(definition.study)' cannot be read: \(error)",
        remedy: "Run the sweep's file again; it is described anew.", exitStatus: .malformedFile)
    }
  }

  /// The sweep file as the catalog keeps it, checked again.
  /// - Throws: ``SweepFileError``, ``OrchestrationError`` `study.malformed`.
  package func plan() throws -> SweepPlan {
    let file = try SweepFile(text: definition.text, path: "sweep '\(definition.name)'")
    return try SweepPlan(file, study: try studyDescription(), files: definition.files)
  }
}
