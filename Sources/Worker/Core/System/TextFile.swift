import Glibc

/// Small text files of the system and of the worker.
enum TextFile {
  /// The text of a file; `nil` where it cannot be read: the caller knows what to do without.
  static func read(_ path: String, countMax: Int = 1 << 20) -> String? {
    do throws(SystemError) {
      let bytes = try Descriptor.open(path, O_RDONLY).readAll(countMax: countMax)
      return bytes.map { String(decoding: $0, as: UTF8.self) }
    } catch {
      return nil
    }
  }

  /// The end of a file, at most so many bytes; empty where it cannot be read.
  static func tail(_ path: String, countMax: Int) -> String {
    do throws(SystemError) {
      let file = try Descriptor.open(path, O_RDONLY)
      let size = lseek(file.number, 0, SEEK_END)
      lseek(file.number, max(0, size - off_t(countMax)), SEEK_SET)
      var bytes: [UInt8] = []
      _ = try file.read(into: &bytes, countMax: countMax)
      // A control character in somebody's terminal is no part of the message.
      let clean = bytes.map { $0 < 0x20 && $0 != 0x0a && $0 != 0x09 ? UInt8(ascii: " ") : $0 }
      return String(decoding: clean, as: UTF8.self)
    } catch {
      return ""
    }
  }
}
