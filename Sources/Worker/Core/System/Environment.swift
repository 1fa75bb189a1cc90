import Glibc

/// The environment of this process, and what its children get of it.
enum Environment {
  /// A variable that is set and not empty.
  static func variable(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
  }

  /// Every entry, with these set or, for `nil`, removed.
  static func entries(changing changes: [String: String?]) -> [String] {
    var entries: [String] = []
    var next = environ
    while let entry = next.pointee {
      let text = String(cString: entry)
      let name = text.prefix { $0 != "=" }
      if changes.index(forKey: String(name)) == nil { entries.append(text) }
      next += 1
    }
    for (name, value) in changes.sorted(by: { $0.key < $1.key }) {
      if let value { entries.append("\(name)=\(value)") }
    }
    return entries
  }
}
