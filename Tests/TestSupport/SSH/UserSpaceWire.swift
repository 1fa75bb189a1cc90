import Foundation
import Glibc
import Synchronization

/// A network cable in user space: two TAP devices, joined with a delay.
///
/// It stands in for the kernel's own emulator, which many kernels are built without. Both devices
/// live as long as the wire. Frames keep their order; what no longer fits is lost, as on a link.
final class UserSpaceWire: Sendable {
  private static let framesMax = 20_000

  private let taps: [Int32]
  private let wakeUp: (read: Int32, write: Int32)
  private let delayNanoseconds: Atomic<Int64>
  private let ended = DispatchSemaphore(value: 0)

  /// Makes the two devices and joins them.
  /// - Parameters:
  ///   - outer: the name of one device.
  ///   - inner: the name of the other, which may be moved to another network namespace.
  ///   - delayMilliseconds: how long each frame takes from one end to the other.
  /// - Throws: `LaboratoryError` when the kernel refuses.
  init(outer: String, inner: String, delayMilliseconds: Double) throws {
    let first = try UserSpaceWire.openTap(outer)
    do {
      taps = [first, try UserSpaceWire.openTap(inner)]
    } catch {
      close(first)
      throw error
    }
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw LaboratoryError.system("Making a pipe") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    wakeUp = (ends[0], ends[1])
    delayNanoseconds = Atomic(Int64(delayMilliseconds * 1_000_000))
    Thread.detachNewThread { [self] in
      carry()
      ended.signal()
    }
  }

  /// Changes the delay of the frames that come from now on.
  func setDelay(milliseconds: Double) {
    delayNanoseconds.store(Int64(milliseconds * 1_000_000), ordering: .relaxed)
  }

  /// Takes the wire away, and with it both devices.
  func cut() {
    close(wakeUp.write)
    ended.wait()
    close(wakeUp.read)
    for tap in taps { close(tap) }
  }

  private static func openTap(_ name: String) throws -> Int32 {
    let descriptor = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw LaboratoryError.system("Opening /dev/net/tun") }
    // The kernel's request: 16 bytes of a name, then flags (a TAP device, bare frames).
    var request = [UInt8](repeating: 0, count: 40)
    for (index, byte) in name.utf8.prefix(15).enumerated() { request[index] = byte }
    request[16] = 0x02
    request[17] = 0x10
    let setInterface: UInt = 0x4004_54CA
    guard ioctl(descriptor, setInterface, &request) == 0 else {
      let refusal = LaboratoryError.system("Making the device \(name)")
      close(descriptor)
      throw refusal
    }
    return descriptor
  }

  private func carry() {
    var queues = [FrameQueue(), FrameQueue()]
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while wait(until: queues.compactMap(\.nextDue).min()) {
      for end in 0...1 { take(from: taps[end], into: &queues[1 - end], buffer: &buffer) }
      let now = UserSpaceWire.nanoseconds()
      for end in 0...1 {
        while let frame = queues[end].next(dueBy: now) {
          // A device that is down or full loses the frame.
          frame.withUnsafeBytes { _ = write(taps[end], $0.baseAddress, $0.count) }
        }
      }
    }
  }

  /// Waits for a frame or a moment.
  /// - Returns: whether the wire goes on.
  private func wait(until due: Int64?) -> Bool {
    var entries = (taps + [wakeUp.read]).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    let patience = due.map { max(0, $0 - UserSpaceWire.nanoseconds()) }
    let count = poll(&entries, 3, patience.map { Int32($0 / 1_000_000) } ?? -1)
    if entries[2].revents != 0 { return false }
    if entries.prefix(2).contains(where: { $0.revents & Int16(POLLERR) != 0 }) {
      // A device that is down says so all the time.
      usleep(1000)
    } else if count == 0, let due {
      // The rest is less than what poll can count.
      usleep(UInt32(max(0, min(due - UserSpaceWire.nanoseconds(), 1_000_000)) / 1000))
    }
    return true
  }

  private func take(from tap: Int32, into queue: inout FrameQueue, buffer: inout [UInt8]) {
    for _ in 0..<64 {
      let count = read(tap, &buffer, buffer.count)
      guard count > 0 else { return }
      guard queue.count < UserSpaceWire.framesMax else { continue }
      let delay = delayNanoseconds.load(ordering: .relaxed)
      queue.append(Array(buffer[..<count]), due: UserSpaceWire.nanoseconds() + delay)
    }
  }

  private static func nanoseconds() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
  }
}

/// Frames on their way in one direction, in order.
private struct FrameQueue {
  private var frames: [(due: Int64, bytes: [UInt8])] = []
  private var first = 0

  var count: Int { frames.count - first }

  var nextDue: Int64? { first < frames.count ? frames[first].due : nil }

  /// Adds a frame, which does not overtake the one before it when the delay was shortened.
  mutating func append(_ bytes: [UInt8], due: Int64) {
    frames.append((max(due, frames.last?.due ?? due), bytes))
  }

  mutating func next(dueBy now: Int64) -> [UInt8]? {
    guard let due = nextDue, due <= now else { return nil }
    let bytes = frames[first].bytes
    first += 1
    if first > 1024 || first == frames.count {
      frames.removeFirst(first)
      first = 0
    }
    return bytes
  }
}
