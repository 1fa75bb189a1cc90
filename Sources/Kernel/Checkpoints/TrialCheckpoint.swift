public import Protocol

/// The state of a trial between two training steps, from which any worker goes on to the same bits.
///
/// The file is docs/KERNEL.md's. Nothing of it is believed: not that it is whole, not that it is of the
/// trial for which it was found.
public struct TrialCheckpoint: Sendable {
  /// The first bytes of a checkpoint.
  static let magic: [UInt8] = Array("PGCHECK\n".utf8)
  /// The version of the layout.
  static let version: UInt16 = 1
  /// The most stages of a trial.
  static let stagesMax = 64
  /// The most bytes of a checkpoint; a trial with a larger state has none.
  public static let bytesMax = 1 << 30

  /// Whose state it is.
  public let key: TrialKey
  /// The release of the program that wrote it: another one may compute in other stages.
  public let release: String
  /// The kernels that OpenBLAS used.
  public let core: String
  /// Steps taken, in all stages.
  public let progress: UInt64
  /// What the trial had cost.
  public let cost: TrialCost
  /// The stages that have ended, and perhaps one that goes on.
  let stages: [StageState]
  /// What was recorded, where something is.
  let recorded: RecordedThings?

  /// Reads a checkpoint.
  /// - Parameter bytes: A whole file.
  /// - Throws: `kernel.checkpoint` for anything that is not one of this layout.
  public init(_ bytes: [UInt8]) throws(KernelError) {
    do throws(FrameError) {
      try self.init(reading: bytes)
    } catch {
      throw TrialCheckpoint.refusal(error.message)
    }
  }

  /// Makes sure that a trial may go on from here.
  /// - Parameters:
  ///   - key: The trial.
  ///   - core: The kernels that OpenBLAS would use.
  /// - Throws: `kernel.checkpoint` for a checkpoint of another trial, program or processor.
  public func check(key: TrialKey, core: String) throws(KernelError) {
    guard self.key == key else {
      throw TrialCheckpoint.refusal("it is of the trial \(self.key.abbreviated)")
    }
    guard release == Release.number else {
      throw TrialCheckpoint.refusal("release \(release) wrote it, this is \(Release.number)")
    }
    guard self.core == core else {
      throw TrialCheckpoint.refusal(
        "it has the kernels for \(self.core), here are those for \(core)")
    }
  }

  private init(reading bytes: [UInt8]) throws(FrameError) {
    var reader = ByteReader(bytes[...], subject: "a checkpoint")
    guard bytes.count <= TrialCheckpoint.bytesMax, bytes.starts(with: TrialCheckpoint.magic),
      bytes.count > TrialCheckpoint.magic.count + 4
    else { throw reader.malformed("no checkpoint") }
    let end = bytes.count - 4
    var sum = CRC32C()
    for start in stride(from: 0, to: end, by: 1 << 16) {
      sum.update(Array(bytes[start..<min(start + 1 << 16, end)]))
    }
    var last = ByteReader(bytes[end...], subject: "a checkpoint")
    guard sum.value == (try last.read(UInt32.self)) else {
      throw reader.malformed("a checksum that does not fit")
    }
    reader = ByteReader(bytes[TrialCheckpoint.magic.count..<end], subject: "a checkpoint")
    let version = try reader.read(UInt16.self)
    guard version == TrialCheckpoint.version else {
      throw reader.malformed("version \(version) of the layout")
    }
    guard let key = TrialKey(bytes: try reader.readRaw(TrialKey.byteCount)) else {
      throw reader.malformed("no trial key")
    }
    self.key = key
    release = try reader.readText()
    core = try reader.readText()
    progress = try reader.read()
    cost = TrialCost(
      cpuSeconds: try reader.readDouble(), wallSeconds: try reader.readDouble())
    guard (0...1e9).contains(cost.cpuSeconds), (0...1e9).contains(cost.wallSeconds) else {
      throw reader.malformed("a cost that is none")
    }
    recorded = try reader.readFlag() ? try RecordedThings(from: &reader) : nil
    stages = try reader.readList(countMax: TrialCheckpoint.stagesMax) {
      reader throws(FrameError) in try StageState(from: &reader)
    }
    try reader.finish()
    guard stages.dropLast().allSatisfy({ $0.phase != .training }) else {
      throw reader.malformed("a stage after one that goes on")
    }
  }

  /// An error about a checkpoint that is not used.
  static func refusal(_ why: String) -> KernelError {
    KernelError(
      .checkpoint, "The checkpoint cannot be gone on from: \(why).",
      remedy: "Nothing needs to be done: the trial is trained from its start.")
  }

  /// Appends everything before the stages but what was recorded.
  static func encodeHead(
    key: TrialKey, core: String, progress: UInt64, cost: TrialCost, to writer: inout ByteWriter
  ) {
    writer.writeRaw(magic)
    writer.write(version)
    writer.writeRaw(key.bytes)
    writer.write(Release.number)
    writer.write(core)
    writer.write(progress)
    writer.write(cost.cpuSeconds)
    writer.write(cost.wallSeconds)
  }
}
