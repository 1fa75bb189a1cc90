/// Text as one word of a POSIX shell.
package enum ShellQuoting {
  /// The text between single quotes, so that no shell reads anything into it.
  ///
  /// A single quote inside ends the quotes, stands escaped, and begins them anew. No shell can take
  /// a zero byte: the caller has refused it.
  package static func quote(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#)
      + "'"
  }
}
