import ArgumentParser
import CatalogStore
import Glibc
import Planning
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

/// The machines that train.
struct ClusterOption: ParsableArguments {
  @Option(
    name: .customLong("cluster"),
    help: ArgumentHelp(
      "The cluster file with the machines to train on (default: this machine).",
      valueName: "file"))
  var path: String?

  @Option(
    name: .customLong("slots"),
    help: ArgumentHelp(
      """
      How many trials each machine trains at once (default: what the cluster file says; without \
      one, the processors of this machine).
      """, valueName: "count"))
  var slots: Int?

  func validate() throws {
    guard let slots else { return }
    guard (1...ClusterNode.slotsMax).contains(slots) else {
      throw ValidationError(
        "--slots takes a number from 1 to \(ClusterNode.slotsMax), not \(slots).")
    }
  }

  /// The machines: of the file, or else this one.
  func cluster() throws -> ClusterDefinition {
    guard let path else { return ClusterDefinition.local(slots: slots ?? Self.processors) }
    return withSlots(try ClusterFile.read(path: path).definition)
  }

  /// The machines for a sweep that goes on: of the file, or else those that it had.
  func cluster(of sweep: SweepRecord) throws -> ClusterDefinition {
    guard path == nil, let cluster = sweep.cluster else { return try self.cluster() }
    return withSlots(cluster)
  }

  private func withSlots(_ cluster: ClusterDefinition) -> ClusterDefinition {
    guard let slots else { return cluster }
    var cluster = cluster
    for index in cluster.nodes.indices { cluster.nodes[index].slots = UInt16(slots) }
    return cluster
  }

  private static var processors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
