import Foundation
import Glibc
import Protocol
import Testing

@testable import WorkerCore

/// The parts of a worker that can be looked at alone.
@Suite struct WorkerPartsTests {
  @Test(arguments: [
    ("0", 1), ("0-3", 4), ("0-3,8", 5), ("1,3,5-6", 4),
  ])
  func `the processors that a process may use are counted`(list: String, count: UInt16) {
    let status = "Name:\tx\nCpus_allowed:\tff\nCpus_allowed_list:\t\(list)\nThreads:\t1\n"
    #expect(Machine.processors(inStatus: status) == count)
  }

  @Test(arguments: ["", "Cpus_allowed_list:\t\n", "Cpus_allowed_list:\t5-2\n"])
  func `a status without processors says nothing`(status: String) {
    #expect(Machine.processors(inStatus: status) == nil)
  }

  @Test func `a machine's identity is short, stable and not the system's own`() {
    let identity = Machine.identity
    #expect(identity.count == 16 && identity == Machine.identity)
    let own = try? String(contentsOfFile: "/etc/machine-id", encoding: .utf8)
    #expect(own?.contains(identity) != true)
  }

  @Test(arguments: [NumericProfile.pinned, .openblas])
  func `other kernels than the profile's are refused`(profile: NumericProfile) {
    #expect(NumericsCheck.fault(of: profile, core: "Prescott")?.contains("Prescott") == true)
    #expect(NumericsCheck.fault(of: .native, core: "Prescott") == nil)
  }

  @Test func `a directory however deep has a socket of few bytes`() {
    let path = "/" + String(repeating: "deep/", count: 200)
    let places = MeetingPlace.candidates(for: path)
    #expect(!places.isEmpty)
    #expect(places.allSatisfy { $0.socket.utf8.count <= MeetingPlace.socketPathBytesMax })
  }

  @Test func `two directories have two sockets`() {
    #expect(MeetingPlace.candidates(for: "/a") != MeetingPlace.candidates(for: "/b"))
  }

  @Test func `a place that others may enter is refused`() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("pg-place-\(UUID().uuidString)").path
    defer { rmdir(folder) }
    #expect(mkdir(folder, 0o700) == 0)
    let place = MeetingPlace(directory: folder, name: "x")
    try place.prepare()
    #expect(chmod(folder, 0o755) == 0)
    let error = try #require(throws: WorkerError.self) { try place.prepare() }
    #expect(error.kind == .runtimeDirectory && place.connect() == nil)
  }

  @Test func `a lock is held by one at a time`() throws {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("pg-lock-\(UUID().uuidString)").path
    defer { unlink(path) }
    var first = try FileLock.take(path)
    #expect(first != nil)
    #expect(try FileLock.take(path) == nil)
    first = nil
    #expect(try FileLock.take(path) != nil)
  }

  @Test func `a lock file that was removed is no longer in place`() throws {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("pg-lock-\(UUID().uuidString)").path
    defer { unlink(path) }
    let lock = try #require(try FileLock.take(path))
    #expect(lock.isInPlace)
    unlink(path)
    #expect(!lock.isInPlace)
    #expect(try FileLock.take(path) != nil)
  }

  /// How a slot ended, what it had said, and what the failure is called.
  struct Death: CustomTestStringConvertible {
    var status: Int32
    var log: String
    var memoryRanOut = false
    var reason: FailureReason
    var words: String
    var testDescription: String { words }
  }

  @Test(arguments: [
    Death(status: 11, log: "", reason: .crashed, words: "signal 11"),
    Death(status: 6, log: "Fatal error: index\n", reason: .crashed, words: "Fatal error: index"),
    Death(status: 3 << 8, log: "", reason: .crashed, words: "exit status 3"),
    Death(status: 9, log: "", reason: .crashed, words: "signal 9"),
    Death(status: 9, log: "", memoryRanOut: true, reason: .memory, words: "memory ran out"),
    Death(
      status: 6, log: "Fatal error: failed to allocate 10 bytes of memory\n", reason: .memory,
      words: "failed to allocate"),
    Death(status: 6, log: "", memoryRanOut: true, reason: .crashed, words: "signal 6"),
  ])
  func `the end of a slot says what became of its trial`(death: Death) throws {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("pg-log-\(UUID().uuidString)").path
    defer { unlink(path) }
    try death.log.write(toFile: path, atomically: true, encoding: .utf8)
    let outcome = SlotDeath.outcome(
      status: death.status, log: path, memoryRanOut: death.memoryRanOut)
    guard case .failed(let reason, let words) = outcome else {
      Issue.record("a slot's end is a failure")
      return
    }
    #expect(reason == death.reason && words.contains(death.words), "\(words)")
  }

  @Test func `the last words of a slot are kept within their bound`() throws {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("pg-log-\(UUID().uuidString)").path
    defer { unlink(path) }
    let text = String(repeating: "\u{1b}[31mé", count: 100_000) + "the end"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    guard
      case .failed(_, let words) = SlotDeath.outcome(status: 11, log: path, memoryRanOut: false)
    else {
      Issue.record("a slot's end is a failure")
      return
    }
    // A character that was cut in half is replaced by one that may be longer.
    #expect(words.utf8.count <= Limits.failureLogBytesMax + 8)
    #expect(words.hasSuffix("the end") && !words.contains("\u{1b}"))
  }

  private static func held(_ indices: some Sequence<Int>) -> [HeldTrial] {
    let shard = IdleTrials.shard(indices)
    let common = HeldTrial.SharedPart(shard)
    return shard.entries.map {
      HeldTrial(
        trial: TrialAttempt(key: $0.key, attempt: $0.attempt), entry: $0, common: common)
    }
  }

  @Test func `waiting trials keep their order through everything that happens to them`() {
    var waiting = WaitingTrials()
    for trial in Self.held(0..<3000) { waiting.append(trial) }
    var taken = (0..<2000).compactMap { _ in waiting.takeFirst() }
    waiting.putBack(taken[1990...])
    taken.removeLast(10)
    #expect(
      waiting.remove([IdleTrials.attempt(1995), IdleTrials.attempt(5)]) == [
        IdleTrials.attempt(1995)
      ])
    waiting.renumber(IdleTrials.attempt(2500, 7))
    #expect(waiting.attempt(at: IdleTrials.key(2500)) == AttemptNumber(7))
    #expect(waiting.attempt(at: IdleTrials.key(1995)) == nil)
    #expect(waiting.attempt(at: IdleTrials.key(1991)) == AttemptNumber(1))
    var rest: [TrialKey] = []
    while let trial = waiting.takeFirst() { rest.append(trial.trial.key) }
    #expect(rest == (1990..<3000).filter { $0 != 1995 }.map(IdleTrials.key))
    #expect(waiting.isEmpty)
  }
}
