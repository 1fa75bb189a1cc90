import Protocol

extension SweepFile {
  /// The most moments of the parameters, or matrices, that a sweep may keep.
  private static let keptCountMax = 100

  /// What `keep` says, with the line of each matrix.
  static func keep(
    _ node: SourceNode?
  ) throws(SweepFileError) -> (KeepRequest, matrixLines: [String: Int]) {
    guard let node else { return (.nothing, [:]) }
    var request = KeepRequest()
    var lines: [String: Int] = [:]
    for entry in try node.mapping("keep", known: ["parameters", "curves", "matrices"]) {
      switch entry.key {
      case "parameters": request.parameters = try moments(entry.value)
      case "curves": request.curveInterval = try curveInterval(entry.value)
      default:
        let names = try entry.value.strings("matrices")
        guard names.count <= keptCountMax else { throw tooMany(entry) }
        for (name, line) in names { lines[name] = line }
        request.matrices = lines.keys.sorted()
      }
    }
    guard !request.isEmpty else {
      throw keepError(node, "'keep' keeps nothing")
    }
    return (
      KeepRequest(
        parameters: request.parameters, curveInterval: request.curveInterval,
        matrices: request.matrices), lines
    )
  }

  /// One moment or a list of them: steps, and `final`.
  private static func moments(
    _ node: SourceNode
  ) throws(SweepFileError) -> [KeepRequest.Moment] {
    let texts = try node.strings("parameters")
    guard texts.count <= keptCountMax else {
      throw keepError(node, "'parameters' has \(texts.count) moments; at most \(keptCountMax)")
    }
    var moments: Set<KeepRequest.Moment> = []
    for (text, line) in texts {
      let place = SourceNode(word: text, line: line)
      guard let moment = KeepRequest.Moment(word: text) else {
        throw keepError(
          place, "'parameters' wants steps (0 is the start) and 'final', not \(place.shown)")
      }
      guard moments.insert(moment).inserted else {
        throw keepError(place, "'parameters' has \(place.shown) twice")
      }
    }
    return Array(moments)
  }

  /// `{every: STEPS}`.
  private static func curveInterval(_ node: SourceNode) throws(SweepFileError) -> UInt32 {
    for entry in try node.mapping("curves", known: ["every"]) {
      let count = try entry.value.count("every")
      guard let interval = UInt32(exactly: count), interval > 0 else {
        throw keepError(entry.value, "'every' wants a number of steps from 1, not \(count)")
      }
      return interval
    }
    throw keepError(node, "'curves' does not say after how many steps each")
  }

  private static func tooMany(_ entry: SourceNode.Entry) -> SweepFileError {
    keepError(entry.value, "'\(entry.key)' has more than \(keptCountMax) entries")
  }

  private static func keepError(_ node: SourceNode, _ problem: String) -> SweepFileError {
    SweepFileError(
      .keep, line: node.line, key: "keep", problem,
      remedy: "Write for instance 'keep: {parameters: [0, final], curves: {every: 50}}'.")
  }

  /// Holds the matrices against what the study has.
  func checkKept(_ study: StudyDescription) throws(SweepFileError) {
    for name in keep.matrices where study.matrix(name) == nil {
      guard !study.matrices.isEmpty else {
        throw SweepFileError(
          .keep, line: matrixLines[name], key: "keep",
          "study \(study.name) has no matrices that could be kept, and so no '\(name)'",
          remedy: "Leave 'matrices' out.")
      }
      throw .unknown(
        .keep, "matrix of study \(study.name)", name, known: study.matrices.map(\.name),
        line: matrixLines[name])
    }
  }
}
