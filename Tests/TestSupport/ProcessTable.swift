import Foundation
import Glibc

/// The processes of one test, found by what it put into their environment.
public enum ProcessTable {
  /// The numbers of the processes whose environment has this entry, with their command lines.
  public static func processes(
    withEnvironment entry: String
  ) -> [(identifier: Int32, arguments: [String])] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { name in
      guard let identifier = Int32(name),
        let environment = FileManager.default.contents(atPath: "/proc/\(name)/environ"),
        environment.split(separator: 0).contains(where: { $0.elementsEqual(entry.utf8) }),
        let line = FileManager.default.contents(atPath: "/proc/\(name)/cmdline")
      else { return nil }
      let arguments = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      return arguments.isEmpty ? nil : (identifier, arguments)
    }.sorted { $0.identifier < $1.identifier }
  }
}
