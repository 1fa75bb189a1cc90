import Glibc

/// Standard input and output of the commands that answer and end.
enum StandardStreams {
  /// Writes data.
  /// - Throws: `worker.input-output`.
  static func write(_ text: String) throws(WorkerError) {
    do throws(SystemError) {
      try Descriptor(dup(STDOUT_FILENO)).writeAll(Array(text.utf8))
    } catch {
      throw WorkerError(
        .inputOutput, "Standard output: \(error.words).", remedy: "Look at where it leads.")
    }
  }

  /// Reads a file, or standard input for `-`.
  /// - Throws: `worker.input-output`; `worker.malformed` for more than `countMax` bytes.
  static func read(_ name: String, countMax: Int) throws(WorkerError) -> [UInt8] {
    let bytes: [UInt8]?
    do throws(SystemError) {
      let file =
        name == "-" ? Descriptor(dup(STDIN_FILENO)) : try Descriptor.open(name, O_RDONLY)
      bytes = try file.readAll(countMax: countMax)
    } catch {
      throw WorkerError(
        .inputOutput, "\(subject(name)) cannot be read: \(error.words).",
        remedy: "Name a file that can be read, or '-' for standard input.")
    }
    guard let bytes else {
      throw WorkerError(
        .malformed, "\(subject(name)) has more than \(countMax) bytes.",
        remedy: "Give less at once.")
    }
    return bytes
  }

  /// What a file is called in messages.
  static func subject(_ name: String) -> String { name == "-" ? "Standard input" : "'\(name)'" }
}
