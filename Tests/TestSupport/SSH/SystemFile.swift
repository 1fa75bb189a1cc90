import Foundation
import Glibc

/// A file that the kernel writes while it is read.
enum SystemFile {
  /// All of a file, read until nothing more comes.
  ///
  /// Such a file has no size and hands out no more than a page at once, which others take for its
  /// end. A file that is gone or closed to this user is empty.
  static func contents(_ path: String) -> Data {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return Data() }
    defer { close(descriptor) }
    var data = Data()
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = read(descriptor, &buffer, buffer.count), count > 0 {
      data.append(contentsOf: buffer[..<count])
    }
    return data
  }
}
