import Foundation
import Protocol

@testable import WorkerCore

/// Looks into what a worker writes, without touching it.
enum WorkerTestFiles {
  /// How many whole records a spool file holds now; the daemon may be writing to it.
  static func recordCount(_ path: String) throws -> Int {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    var rest = bytes.dropFirst(SpoolHeader.byteCount)
    var count = 0
    while let length = SpoolRecord.byteCount(of: rest.prefix(SpoolRecord.headerByteCount)),
      rest.count >= length
    {
      rest = rest.dropFirst(length)
      count += 1
    }
    return count
  }

  /// Every file and folder below a folder, by its path from there.
  static func all(below folder: String) -> [String] {
    (FileManager.default.enumerator(atPath: folder)?.allObjects as? [String] ?? []).sorted()
  }

  /// The numbers of the sockets in one of the system's tables; none where there is no such table.
  static func socketNumbers(_ table: String) -> Set<String> {
    let text = (try? String(contentsOfFile: table, encoding: .utf8)) ?? ""
    // The column differs from table to table: every word is taken.
    return Set(text.split { $0 == " " || $0 == "\n" }.map(String.init))
  }

  /// The numbers of the sockets that a process has open.
  static func sockets(of process: Int32) -> Set<String> {
    let folder = "/proc/\(process)/fd"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return Set(
      names.compactMap { name in
        let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)")
        guard let link, link.hasPrefix("socket:[") else { return nil }
        return String(link.dropFirst("socket:[".count).dropLast())
      })
  }
}
