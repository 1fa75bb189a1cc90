import Protocol

/// Where a result comes from: what may differ between two catalogs with the same results.
package struct ResultProvenance: Hashable, Sendable {
  /// The node.
  package var node: String
  /// The attempt whose result counts.
  package var attempt: Int64
  /// The slot.
  package var slot: Int64?
  /// When it started by the node's clock, in microseconds since 1970.
  package var startedMicroseconds: Int64?
  /// When it was recorded, in microseconds since 1970.
  package var recordedMicroseconds: Int64?
  /// Processor time, in seconds.
  package var cpuSeconds: Double?
  /// Time from start to end, in seconds.
  package var wallSeconds: Double?
  /// The most memory that its slot had resident, in bytes.
  package var peakMemoryBytes: Int64?
  /// The kernels that OpenBLAS used.
  package var core: String?
  /// The worker's release.
  package var release: String?
}

extension ResultProvenance {
  /// One column of ``ResultProvenance``, or of what stands beside it with `--provenance`.
  enum Column: String, CaseIterable {
    case trial, failure, node, attempt, slot, started, recorded, cpuSeconds, wallSeconds
    case peakMemoryBytes, core, release

    /// Whether its values are aligned to the right in a table.
    var isNumeric: Bool {
      switch self {
      case .attempt, .slot, .cpuSeconds, .wallSeconds, .peakMemoryBytes: true
      case .trial, .failure, .node, .started, .recorded, .core, .release: false
      }
    }

    /// The value of a row, `null` where it has none.
    func value(of row: ResultRow, _ provenance: ResultProvenance?) -> JSONValue {
      switch self {
      case .trial: return .string(row.key.description)
      case .failure:
        guard case .failed(let failure, _) = row.outcome else { return .null }
        return .string(failure.rawValue)
      case .node: return text(provenance?.node)
      case .attempt: return integer(provenance?.attempt)
      case .slot: return integer(provenance?.slot)
      case .started: return time(provenance?.startedMicroseconds)
      case .recorded: return time(provenance?.recordedMicroseconds)
      case .cpuSeconds: return provenance?.cpuSeconds.map { .real($0) } ?? .null
      case .wallSeconds: return provenance?.wallSeconds.map { .real($0) } ?? .null
      case .peakMemoryBytes: return integer(provenance?.peakMemoryBytes)
      case .core: return text(provenance?.core)
      case .release: return text(provenance?.release)
      }
    }

    private func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

    private func integer(_ number: Int64?) -> JSONValue { number.map { .integer($0) } ?? .null }

    private func time(_ microseconds: Int64?) -> JSONValue {
      microseconds.map { .string(TimeText.dateAndTime(microseconds: $0)) } ?? .null
    }
  }
}
