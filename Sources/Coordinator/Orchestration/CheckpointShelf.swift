import Foundation
import Protocol

/// The newest checkpoints that workers have delivered, in a folder beside the catalog: whoever gets a
/// trial's next attempt gets its checkpoint first.
///
/// They are a help and no record: nothing of a sweep depends on them, and one that cannot be kept is
/// not kept. What is in them is the workers' to judge.
struct CheckpointShelf: Sendable {
  /// The most bytes of all of them; the ones that came first go.
  static let bytesMax = 1 << 30

  private let folder: URL
  private let bytesMax: Int
  /// What is on the shelf, the oldest first.
  private var entries: [TrialKey: (progress: UInt64, byteCount: Int, arrival: UInt64)] = [:]
  private var byteCount = 0
  private var arrivals: UInt64 = 0

  /// The shelf of a catalog, empty: what an earlier coordinator left is removed, since its workers
  /// deliver anew.
  /// - Parameters:
  ///   - catalog: The catalog's file.
  ///   - bytesMax: The most bytes of all checkpoints.
  init(beside catalog: String, bytesMax: Int = CheckpointShelf.bytesMax) {
    folder = URL(fileURLWithPath: catalog + ".checkpoints")
    self.bytesMax = bytesMax
    clear()
  }

  /// Takes a checkpoint in place of an older one of its trial.
  mutating func put(_ arrival: CheckpointCollector.Arrival) {
    if let before = entries[arrival.key] {
      guard before.progress < arrival.progress else { return }
      remove(arrival.key)
    }
    do {
      try FileManager.default.createDirectory(
        at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      try Data(arrival.bytes).write(to: file(of: arrival.key), options: .atomic)
    } catch {
      // A disk that is full has no room for a help.
      return
    }
    arrivals += 1
    entries[arrival.key] = (arrival.progress, arrival.bytes.count, arrivals)
    byteCount += arrival.bytes.count
    while byteCount > bytesMax,
      let oldest = entries.min(by: { $0.value.arrival < $1.value.arrival })
    {
      remove(oldest.key)
    }
  }

  /// The parts of a trial's checkpoint; none where there is none.
  func parts(of key: TrialKey) -> [CheckpointPart] {
    // What somebody has taken away meanwhile is not there.
    guard let entry = entries[key], let bytes = try? Data(contentsOf: file(of: key)),
      bytes.count == entry.byteCount
    else { return [] }
    return CheckpointPart.parts(of: [UInt8](bytes), key: key, progress: entry.progress) ?? []
  }

  /// Removes the checkpoint of a trial that needs none any more.
  mutating func remove(_ key: TrialKey) {
    guard let entry = entries.removeValue(forKey: key) else { return }
    byteCount -= entry.byteCount
    // What cannot be removed is removed with the folder.
    try? FileManager.default.removeItem(at: file(of: key))
  }

  /// Removes all of them.
  mutating func clear() {
    entries = [:]
    byteCount = 0
    // Mostly there is none.
    try? FileManager.default.removeItem(at: folder)
  }

  private func file(of key: TrialKey) -> URL { folder.appendingPathComponent(key.description) }
}
