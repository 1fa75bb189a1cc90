/// Where in the configuration something stands.
struct SSHPlace: Sendable {
  let path: String
  let line: Int

  /// The error for what cannot be understood here.
  func malformed(_ message: String, remedy: String? = nil) -> TransportError {
    TransportError(
      .sshConfiguration, "\(path), line \(line): \(message)",
      remedy: remedy ?? "Correct this line; 'man ssh_config' says what it may hold.")
  }

  /// The error for what is not supported here.
  func unsupported(_ message: String, remedy: String) -> TransportError {
    TransportError(.sshUnsupported, "\(path), line \(line): \(message)", remedy: remedy)
  }
}

/// One line of the configuration that has a meaning here.
struct SSHDirective: Sendable {
  let keyword: SSHKeyword
  /// The words behind the keyword, without quotes and comment.
  let arguments: [String]
  /// All that stands behind the keyword, as written.
  let rest: String
  let place: SSHPlace

  /// The first word; every directive has one.
  var argument: String { arguments.first ?? "" }
}

/// What a line of the configuration does.
indirect enum SSHStatement: Sendable {
  /// Begins a block for the hosts that fit the patterns.
  case host([String])
  /// Begins a block for what fits the criteria.
  case match(SSHMatch)
  /// Takes what other files say, here.
  case include([[SSHStatement]])
  /// Gives a value.
  case value(SSHDirective)
}

/// The criteria of a `Match` line.
struct SSHMatch: Sendable {
  enum Verdict {
    case applies, doesNotApply
    /// A criterion depends on more than this program looks at.
    case undecided
  }

  private struct Criterion {
    let name: String
    let isNegated: Bool
  }

  private static let withoutArgument: Set = ["all", "canonical", "final"]
  private static let withArgument: Set = [
    "exec", "host", "originalhost", "user", "localuser", "localnetwork", "tagged", "command",
    "version", "sessiontype",
  ]

  let place: SSHPlace
  /// The criteria as written.
  let text: String
  private let criteria: [Criterion]

  /// Whether it asks for the second pass over the files.
  var asksForFinalPass: Bool { criteria.contains { $0.name == "final" } }

  init(_ arguments: [String], text: String, place: SSHPlace) throws(TransportError) {
    var criteria: [Criterion] = []
    var rest = arguments[...]
    while let word = rest.popFirst() {
      let isNegated = word.hasPrefix("!")
      let parts = word.dropFirst(isNegated ? 1 : 0)
        .split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = parts[0].lowercased()
      if Self.withArgument.contains(name) {
        guard parts.count > 1 || rest.popFirst() != nil else {
          throw place.malformed("Match criterion '\(name)' has no argument.")
        }
      } else if !Self.withoutArgument.contains(name) || parts.count > 1 {
        throw place.malformed("Match has no criterion '\(word.prefix(100))'.")
      }
      criteria.append(Criterion(name: name, isNegated: isNegated))
    }
    if let all = criteria.firstIndex(where: { $0.name == "all" }) {
      let before = criteria[..<all].map(\.name)
      guard all == criteria.count - 1,
        before == [] || before == ["final"] || before == ["canonical"]
      else { throw place.malformed("'all' of Match goes with no other criterion.") }
    }
    self.criteria = criteria
    self.text = text
    self.place = place
  }

  /// Whether the block applies in the first or in the final pass over the files.
  func verdict(isFinalPass: Bool) -> Verdict {
    var verdict = Verdict.applies
    for criterion in criteria {
      switch criterion.name {
      case "all" where criterion.isNegated: return .doesNotApply
      case "all": break
      case "final" where criterion.isNegated == isFinalPass,
        "canonical" where criterion.isNegated == isFinalPass:
        return .doesNotApply
      case "final", "canonical": break
      default: verdict = .undecided
      }
    }
    return verdict
  }
}
