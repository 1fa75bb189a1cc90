package import Protocol
import Transport

/// The studies that the worker program at hand can train, as it describes them.
package struct StudyDirectory: Sendable {
  /// Every study, in the worker's order.
  package let all: [StudyDescription]

  /// Takes descriptions as they are.
  package init(_ all: [StudyDescription]) {
    self.all = all
  }

  /// Asks the worker program on this machine.
  /// - Throws: ``TransportError`` when there is no worker or it does not answer;
  ///   ``OrchestrationError`` `study.malformed` when it answers with something else.
  package static func load() async throws -> StudyDirectory {
    let program = try WorkerProgram.find()
    let document = try await program.describe()
    guard let studies = document["studies"]?.array else {
      throw OrchestrationError(
        .malformedStudy, "The worker \(program.path) describes no studies.",
        remedy: "Use a coordinator and a worker of the same release.")
    }
    return StudyDirectory(try studies.map { try StudyDescription(json: $0) })
  }

  /// The study of this name.
  /// - Throws: ``OrchestrationError`` `study.unknown` with the nearest name.
  package func study(named name: String) throws(OrchestrationError) -> StudyDescription {
    if let study = all.first(where: { $0.name == name }) { return study }
    let names = all.map(\.name)
    let nearest = nearestName(to: name, among: names).map { " Did you mean '\($0)'?" } ?? ""
    throw OrchestrationError(
      .unknownStudy, "No study is called '\(name)'.\(nearest)",
      remedy: "Choose one of \(names.joined(separator: ", ")).", exitStatus: .usage)
  }
}
