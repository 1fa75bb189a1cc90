import Glibc

/// What names, hosts and paths of a cluster may look like, in a file and in a catalog.
enum ClusterText {
  /// The most bytes of a node's name.
  static let nameBytesMax = 128
  /// The most bytes of a host, or of a user.
  static let hostBytesMax = 253
  /// The most bytes of a path.
  static let pathBytesMax = 1_024

  /// Whether a letter moves the cursor or ends a line, instead of being seen.
  static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }

  /// Whether a text can be seen as it is and is one word.
  private static func isPrintableWord(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { scalar in
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator, .spaceSeparator, .format, .surrogate,
        .privateUse, .unassigned:
        false
      default: true
      }
    }
  }

  /// Whether a text names a node: it stands in tables, on command lines and in file names.
  static func isNodeName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= nameBytesMax && isPrintableWord(text)
      && !text.utf8.contains(UInt8(ascii: "/")) && text.utf8.first != UInt8(ascii: "-")
      && text != "." && text != ".."
  }

  /// Whether a text can be a host or an alias of an ssh configuration.
  ///
  /// Hosts and users reach the commands that an ssh configuration names, so that what a shell would
  /// understand otherwise is refused, as OpenSSH does.
  static func isHost(_ text: String) -> Bool {
    if text.utf8.contains(UInt8(ascii: ":")) { return isAddress(text) }
    return isShellWord(text) && !text.utf8.contains { "/@[]%".utf8.contains($0) }
  }

  /// Whether a text can be a user on a node.
  static func isUser(_ text: String) -> Bool {
    isShellWord(text) && !text.utf8.contains(UInt8(ascii: "/"))
  }

  private static func isShellWord(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= hostBytesMax && isPrintableWord(text)
      && text.utf8.first != UInt8(ascii: "-")
      && !text.utf8.contains { "'\"`$\\;&<>|(){},*?!#".utf8.contains($0) }
  }

  /// Whether a text is an IPv6 address, with the name of its network interface or without.
  private static func isAddress(_ text: String) -> Bool {
    let parts = text.split(separator: "%", omittingEmptySubsequences: false)
    guard text.utf8.count <= hostBytesMax, parts.count <= 2 else { return false }
    var address = in6_addr()
    guard inet_pton(AF_INET6, String(parts[0]), &address) == 1 else { return false }
    guard parts.count == 2 else { return true }
    return !parts[1].isEmpty
      && parts[1].allSatisfy { letter in
        letter.isASCII && (letter.isLetter || letter.isNumber || "._-".contains(letter))
      }
  }

  /// Whether a text can be a path on any system that is meant here.
  static func isPath(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= pathBytesMax
      && !text.unicodeScalars.contains(where: isControl)
  }

  /// A work directory without needless parts; `nil` when it is none.
  ///
  /// It is absolute or below the home directory on its node, and never one of the two itself: what
  /// is in it is removed when a node is cleaned.
  static func workDirectory(_ text: String) -> String? {
    guard isPath(text) else { return nil }
    let start = text.hasPrefix("~/") ? "~/" : "/"
    guard text.hasPrefix(start) else { return nil }
    // Split by bytes, as the system does: a letter may be a slash with a mark on it.
    let parts = text.utf8.dropFirst(start.utf8.count).split(separator: UInt8(ascii: "/"))
      .map { String($0) ?? "" }.filter { $0 != "." }
    guard !parts.isEmpty, !parts.contains("..") else { return nil }
    return start + parts.joined(separator: "/")
  }
}

/// Where a node answers, as `[user@]host[:port]`.
struct ClusterDestination: Hashable, Sendable {
  let host: String
  let user: String?
  let port: UInt16?

  /// Why a text is no destination, as the end of a sentence.
  struct Fault: Error {
    let words: String
  }

  init(_ text: String) throws(Fault) {
    var rest = Substring(text)
    if let at = rest.lastIndex(of: "@") {
      let user = String(rest[..<at])
      guard ClusterText.isUser(user) else {
        throw Fault(words: "has a user that cannot be one")
      }
      self.user = user
      rest = rest[rest.index(after: at)...]
    } else {
      user = nil
    }
    let isBracketed = rest.first == "["
    let colons = rest.count { $0 == ":" }
    if isBracketed {
      guard let end = rest.firstIndex(of: "]"), rest[..<end].contains(":") else {
        throw Fault(words: "has brackets around what is no IPv6 address")
      }
      host = String(rest[..<end].dropFirst())
      rest = rest[rest.index(after: end)...]
    } else if colons > 1 {
      throw Fault(words: "has several ':', as an IPv6 address without brackets")
    } else {
      host = String(rest.prefix { $0 != ":" })
      rest = rest.dropFirst(host.count)
    }
    guard ClusterText.isHost(host) else {
      throw Fault(words: host.isEmpty ? "has no host" : "has letters that no host has")
    }
    guard !rest.isEmpty else {
      port = nil
      return
    }
    let digits = rest.dropFirst()
    guard rest.first == ":", !digits.isEmpty, digits.utf8.count <= 5,
      digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let port = UInt16(digits), port > 0
    else { throw Fault(words: "has no port from 1 to 65535 behind its host") }
    self.port = port
  }
}
