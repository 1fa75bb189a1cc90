import Foundation
import Glibc

/// A process as the system's table shows it.
package struct ProcessEntry: Sendable {
  /// Its number.
  package let identifier: Int32
  /// Its short name, at most 15 bytes.
  package let name: String
  /// Its state's letter: `R`, `S`, `T`, `Z`, ...
  package let state: Character
  /// The number of its parent.
  package let parent: Int32
  /// When it began, in ticks since this machine was started: numbers are given out again.
  let began: UInt64

  /// Its command line; empty for a process that has ended.
  package var arguments: [String] {
    let line = SystemFile.contents("/proc/\(identifier)/cmdline")
    return line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Whether another entry, perhaps of another moment, is of the same process.
  func isSame(as other: ProcessEntry) -> Bool {
    identifier == other.identifier && began == other.began
  }

  /// Whether its start environment has an entry that satisfies a condition.
  func hasEnvironment(where condition: (Data) -> Bool) -> Bool {
    let entries = SystemFile.contents("/proc/\(identifier)/environ")
    return entries.split(separator: 0).contains(where: condition)
  }

  init?(identifier: Int32) {
    let line = String(decoding: SystemFile.contents("/proc/\(identifier)/stat"), as: UTF8.self)
    // The name is in parentheses and may hold any character, also these.
    guard let open = line.firstIndex(of: "("), let close = line.lastIndex(of: ")") else {
      return nil
    }
    let fields = line[line.index(after: close)...].split(separator: " ")
    guard fields.count > 19, let state = fields[0].first, let parent = Int32(fields[1]),
      let began = UInt64(fields[19])
    else { return nil }
    self.identifier = identifier
    self.name = String(line[line.index(after: open)..<close])
    self.state = state
    self.parent = parent
    self.began = began
  }
}

extension ProcessTable {
  /// Every process that has not ended.
  static func living() -> [ProcessEntry] {
    // Without a process table there is no process to find.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { Int32($0) }.compactMap(ProcessEntry.init(identifier:))
      .filter { $0.state != "Z" && $0.state != "X" }.sorted { $0.identifier < $1.identifier }
  }

  /// The children of some processes, their children, and so on, among some entries.
  static func descendants(of roots: Set<Int32>, among entries: [ProcessEntry]) -> [ProcessEntry] {
    let children = Dictionary(grouping: entries, by: \.parent)
    var found: [ProcessEntry] = []
    var waiting = roots.sorted()
    while let next = waiting.popLast() {
      let more = (children[next] ?? []).filter { !roots.contains($0.identifier) }
      found += more
      waiting += more.map(\.identifier)
    }
    return found
  }

  /// Waits until processes have ended, for at most five seconds; who waits for them is not asked.
  static func waitForEnd(of identifiers: [Int32]) {
    let deadline = ContinuousClock.now + .seconds(5)
    for identifier in identifiers {
      while ContinuousClock.now < deadline {
        // A child of this very process stays in the table until it is waited for.
        waitpid(identifier, nil, WNOHANG)
        guard let entry = ProcessEntry(identifier: identifier), entry.state != "Z" else { break }
        usleep(1000)
      }
    }
  }
}
