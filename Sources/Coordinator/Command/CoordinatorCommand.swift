import ArgumentParser
import Glibc
import Protocol

/// The command line of Phasegrid.
@main
struct CoordinatorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "phasegrid",
    abstract: "Draws phase diagrams of what neural networks learn.",
    discussion: """
      A sweep file names a study and the hyperparameters to vary. 'plan' says what it will cost, \
      'run' trains what is missing, 'diagram' draws the picture. Every result is kept in one \
      SQLite file, the catalog; nothing in it is ever trained twice.

      Data goes to standard output, words to standard error. Exit status: 0 done, 1 some trials \
      failed or a statement does not hold, 64 usage, 65 a malformed file, 69 no node could be \
      used, 70 a fault of Phasegrid, 74 cannot be read or written, 75 stopped, resume later.
      """,
    version: Release.number,
    subcommands: [
      PlanCommand.self, RunCommand.self, ResumeCommand.self, StatusCommand.self,
      ResultsCommand.self, DiagramCommand.self, FetchCommand.self, CheckCommand.self,
      ExportCommand.self, ImportCommand.self, StudiesCommand.self, NodesCommand.self,
      WhyCommand.self,
    ])

  /// Ends the process with the status that fits what happened.
  static func main() async {
    // What cannot be written is found out where it is written.
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch let error as any Diagnosable {
      Output.complain(error)
      exit(withError: ExitCode(error.exitStatus.rawValue))
    } catch {
      exit(withError: error)
    }
  }
}
