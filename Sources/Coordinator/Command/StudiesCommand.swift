import ArgumentParser
import Orchestration
import Protocol
import Transport

/// Shows what can be trained.
struct StudiesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "studies",
    abstract: "List the studies, or describe one: parameters, measures, statements, source.")

  @Argument(help: "The study to describe.")
  var name: String?

  @OptionGroup var format: FormatOption

  func run() async throws {
    let studies = try await StudyDirectory.load()
    guard let name else {
      if format.isJSON {
        Output.json(.array(studies.all.map(\.json)))
      } else {
        let rows = studies.all.map { [$0.name, $0.title] }
        Output.line(Output.table(header: ["study", "what it trains"], rows: rows))
      }
      return
    }
    let study = try studies.study(named: name)
    if format.isJSON {
      Output.json(study.json)
    } else {
      Output.write(StudyPage(study).text)
    }
  }
}
