import Glibc

/// Why a system call failed: its name, its subject and what the system says.
struct SystemError: Error {
  let number: Int32
  private let call: String

  /// The error of the call that has just failed.
  init(_ call: String) {
    self.init(call, number: errno)
  }

  init(_ call: String, number: Int32) {
    self.call = call
    self.number = number
  }

  var words: String { "\(call): \(String(cString: strerror(number)))" }
}
