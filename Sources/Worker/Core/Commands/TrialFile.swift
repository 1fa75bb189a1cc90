import Kernel
import Protocol

/// What a file for `train` says: a trial, with what it leaves out at its default.
struct TrialFile {
  var study: String
  var parameters: [String: ParameterValue] = [:]
  var seeds: [String: UInt32] = [:]
  var replicate: UInt32 = 0
  var numerics = NumericProfile.pinned
  /// Where the files are that parameters name, by their SHA-256.
  var files: [String: String] = [:]
  /// What is kept beside the result.
  var keep = KeepRequest.nothing

  /// Reads a file's text.
  /// - Parameters:
  ///   - bytes: JSON.
  ///   - subject: What the file is called in messages.
  /// - Throws: `worker.malformed` with the line or the member that is wrong.
  init(_ bytes: [UInt8], subject: String) throws(WorkerError) {
    func malformed(_ problem: String) -> WorkerError {
      WorkerError(
        .malformed, "\(subject): \(problem).",
        remedy: "Write it as 'phasegrid-worker --help' shows.")
    }
    let document: JSONValue
    do throws(JSONError) {
      document = try JSONValue(parsing: bytes)
    } catch {
      let line = bytes.prefix(error.offset).count { $0 == UInt8(ascii: "\n") } + 1
      throw malformed("line \(line): \(error.message)")
    }
    guard let members = document.members else { throw malformed("a JSON object is expected") }
    guard let study = document["study"]?.string else {
      throw malformed("'study' must be the name of a study")
    }
    self.study = study
    var seen: Set<String> = []
    for member in members {
      guard seen.insert(member.name).inserted else {
        throw malformed("'\(member.name)' is there twice")
      }
      do throws(Problem) {
        try take(member)
      } catch {
        throw malformed(error.words)
      }
    }
  }

  /// The trials of a list.
  /// - Parameter bytes: JSON.
  /// - Returns: One a trial, in order.
  /// - Throws: `worker.malformed`.
  static func list(_ bytes: [UInt8]) throws(WorkerError) -> [TrialFile] {
    func malformed(_ problem: String) -> WorkerError {
      WorkerError(
        .malformed, "Standard input: \(problem).",
        remedy: "Give a list of trials as 'phasegrid-worker --help' shows.")
    }
    let document: JSONValue
    do throws(JSONError) {
      document = try JSONValue(parsing: bytes)
    } catch {
      throw malformed(error.message)
    }
    guard let trials = document.array else { throw malformed("a JSON list is expected") }
    var files: [TrialFile] = []
    for (index, trial) in trials.enumerated() {
      files.append(try TrialFile(Array(trial.text.utf8), subject: "Trial \(index)"))
    }
    return files
  }

  /// The trial that the file says, held against its study.
  /// - Throws: ``WorkerError``, ``StudyError`` for what its study does not have or cannot train.
  func specification() throws -> TrialSpecification {
    let description = try StudyLookup.study(named: study).description
    let resolver = try StudyResolver(description)
    let cell = try resolver.resolve(parameters)
    if let reason = resolver.violation(of: cell) {
      throw WorkerError(
        .malformed, "Study '\(study)' cannot train this combination: \(reason).",
        remedy: "Change one of these parameters.")
    }
    if let purpose = seeds.keys.sorted().first(where: { !description.seedPurposes.contains($0) }) {
      let known = description.seedPurposes.joined(separator: ", ")
      throw WorkerError(
        .malformed, "Study '\(study)' draws no random numbers for '\(purpose)'.",
        remedy: known.isEmpty ? "Leave 'seeds' out." : "Set the seeds of \(known).")
    }
    return resolver.specification(
      of: cell, numerics: numerics,
      seeds: resolver.seeds(fixed: seeds, replicate: replicate), replicate: replicate)
  }

  private struct Problem: Error {
    var words: String
  }

  private mutating func take(_ member: JSONValue.Member) throws(Problem) {
    switch member.name {
    case "study": break
    case "parameters":
      parameters = try TrialFile.dictionary(member) { value in
        switch value {
        case .integer(let number): .integer(number)
        case .real(let number): .real(number)
        case .string(let text): .text(text)
        case .boolean(let flag): .boolean(flag)
        default: nil
        }
      }
    case "seeds":
      seeds = try TrialFile.dictionary(member) { $0.integer.flatMap { UInt32(exactly: $0) } }
    case "replicate":
      guard let index = member.value.integer.flatMap({ UInt32(exactly: $0) }) else {
        throw Problem(words: "'replicate' must be a whole number from 0 on")
      }
      replicate = index
    case "numerics":
      guard let profile = member.value.string.flatMap({ NumericProfile(rawValue: $0) }) else {
        let names = NumericProfile.allCases.map(\.rawValue).joined(separator: ", ")
        throw Problem(words: "'numerics' must be one of \(names)")
      }
      numerics = profile
    case "files": files = try TrialFile.dictionary(member, \.string)
    case "keep":
      guard let request = (member.value.array?.map { $0.string ?? "" }).flatMap(KeepRequest.init)
      else {
        throw Problem(
          words: "'keep' must be a list of 'parameters STEP', 'parameters final', 'curves STEPS'"
            + " and 'matrix NAME'")
      }
      keep = request
    default:
      let known = ["study", "parameters", "seeds", "replicate", "numerics", "files", "keep"]
      let nearest = nearestName(to: member.name, among: known)
      throw Problem(
        words: "'\(member.name)' is not known"
          + (nearest.map { "; did you mean '\($0)'?" } ?? ""))
    }
  }

  private static func dictionary<Element>(
    _ member: JSONValue.Member, _ read: (JSONValue) -> Element?
  ) throws(Problem) -> [String: Element] {
    guard let members = member.value.members else {
      throw Problem(words: "'\(member.name)' must be an object")
    }
    var dictionary: [String: Element] = [:]
    for inner in members {
      guard let element = read(inner.value) else {
        throw Problem(words: "'\(member.name)': '\(inner.name)' cannot be \(inner.value.text)")
      }
      guard dictionary.updateValue(element, forKey: inner.name) == nil else {
        throw Problem(words: "'\(member.name)': '\(inner.name)' is there twice")
      }
    }
    return dictionary
  }
}
