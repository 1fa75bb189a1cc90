import Glibc

/// An open file descriptor, closed when the last owner lets it go.
final class Descriptor: Sendable {
  /// What came of reading.
  enum Reading {
    /// So many bytes were appended.
    case bytes(Int)
    /// There is nothing now.
    case nothingYet
    /// There will be nothing any more.
    case end
  }

  let number: Int32

  init(_ number: Int32) { self.number = number }

  deinit { close(number) }

  /// Opens a file; a program that is started does not inherit it.
  static func open(
    _ path: String, _ flags: Int32, mode: mode_t = 0o600
  ) throws(SystemError) -> Descriptor {
    let number = Glibc.open(path, flags | O_CLOEXEC, mode)
    guard number >= 0 else { throw SystemError("opening \(path)") }
    return Descriptor(number)
  }

  /// A pipe: what is written to the second comes out of the first.
  static func pipe() throws(SystemError) -> (reading: Descriptor, writing: Descriptor) {
    var numbers: [Int32] = [0, 0]
    guard Glibc.pipe(&numbers) == 0 else { throw SystemError("making a pipe") }
    let ends = (reading: Descriptor(numbers[0]), writing: Descriptor(numbers[1]))
    try ends.reading.closeOnExec()
    try ends.writing.closeOnExec()
    return ends
  }

  /// Keeps programs that are started from inheriting it.
  func closeOnExec() throws(SystemError) {
    guard fcntl(number, F_SETFD, FD_CLOEXEC) == 0 else { throw SystemError("fcntl") }
  }

  /// Makes reading and writing return at once.
  func doNotBlock() throws(SystemError) {
    let flags = fcntl(number, F_GETFL)
    guard flags >= 0, fcntl(number, F_SETFL, flags | O_NONBLOCK) == 0 else {
      throw SystemError("fcntl")
    }
  }

  /// Appends what can be read, at most `countMax` bytes.
  func read(into bytes: inout [UInt8], countMax: Int) throws(SystemError) -> Reading {
    let before = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: countMax))
    var count: Int
    repeat {
      count = bytes.withUnsafeMutableBytes {
        Glibc.read(number, $0.baseAddress?.advanced(by: before), countMax)
      }
    } while count < 0 && errno == EINTR
    let error = errno
    bytes.removeLast(countMax - max(count, 0))
    if count > 0 { return .bytes(count) }
    if count == 0 { return .end }
    if error == EAGAIN { return .nothingYet }
    throw SystemError("reading", number: error)
  }

  /// Writes what can be written now; returns how many bytes that was.
  func write(_ bytes: ArraySlice<UInt8>) throws(SystemError) -> Int {
    guard !bytes.isEmpty else { return 0 }
    while true {
      let count = bytes.withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
      if count >= 0 { return count }
      if errno == EAGAIN { return 0 }
      guard errno == EINTR else { throw SystemError("writing") }
    }
  }

  /// Writes everything to a descriptor that blocks.
  func writeAll(_ bytes: [UInt8]) throws(SystemError) {
    var rest = bytes[...]
    while !rest.isEmpty { rest = rest.dropFirst(try write(rest)) }
  }

  /// Reads to the end of a descriptor that blocks.
  /// - Parameter countMax: The most bytes to take.
  /// - Returns: The bytes; `nil` when there are more.
  /// - Throws: ``SystemError``.
  func readAll(countMax: Int) throws(SystemError) -> [UInt8]? {
    var bytes: [UInt8] = []
    while case .bytes = try read(into: &bytes, countMax: 64 << 10) {
      guard bytes.count <= countMax else { return nil }
    }
    return bytes
  }
}

/// Bytes that wait to be written.
struct OutputQueue {
  private var bytes: [UInt8] = []
  private var start = 0

  /// How many bytes wait.
  var count: Int { bytes.count - start }
  /// Whether nothing waits.
  var isEmpty: Bool { count == 0 }

  mutating func append(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

  /// Writes what the descriptor takes now.
  mutating func flush(to descriptor: Descriptor) throws(SystemError) {
    while start < bytes.count {
      let count = try descriptor.write(bytes[start...])
      if count == 0 { break }
      start += count
    }
    if start == bytes.count {
      bytes.removeAll(keepingCapacity: bytes.capacity <= 1 << 20)
      start = 0
    } else if start > 1 << 18 {
      bytes.removeSubrange(..<start)
      start = 0
    }
  }
}
