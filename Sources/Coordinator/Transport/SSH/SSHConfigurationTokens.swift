import Glibc

/// Replaces what `%` and `${NAME}` stand for in a value.
struct SSHTokens {
  /// What each letter behind a `%` stands for.
  let values: [Character: String]
  let local: SSHLocalFacts

  /// Replaces `%%`, the tokens of these letters and, where the keyword takes it, `${NAME}`.
  func expand(
    _ text: String, letters: String, withEnvironment: Bool = false, at place: SSHPlace
  ) throws(TransportError) -> String {
    var result = ""
    var rest = Substring(text)
    while let letter = rest.popFirst() {
      if letter == "$", withEnvironment, rest.first == "{" {
        guard let end = rest.firstIndex(of: "}") else {
          throw place.malformed("'${' is not closed.")
        }
        result += try local.variable(String(rest[..<end].dropFirst()), at: place)
        rest = rest[rest.index(after: end)...]
      } else if letter != "%" {
        result.append(letter)
      } else if let token = rest.popFirst() {
        if token == "%" {
          result.append("%")
        } else if letters.contains(token), let value = values[token] {
          result += value
        } else if token == "C" || token == "j" {
          throw place.unsupported(
            "The token %\(token) is not supported.",
            remedy: "Write out what it stands for.")
        } else {
          throw place.malformed("This keyword has no token %\(token).")
        }
      } else {
        throw place.malformed("A '%' stands at the end.", remedy: "Write '%%' for a percent sign.")
      }
    }
    return result
  }

  /// Makes an absolute path of a text with a tilde, tokens and variables.
  func path(_ text: String, at place: SSHPlace) throws(TransportError) -> String {
    let expanded = try expand(
      try local.expandingTilde(text, at: place), letters: Self.pathLetters, withEnvironment: true,
      at: place)
    return local.absolute(expanded)
  }

  private static let pathLetters = "dhikLlnpru"
}

extension SSHLocalFacts {
  /// The value of an environment variable.
  func variable(_ name: String, at place: SSHPlace) throws(TransportError) -> String {
    let value: String?
    if let environment {
      value = environment[name]
    } else {
      value = getenv(name).map { String(cString: $0) }
    }
    guard let value else {
      throw place.malformed(
        "The environment variable '\(name.prefix(100))' is not set.",
        remedy: "Set it, or write out its value.")
    }
    return value
  }

  /// Replaces `~` and `~name` at the beginning of a path.
  func expandingTilde(_ path: String, at place: SSHPlace) throws(TransportError) -> String {
    guard path.hasPrefix("~") else { return path }
    let name = path.dropFirst().prefix { $0 != "/" }
    let rest = path.dropFirst(1 + name.count)
    if name.isEmpty { return home + rest }
    var buffer = [CChar](repeating: 0, count: 1 << 14)
    var account = passwd()
    var found: UnsafeMutablePointer<passwd>?
    guard
      getpwnam_r(String(name), &account, &buffer, buffer.count, &found) == 0, found != nil
    else { throw place.malformed("This machine has no user '\(name.prefix(100))'.") }
    return String(cString: account.pw_dir) + rest
  }

  /// A path from the root: a relative one begins where this process stands, as with `ssh`.
  func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), let current = getcwd(nil, 0) else { return path }
    defer { free(current) }
    return String(cString: current) + "/" + path
  }
}
