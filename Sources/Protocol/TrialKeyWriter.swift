/// Makes the trial keys of many cells of one study.
///
/// It gives exactly ``TrialSpecification/key``, several times faster, because neighbouring cells
/// differ in few values: the lines of the key text are kept from cell to cell, what comes before
/// the first line that changed is not digested again, and the replicates of a cell share all but
/// their last lines.
public struct TrialKeyWriter: Sendable {
  /// One parameter's line of the key text.
  private struct Line: Sendable {
    let name: String
    /// Its place in the study's order.
    let position: Int
    var value: ParameterValue
    var isKeyed: Bool
    var bytes: [UInt8]
    /// The digest of everything before this line.
    var before: SHA256
  }

  private var lines: [Line]
  /// The digest of everything before the seeds.
  private var cell: SHA256
  private let purposes: [(name: String, fixed: UInt32?)]
  private var replicate: UInt32?
  private var replicateBytes: [UInt8] = []

  /// Prepares for the cells of a study.
  /// - Parameters:
  ///   - resolver: The study.
  ///   - numerics: How products are computed.
  ///   - fixedSeeds: The purposes that do not follow the replicate, with their seed index.
  public init(
    _ resolver: StudyResolver, numerics: NumericProfile, fixedSeeds: [String: UInt32] = [:]
  ) {
    let study = resolver.study
    var header = SHA256()
    header.update(
      Array(
        TrialSpecification.keyHeader(
          study: study.name, revision: study.revision, numerics: numerics
        ).utf8))
    cell = header
    lines = study.parameters.enumerated().sorted { $0.element.name < $1.element.name }.map {
      let value = $0.element.defaultValue
      let text = TrialSpecification.keyLine(parameter: $0.element.name, value)
      return Line(
        name: $0.element.name, position: $0.offset, value: value, isKeyed: false,
        bytes: Array(text.utf8), before: header)
    }
    purposes = study.seedPurposes.sorted().map { ($0, fixedSeeds[$0]) }
  }

  /// Takes the cell whose keys are wanted next.
  public mutating func begin(_ next: ResolvedCell) {
    var isChanged = false
    for index in lines.indices {
      let position = lines[index].position
      if isChanged { lines[index].before = cell }
      let isKeyed = next.isKeyed[position]
      if isKeyed, lines[index].value != next.values[position] {
        lines[index].value = next.values[position]
        lines[index].bytes = Array(
          TrialSpecification.keyLine(parameter: lines[index].name, next.values[position]).utf8)
        startChange(at: index, &isChanged)
      } else if isKeyed != lines[index].isKeyed {
        startChange(at: index, &isChanged)
      }
      lines[index].isKeyed = isKeyed
      if isChanged, isKeyed { cell.update(lines[index].bytes) }
    }
  }

  private mutating func startChange(at index: Int, _ isChanged: inout Bool) {
    if !isChanged { cell = lines[index].before }
    isChanged = true
  }

  /// The key of one replicate of the cell that ``begin(_:)`` took.
  public mutating func key(replicate: UInt32) -> TrialKey {
    if replicate != self.replicate {
      var text = ""
      for purpose in purposes {
        text += TrialSpecification.keyLine(seed: purpose.name, purpose.fixed ?? replicate)
      }
      replicateBytes = Array((text + TrialSpecification.keyLine(replicate: replicate)).utf8)
      self.replicate = replicate
    }
    var digest = cell
    digest.update(replicateBytes)
    return TrialKey(digest: digest.finishedWords())
  }
}
