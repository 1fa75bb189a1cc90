import Foundation
import Glibc

/// The processes of one test, found by what it put into their environment.
public enum ProcessTable {
  /// The numbers of the processes whose environment has this entry, with their command lines.
  public static func processes(
    withEnvironment entry: String
  ) -> [(identifier: Int32, arguments: [String])] {
    // Tests look often, and there are many processes: the entry is searched for as bytes.
    let wanted = Data(entry.utf8)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { name in
      guard let identifier = Int32(name),
        let environment = FileManager.default.contents(atPath: "/proc/\(name)/environ"),
        environment.range(of: wanted) != nil,
        let line = FileManager.default.contents(atPath: "/proc/\(name)/cmdline")
      else { return nil }
      let arguments = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      return arguments.isEmpty ? nil : (identifier, arguments)
    }.sorted { $0.identifier < $1.identifier }
  }
}
