import Foundation
import TestSupport

/// The rows that the benchmarks write.
enum BenchmarkTable {
  private static let path = ProcessInfo.processInfo.environment["PHASEGRID_BENCHMARK"]

  /// Whether somebody wants to have anything measured.
  static var isWanted: Bool { path != nil }

  /// Adds a row: what was measured, the number, and what it should stay below.
  static func add(_ what: String, _ measured: String, _ bound: String) throws {
    guard let path else { return }
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try file.seekToEnd()
    try file.write(contentsOf: Data("| \(what) | \(measured) | \(bound) |\n".utf8))
    try file.close()
  }

  /// A number with three significant digits.
  static func text(_ number: Double) -> String { String(format: "%.3g", number) }

  /// A process's share of the memory that it has resident, in bytes.
  static func residentBytes(of process: Int32) -> Int {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/smaps_rollup", encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("Pss:") })
    else { return 0 }
    return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
  }
}
