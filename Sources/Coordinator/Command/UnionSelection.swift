import ArgumentParser
import CatalogStore
import Protocol
import Synchronization

/// What of a catalog another takes over.
struct UnionSelection {
  /// The sweeps; `nil` for everything.
  let sweeps: [SweepRecord]?
  /// The trials whose results are taken; `nil` for all.
  let wanted: Set<TrialKey>?

  /// Checks what can be checked without a catalog.
  static func validate(_ names: [String], _ selection: SelectionOption) throws {
    guard selection.text == nil || !names.isEmpty else {
      throw ValidationError("--where needs the names of sweeps: its words are theirs.")
    }
  }

  /// Finds what is named.
  init(_ names: [String], _ selection: SelectionOption, in catalog: Catalog) async throws {
    var sweeps: [SweepRecord] = []
    for name in names { sweeps.append(try await catalog.sweep(named: name)) }
    var wanted: Set<TrialKey>?
    if let condition = try selection.expression() {
      var keys: Set<TrialKey> = []
      for sweep in sweeps {
        keys.formUnion(try await catalog.results(of: sweep, where: condition).rows.map(\.key))
      }
      wanted = keys
    }
    self.sweeps = names.isEmpty ? nil : sweeps
    self.wanted = wanted
  }
}

/// Shows on a terminal how far a union is.
final class UnionProgress: Sendable {
  private let word: String
  private let hasLine = Mutex(false)

  init(word: String) {
    self.word = word
  }

  func show(_ counts: UnionCounts) {
    guard Output.isTerminal else { return }
    Output.write("\r\u{1b}[K\(counts.results) results \(word)", to: 2)
    hasLine.withLock { $0 = true }
  }

  /// Leaves the terminal's line.
  func finish() {
    if hasLine.withLock({ $0 }) { Output.write("\r\u{1b}[K", to: 2) }
  }
}

extension UnionCounts {
  var json: JSONValue {
    [
      "sweeps": .integer(Int64(sweeps)),
      "otherGrids": .array(otherGrids.map { .string($0) }),
      "added": .integer(Int64(added)), "agreed": .integer(Int64(agreed)),
      "contradicted": .integer(Int64(contradicted)), "misnamed": .integer(Int64(misnamed)),
    ]
  }

  /// What to say of trials that were left.
  var misnamedWarning: String? {
    misnamed == 0
      ? nil
      : "\(misnamed) trials were left: their keys are not the digests of what is said of them."
  }
}
