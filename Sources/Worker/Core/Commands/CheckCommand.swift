import Kernel
import Protocol

/// Holds a study's statements against a table of results.
enum CheckCommand {
  /// The most bytes of a table.
  static let bytesMax = 1 << 30

  static func run(study name: String) throws(WorkerError) {
    let study = try StudyLookup.study(named: name)
    let verdicts: [StatementVerdict]
    do {
      let document = try JSONValue(parsing: try StandardStreams.read("-", countMax: bytesMax))
      guard let rows = document.array else {
        throw WorkerError(
          .malformed, "Standard input is no JSON list of rows.", remedy: remedy)
      }
      verdicts = study.verdicts(on: try rows.map { try StudyRow(json: $0) })
    } catch let error as WorkerError {
      throw error
    } catch let error as DocumentError {
      throw WorkerError(.malformed, error.message, remedy: remedy)
    } catch {
      throw WorkerError(.malformed, "Standard input is no JSON: \(error).", remedy: remedy)
    }
    try StandardStreams.write(JSONValue.array(verdicts.map(\.json)).indentedText + "\n")
  }

  private static let remedy = "Give the rows as 'phasegrid check' does."
}

/// Finds studies by name.
enum StudyLookup {
  /// The study of this name.
  /// - Throws: `worker.unknown-study` with the nearest name.
  static func study(named name: String) throws(WorkerError) -> any Study {
    if let study = StudyRegistry.study(named: name) { return study }
    let names = StudyRegistry.all.map(\.description.name)
    let nearest = nearestName(to: name, among: names).map { " Did you mean '\($0)'?" } ?? ""
    throw WorkerError(
      .unknownStudy, "No study is called '\(name)'.\(nearest)",
      remedy: "Choose one of \(names.joined(separator: ", ")).")
  }
}
