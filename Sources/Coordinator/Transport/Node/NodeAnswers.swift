package import Protocol

/// What a script on a node answers.
package enum NodeAnswer: Hashable, Sendable {
  /// The worker is about to be started: the very next bytes are its own.
  case ready
  /// The worker program is not there or is not the wanted one.
  case missing(machine: String)
  /// The node waits for the worker program.
  case send
  /// The script did its work; an upload tells which release the program says it is.
  case done(words: String)
  /// Something that does not stop the script.
  case warning(code: String, words: String)
  /// Why the script stopped.
  case failed(code: String, words: String)
  /// One thing that the script found out.
  case fact(name: String, value: String)

  /// Understands what stands behind the token; `nil` for what no script says.
  init?(_ line: some Collection<UInt8>) {
    let space = UInt8(ascii: " ")
    let parts = line.split(separator: space, maxSplits: 1)
    let rest = parts.count > 1 ? parts[1] : line.suffix(0)
    let pair = rest.split(separator: space, maxSplits: 1, omittingEmptySubsequences: false)
      .map { NodeText.shown($0, charactersMax: NodeAnswers.lineBytesMax) }
    let first = pair.first ?? ""
    let second = pair.count > 1 ? pair[1] : ""
    switch String(decoding: parts.first ?? rest, as: UTF8.self) {
    case "ready" where rest.isEmpty: self = .ready
    case "send" where rest.isEmpty: self = .send
    case "missing" where !first.isEmpty: self = .missing(machine: first)
    case "done": self = .done(words: NodeText.shown(rest))
    case "warning" where !first.isEmpty: self = .warning(code: first, words: second)
    case "failed" where !first.isEmpty: self = .failed(code: first, words: second)
    case "fact" where !first.isEmpty: self = .fact(name: first, value: second)
    default: return nil
    }
  }
}

/// Reads what a script on a node answers out of everything that the node prints.
///
/// Login shells are noisy: what is no answer is skipped, counted, and kept in part for the words of
/// an error. What follows `ready` belongs to the worker and is left as it came.
package struct NodeAnswers: Sendable {
  /// The most bytes of one answer.
  package static let lineBytesMax = 4 << 10
  /// The most bytes of all answers of one script.
  package static let answerBytesMax = 1 << 20

  private let node: NodeName
  private let mark: [UInt8]
  private var pending: [UInt8] = []
  private var isReady = false
  private var answerBytes = 0
  private var noiseTail: [UInt8] = []
  /// How many bytes were no answer, so far.
  package private(set) var noiseBytes = 0

  /// A reader of one script's answers.
  /// - Parameters:
  ///   - node: Whose answers; named in errors.
  ///   - script: What the node was given.
  package init(node: NodeName, script: NodeScript) {
    self.node = node
    mark = Array("phasegrid \(script.token) ".utf8)
  }

  /// The end of what was no answer, on one line, without control characters.
  package var noise: String { NodeText.quoted(noiseTail) }

  /// Takes bytes as they come.
  /// - Returns: The answers that are complete now, none after `ready`.
  /// - Throws: `node.shell` when the node prints too much that is no answer, or answers what no
  ///   script says.
  package mutating func take(
    _ bytes: some Sequence<UInt8>
  ) throws(TransportError) -> [NodeAnswer] {
    pending.append(contentsOf: bytes)
    var answers: [NodeAnswer] = []
    var start = 0
    while !isReady, let end = pending[start...].firstIndex(of: UInt8(ascii: "\n")) {
      if let answer = try answer(in: pending[start..<end]) {
        answers.append(answer)
        isReady = answer == .ready
      }
      start = end + 1
    }
    pending.removeSubrange(..<start)
    // The worker's own stream, and the beginning of an answer, must stay whole.
    if !isReady && pending.count > 2 * NodeAnswers.lineBytesMax {
      guard position(in: pending[...]) == nil else { throw tooMuch("an answer without an end") }
      let skipped = pending.count - mark.count
      try skip(pending[..<skipped])
      pending.removeSubrange(..<skipped)
    }
    return answers
  }

  /// The bytes that followed `ready`, once: they are the worker's.
  package mutating func takeRest() -> [UInt8] {
    guard isReady else { return [] }
    defer { pending = [] }
    return pending
  }

  /// The error for a node that ended before it gave the answer that was waited for.
  /// - Parameter complaints: What it wrote to standard error.
  /// - Returns: `node.shell` with what was heard.
  package func endedEarly(complaints: String) -> TransportError {
    let heard = [noise, NodeText.shown(pending), NodeText.quoted(Array(complaints.utf8))]
      .filter { !$0.isEmpty }.joined(separator: " / ")
    let said = heard.isEmpty ? "it said nothing" : "it said: \(heard)"
    return TransportError(
      .nodeShell, "Node '\(node)' ended the connection without an answer from /bin/sh; \(said).",
      remedy: "Make 'ssh \(node) exec /bin/sh' give a POSIX shell: no restricted shell, no "
        + "'command=' for the key, and no start-up file that ends or replaces the shell.")
  }

  private mutating func answer(in line: ArraySlice<UInt8>) throws(TransportError) -> NodeAnswer? {
    // What a login shell prints may end without a new line.
    guard let start = position(in: line) else {
      try skip(line)
      return nil
    }
    if start > line.startIndex { try skip(line[..<start]) }
    let words = line[(start + mark.count)...]
    answerBytes += words.count
    guard words.count <= NodeAnswers.lineBytesMax, answerBytes <= NodeAnswers.answerBytesMax else {
      throw tooMuch("answers that are too long")
    }
    guard let answer = NodeAnswer(words) else {
      throw tooMuch("'\(NodeText.shown(words, charactersMax: 80))', which no script says")
    }
    return answer
  }

  /// Where the mark stands in a line.
  private func position(in line: ArraySlice<UInt8>) -> Int? {
    guard line.count >= mark.count else { return nil }
    return (line.startIndex...(line.endIndex - mark.count)).first { index in
      line[index] == mark[0] && line[index..<(index + mark.count)].elementsEqual(mark)
    }
  }

  private mutating func skip(_ bytes: ArraySlice<UInt8>) throws(TransportError) {
    noiseBytes += bytes.count + 1
    noiseTail += bytes.suffix(NodeAnswers.noiseTailBytes)
    noiseTail.append(UInt8(ascii: "\n"))
    // Not at every line: lines may be short and many.
    if noiseTail.count > 2 * NodeAnswers.noiseTailBytes {
      noiseTail = noiseTail.suffix(NodeAnswers.noiseTailBytes)
    }
    guard noiseBytes <= Limits.noiseBytesMax else {
      throw tooMuch(
        "more than \(Limits.noiseBytesMax >> 10) KiB that are no answer, at last: \(noise)")
    }
  }

  private static let noiseTailBytes = 2 << 10

  private func tooMuch(_ what: String) -> TransportError {
    TransportError(
      .nodeShell, "Node '\(node)' printed \(what).",
      remedy: "Let its login shell print nothing when it is not interactive.")
  }
}
