/// A script for the standard input of `exec /bin/sh` on a node.
///
/// What it does is wrapped whole in braces: the shell has read everything before it runs anything,
/// so that standard input belongs to the script from then on. It answers in lines that begin with
/// `phasegrid` and the token; ``NodeAnswers`` reads them.
package struct NodeScript: Sendable, Hashable {
  /// What the shell reads.
  package let text: String
  /// The sixteen hexadecimal digits that mark the answers of this script.
  ///
  /// They are random and never stand behind the word `phasegrid` in the script itself: what a login
  /// shell prints, or a node that only echoes, cannot pass for an answer.
  package let token: String

  /// Puts a script together from parts of shell text.
  ///
  /// Indentation and comment lines are for whoever reads the source: some shells read standard input
  /// byte by byte, so they are not sent. No part may hold a text that spans lines.
  /// - Parameters:
  ///   - values: The variables that are set first, with their values as shell words.
  ///   - parts: What is done, in order.
  ///   - systemRoot: Stands before the paths of the system's own files: empty but for tests, `nil`
  ///     for a script that looks at none.
  init(values: [(name: String, word: String)], parts: [String], systemRoot: String? = nil) {
    var digits = ""
    for _ in 0..<16 { digits += String(UInt8.random(in: 0..<16), radix: 16) }
    token = digits
    let root = systemRoot.map { [("root", ShellQuoting.quote($0))] } ?? []
    let settings = [("token", digits)] + root + values
    let lines = settings.map { "\($0.0)=\($0.1)" } + parts.flatMap(NodeScript.statements)
    text = "{\n" + lines.joined(separator: "\n") + "\nexit 0\n}\n"
  }

  private static func statements(in part: String) -> [String] {
    part.split(separator: "\n").compactMap { line in
      let statement = line.drop { $0 == " " }
      return statement.isEmpty || statement.hasPrefix("#") ? nil : String(statement)
    }
  }

  /// The statement that sets `work` to the work directory, or says why it cannot be one.
  ///
  /// `~` is the home on the node, and so is what a path that begins with no slash begins at.
  /// - Parameter name: As the cluster file gives it; `nil` for `~/.cache/phasegrid`.
  /// - Returns: Shell text.
  static func workDirectory(_ name: String?) -> String {
    let name = name ?? "~/.cache/phasegrid"
    if name.isEmpty || name.unicodeScalars.contains(where: NodeText.isControl) {
      return "fail work-directory 'its name is empty or has control characters'"
    }
    if name.hasPrefix("/") { return "work=\(ShellQuoting.quote(name))" }
    let home = #"[ -n "${HOME-}" ] || fail work-directory 'HOME is not set'"# + "\n"
    if name == "~" { return home + #"work=$HOME"# }
    if name.hasPrefix("~/") {
      return home + "work=$HOME/\(ShellQuoting.quote(String(name.dropFirst(2))))"
    }
    if name.hasPrefix("~") {
      let words = "\(name) is in the home of another user: write the whole path"
      return "fail work-directory \(ShellQuoting.quote(words))"
    }
    return home + "work=$HOME/\(ShellQuoting.quote(name))"
  }
}
