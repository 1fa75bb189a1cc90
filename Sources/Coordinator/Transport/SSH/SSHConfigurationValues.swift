/// The values of single lines. What is wrong is said when a file is read, whether or not the line
/// applies to a host, as OpenSSH does.
extension SSHDirective {
  /// Refuses a value that makes no sense.
  func check() throws(TransportError) {
    switch keyword {
    case .userKnownHostsFile, .globalKnownHostsFile:
      guard arguments.count == 1 || !arguments.contains(where: { $0.lowercased() == "none" }) else {
        throw place.malformed("'none' of \(keyword.rawValue) must stand alone.")
      }
    case .proxyCommand: break
    case .proxyJump: _ = try hops()
    default:
      guard arguments.count == 1 else {
        throw place.malformed(
          "Too many words stand behind '\(keyword.rawValue)'.",
          remedy: "Put quotes around a value with blanks.")
      }
    }
    switch keyword {
    case .port: _ = try port()
    case .connectTimeout: _ = try seconds()
    case .compression: _ = try flag(["yes": true, "no": false])
    case .identitiesOnly, .proxyUsesDescriptorPassing: _ = try flag()
    case .requiredRSASize: _ = try bits()
    default: break
    }
  }

  /// Whether the value is the word `none`.
  var isNone: Bool { argument.lowercased() == "none" }

  /// The value as a yes or a no.
  func flag(
    _ words: [String: Bool] = ["yes": true, "true": true, "no": false, "false": false]
  ) throws(TransportError) -> Bool {
    guard let value = words[argument.lowercased()] else {
      throw place.malformed("\(keyword.rawValue) is yes or no, not '\(argument.prefix(100))'.")
    }
    return value
  }

  /// The value as a port.
  func port() throws(TransportError) -> UInt16 {
    guard let port = UInt16(argument), port > 0 else {
      throw place.malformed(
        "Port '\(argument.prefix(100))' is not a number between 1 and 65535.")
    }
    return port
  }

  /// The value as a count of bits.
  func bits() throws(TransportError) -> Int {
    guard let bits = Int32(argument), bits >= 0 else {
      throw place.malformed("\(keyword.rawValue) '\(argument.prefix(100))' is not a number.")
    }
    return Int(bits)
  }

  /// The value as a time: `90`, `1m30`, `2h`; `nil` for `none` and 0, which set no limit.
  func seconds() throws(TransportError) -> Double? {
    if isNone { return nil }
    let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604_800]
    var total = 0
    var digits = ""
    // A number without a unit counts seconds.
    for letter in argument.lowercased() + (argument.last?.isWholeNumber == true ? "s" : "") {
      if let unit = units[letter], let number = Int32(digits), total <= Int(Int32.max) {
        total += Int(number) * unit
        digits = ""
      } else if letter.isASCII, letter.isNumber {
        digits.append(letter)
      } else {
        throw notATime()
      }
    }
    guard digits.isEmpty, total <= Int(Int32.max) else { throw notATime() }
    return total == 0 ? nil : Double(total)
  }

  private func notATime() -> TransportError {
    place.malformed(
      "\(keyword.rawValue) '\(argument.prefix(100))' is no time.",
      remedy: "Write seconds, or a time such as 1m30s.")
  }

  /// The hosts to pass through, in order; empty for `none`.
  func hops() throws(TransportError) -> [SSHHop] {
    let list = rest.drop { $0 == "=" }.prefix { !$0.isWhitespace }
    if list.lowercased() == "none" { return [] }
    var hops: [SSHHop] = []
    for text in list.split(separator: ",", omittingEmptySubsequences: false) {
      guard let hop = SSHHop(parsing: text) else {
        throw place.malformed(
          "ProxyJump cannot take '\(text.prefix(100))' as a host.",
          remedy: "Write [user@]host[:port], with commas and no blanks between several.")
      }
      hops.append(hop)
    }
    return hops
  }
}

extension SSHHop {
  /// Reads `[user@]host[:port]` or `ssh://[user@]host[:port]`; an IPv6 address stands in brackets.
  init?(parsing text: Substring) {
    var rest = text
    if rest.lowercased().hasPrefix("ssh://") {
      rest = rest.dropFirst("ssh://".count)
      if rest.hasSuffix("/") { rest.removeLast() }
    }
    var user: String?
    if let at = rest.lastIndex(of: "@") {
      user = String(rest[..<at])
      rest = rest[rest.index(after: at)...]
    }
    let host: Substring
    var portText: Substring = ""
    if rest.hasPrefix("["), let end = rest.firstIndex(of: "]") {
      host = rest[..<end].dropFirst()
      let behind = rest[rest.index(after: end)...]
      guard behind.isEmpty || behind.hasPrefix(":") else { return nil }
      portText = behind.dropFirst()
    } else {
      host = rest.prefix { $0 != ":" }
      portText = rest[host.endIndex...].dropFirst()
    }
    let refused = "'\"`$;&<>|()\\[]"
    guard
      user != "", !host.isEmpty, !host.hasPrefix("-"),
      !host.contains(where: { refused.contains($0) })
    else { return nil }
    var port: UInt16?
    if !portText.isEmpty {
      guard let number = UInt16(portText), number > 0 else { return nil }
      port = number
    }
    self.init(user: user, host: String(host), port: port)
  }
}
