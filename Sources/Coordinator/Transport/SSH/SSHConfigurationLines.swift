/// A line of the configuration taken apart: a keyword, and what stands behind it.
struct SSHConfigurationLine {
  let keyword: String
  /// All that stands behind the keyword and an equals sign, as written.
  let rest: String
  /// The same as words, without quotes and comment; never empty.
  let arguments: [String]

  /// Takes a line without its end apart; `nil` for an empty line or a comment.
  init?(_ bytes: ArraySlice<UInt8>, place: SSHPlace) throws(TransportError) {
    var line = bytes.drop { Self.isBlank($0) }
    while let last = line.last, Self.isBlank(last) || last == Self.newPage { line.removeLast() }
    guard let first = line.first, first != UInt8(ascii: "#") else { return nil }
    guard !line.contains(0) else { throw place.malformed("The line holds a NUL byte.") }
    guard String(validating: line, as: UTF8.self) != nil else {
      throw place.malformed("The line is not UTF-8.", remedy: "Save the file as UTF-8.")
    }

    let word: ArraySlice<UInt8>
    if first == UInt8(ascii: "\"") {
      let quoted = line.dropFirst()
      guard let end = quoted.firstIndex(of: first) else {
        throw place.malformed("A quote is not closed.")
      }
      word = quoted[..<end]
      line = quoted[(end + 1)...]
    } else {
      word = line.prefix { !Self.isBlank($0) && $0 != UInt8(ascii: "=") }
      line = line[word.endIndex...]
    }
    line = line.drop { Self.isBlank($0) }
    if line.first == UInt8(ascii: "=") { line = line.dropFirst().drop { Self.isBlank($0) } }

    keyword = String(decoding: word, as: UTF8.self)
    rest = String(decoding: line, as: UTF8.self)
    guard let words = Self.words(line) else { throw place.malformed("A quote is not closed.") }
    guard !words.isEmpty else {
      throw place.malformed("Nothing stands behind '\(keyword.prefix(100))'.")
    }
    arguments = words
  }

  /// The words of a text: blanks part them, quotes keep blanks, a backslash keeps a quote or a
  /// blank, and a `#` where a word would begin ends them.
  /// - Returns: `nil` when a quote is not closed.
  static func words(_ text: ArraySlice<UInt8>) -> [String]? {
    let backslash = UInt8(ascii: "\\")
    let quotes = [UInt8(ascii: "\""), UInt8(ascii: "'")]
    var words: [String] = []
    var rest = text
    while true {
      rest = rest.drop { isBlank($0) }
      guard let first = rest.first, first != UInt8(ascii: "#") else { return words }
      var word: [UInt8] = []
      var quote: UInt8?
      while let byte = rest.first, quote != nil || !isBlank(byte) {
        rest.removeFirst()
        if byte == backslash, let next = rest.first,
          next == backslash || quotes.contains(next)
            || (quote == nil && next == UInt8(ascii: " "))
        {
          word.append(rest.removeFirst())
        } else if byte == quote {
          quote = nil
        } else if quote == nil, quotes.contains(byte) {
          quote = byte
        } else {
          word.append(byte)
        }
      }
      guard quote == nil else { return nil }
      words.append(String(decoding: word, as: UTF8.self))
    }
  }

  private static let newPage: UInt8 = 12

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }
}
