import ArgumentParser
import CatalogStore
import Planning
import Protocol

/// Explains a trial, or the difference between two.
struct WhyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why",
    abstract: "Show what a trial's key was made of, or why two trials differ.",
    discussion: """
      A trial is named by its key or the first digits of it, as 'results --provenance' and notices \
      show it.
      """)

  @Argument(help: "The trial.")
  var trial: String

  @Argument(help: "The trial to compare it with.")
  var other: String?

  @OptionGroup var catalog: CatalogOption
  @OptionGroup var format: FormatOption

  func run() async throws {
    let catalog = try await catalog.openToRead()
    let history = try await catalog.record(of: try await catalog.trial(keyPrefix: trial))
    guard let other else {
      if format.isJSON {
        Output.json(TrialPage(history).json)
      } else {
        Output.write(TrialPage(history).text)
      }
      return
    }
    let second = try await catalog.record(of: try await catalog.trial(keyPrefix: other))
    let difference = KeyDifference(
      first: history.trial.keyText, second: second.trial.keyText)
    if format.isJSON {
      Output.json(.array(difference.sentences.map { .string($0) }))
    } else {
      for sentence in difference.sentences { Output.line(sentence) }
    }
  }
}
