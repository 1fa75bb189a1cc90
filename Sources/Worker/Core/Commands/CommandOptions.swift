import Protocol

/// The operand and the options of one command.
struct CommandOptions {
  /// What stands there without a name.
  private(set) var operand: String?
  private var values: [String: String] = [:]
  private var flags: Set<String> = []
  private let command: String

  /// Takes everything after a command's name.
  /// - Parameters:
  ///   - command: The command's name, for messages.
  ///   - rest: What follows it; empty afterwards.
  ///   - valued: The options that a value follows.
  ///   - known: The options without a value.
  /// - Throws: `worker.usage` for what the command does not take, or takes once and finds twice.
  init(
    _ command: String, _ rest: inout ArraySlice<String>, valued: [String] = [],
    flags known: [String] = []
  ) throws(WorkerError) {
    self.command = command
    while let word = rest.popFirst() {
      if valued.contains(word) {
        guard let value = rest.popFirst() else {
          throw WorkerCommand.usage("'\(word)' of '\(command)' needs a value.")
        }
        guard values.updateValue(value, forKey: word) == nil else {
          throw WorkerCommand.usage("'\(command)' takes '\(word)' once.")
        }
      } else if known.contains(word) {
        flags.insert(word)
      } else if operand == nil && (word == "-" || !word.hasPrefix("-")) {
        operand = word
      } else {
        let nearest = nearestName(to: word, among: valued + known)
        throw WorkerCommand.usage(
          "'\(command)' does not take '\(word)'."
            + (nearest.map { " Did you mean '\($0)'?" } ?? ""))
      }
    }
  }

  /// The operand, which must be there.
  func operand(_ what: String) throws(WorkerError) -> String {
    guard let operand else { throw WorkerCommand.usage("'\(command)' needs \(what).") }
    return operand
  }

  /// The value of an option; `nil` where it is not given.
  func value(_ name: String) -> String? { values[name] }

  /// Whether a flag is given.
  func has(_ flag: String) -> Bool { flags.contains(flag) }

  /// The numeric profile of `--numerics`, or the default one.
  func numerics() throws(WorkerError) -> NumericProfile {
    guard let name = values["--numerics"] else { return .pinned }
    guard let profile = NumericProfile(rawValue: name) else {
      let names = NumericProfile.allCases.map(\.rawValue).joined(separator: ", ")
      throw WorkerCommand.usage("'--numerics' of '\(command)' takes one of \(names).")
    }
    return profile
  }

  /// The positive number of seconds of an option.
  func seconds(_ name: String, default fallback: Double, max: Double) throws(WorkerError) -> Double
  {
    guard let text = values[name] else { return fallback }
    guard let seconds = Double(text), seconds > 0, seconds <= max else {
      throw WorkerCommand.usage("'\(name)' of '\(command)' takes seconds up to \(Int(max)).")
    }
    return seconds
  }
}
