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
}
