import ArgumentParser
import CatalogStore
import Glibc
import Protocol

/// Where the catalog is.
struct CatalogOption: ParsableArguments {
  @Option(
    name: .customLong("catalog"),
    help: ArgumentHelp(
      "The catalog's file (default: $PHASEGRID_CATALOG, else phasegrid.sqlite here).",
      valueName: "file"))
  var path: String?

  /// The file, whoever named it.
  var file: String {
    path ?? getenv("PHASEGRID_CATALOG").map { String(cString: $0) } ?? "phasegrid.sqlite"
  }

  /// Opens it for reading: nothing is created and nothing is changed.
  func openToRead() async throws -> Catalog {
    try await Catalog.open(path: file, access: .reader)
  }

  /// Opens it for writing; creates it where there is none.
  func openToWrite() async throws -> Catalog {
    try await Catalog.open(path: file, access: .writer)
  }
}

/// Which trials a command is about.
struct SelectionOption: ParsableArguments {
  @Option(
    name: .customLong("where"),
    help: ArgumentHelp(
      "Only trials for which this is true: parameters, replicate, outcome and measures.",
      valueName: "expression"))
  var text: String?

  /// The expression; `nil` selects all.
  func expression() throws -> Expression? {
    guard let text else { return nil }
    do {
      return try Expression(parsing: text)
    } catch {
      throw ValidationError("--where '\(text)': \(error)")
    }
  }
}

/// Whether a program reads the answer.
struct FormatOption: ParsableArguments {
  @Flag(name: .customLong("json"), help: "Answer in JSON.")
  var isJSON = false
}

/// The slots of this machine.
struct SlotsOption: ParsableArguments {
  @Option(
    name: .customLong("slots"),
    help: ArgumentHelp(
      "How many trials this machine trains at once (default: its processors).", valueName: "count"))
  var count: Int?

  func validate() throws {
    guard let count else { return }
    guard (1...1024).contains(count) else {
      throw ValidationError("--slots takes a number from 1 to 1024, not \(count).")
    }
  }

  /// The number to use.
  var resolved: Int { count ?? max(1, min(1024, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}
