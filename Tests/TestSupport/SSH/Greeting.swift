import Glibc

/// The first words of an SSH server.
enum Greeting {
  /// Whether a server greets within a quarter of a second.
  static func comes(from address: String, port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    guard LoopbackPort.call(connect, descriptor, address, port) == 0 || errno == EINPROGRESS,
      isReady(descriptor, for: Int16(POLLOUT)), isReady(descriptor, for: Int16(POLLIN))
    else { return false }
    var bytes = [UInt8](repeating: 0, count: 4)
    return read(descriptor, &bytes, 4) == 4 && bytes.elementsEqual("SSH-".utf8)
  }

  /// Waits until a server greets, for at most 20 seconds.
  /// - Parameters:
  ///   - address: its address.
  ///   - port: its port.
  ///   - whileTrue: what must hold for it still to be worth waiting.
  /// - Returns: whether it greeted.
  /// - Throws: `CancellationError` when the test was given up.
  static func wait(
    for address: String, port: Int, whileTrue: () -> Bool
  ) async throws -> Bool {
    let deadline = ContinuousClock.now + .seconds(20)
    while ContinuousClock.now < deadline {
      if comes(from: address, port: port) { return true }
      guard whileTrue() else { return false }
      try await Task.sleep(for: .milliseconds(5))
    }
    return false
  }

  private static func isReady(_ descriptor: Int32, for events: Int16) -> Bool {
    var entry = pollfd(fd: descriptor, events: events, revents: 0)
    return poll(&entry, 1, 250) == 1 && entry.revents & events != 0
  }
}

/// A port of this machine that the kernel gave and that nobody else gets while this object lives.
///
/// A server that also lets its address be used again may listen there, be stopped and be started.
final class LoopbackPort: Sendable {
  static let address = "127.0.0.1"
  let number: Int
  private let descriptor: Int32

  init() throws {
    let made = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard made >= 0 else { throw LaboratoryError.system("Making a socket") }
    descriptor = made
    var enabled: Int32 = 1
    setsockopt(
      made, SOL_SOCKET, SO_REUSEADDR, &enabled, socklen_t(MemoryLayout<Int32>.size))
    var given = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = LoopbackPort.call(bind, made, LoopbackPort.address, 0)
    let named = withUnsafeMutablePointer(to: &given) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        getsockname(made, $0, &size)
      }
    }
    number = Int(UInt16(bigEndian: given.sin_port))
    guard bound == 0, named == 0, number > 0 else {
      throw LaboratoryError.system("Asking for a free port")
    }
  }

  deinit { close(descriptor) }

  /// Calls `bind` or `connect` with an address.
  static func call(
    _ function: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32, _ descriptor: Int32,
    _ address: String, _ port: Int
  ) -> Int32 {
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_port = in_port_t(port).bigEndian
    inet_pton(AF_INET, address, &place.sin_addr)
    return withUnsafePointer(to: &place) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        function(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}
