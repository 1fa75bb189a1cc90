import Glibc
import Protocol

/// Where everything that a command says goes: data to standard output, words to standard error.
enum Output {
  /// Writes data as it is.
  static func write(_ text: String) {
    write(text, to: STDOUT_FILENO)
  }

  /// Writes a line of data.
  static func line(_ text: String) {
    write(text + "\n")
  }

  /// Writes a JSON document.
  static func json(_ document: JSONValue) {
    line(document.indentedText)
  }

  /// Says something to the person at the terminal.
  static func say(_ text: String) {
    write(text + "\n", to: STDERR_FILENO)
  }

  /// Says what went wrong and what to do.
  static func complain(_ error: any Diagnosable) {
    say("phasegrid: \(error.description)")
  }

  /// Whether words go to a terminal.
  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// Writes all of a text.
  static func write(_ text: String, to descriptor: Int32) {
    write(bytes: Array(text.utf8), to: descriptor)
  }

  /// Writes all bytes.
  static func write(bytes: [UInt8], to descriptor: Int32 = STDOUT_FILENO) {
    var bytes = bytes[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        bytes = bytes.dropFirst(count)
      } else if errno != EINTR {
        // A terminal that has gone away must not end a sweep; a reader of data that has, has all
        // that it wanted.
        if descriptor == STDERR_FILENO { return }
        _exit(ExitStatus.inputOutput.rawValue)
      }
    }
  }

  /// Rows with their columns aligned: text to the left, numbers to the right.
  static func table(header: [String], rows: [[String]]) -> String {
    let all = [header] + rows
    let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    let isNumeric = header.indices.map { column in
      !rows.isEmpty && rows.allSatisfy { $0[column].isEmpty || Double($0[column]) != nil }
    }
    return all.map { row in
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return isNumeric[column] ? padding + cell : cell + padding
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }
}
