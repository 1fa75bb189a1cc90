import Glibc
import Protocol
import Testing

@testable import Kernel

/// What a training takes does not grow with its length.
///
/// In a process of its own: other tests beside it would take memory too.
@Suite struct TrainerMemoryTests {
  @Test func `a hundred thousand steps take no more memory than a thousand`() async {
    await #expect(processExitsWith: .success) {
      let fixture = TwoLayerFixture(samples: 4, width: 24, activation: .tanh)
      let trainer = fixture.trainer(Float.self, steps: 100_000, loss: .none)
      var pages = (early: 0, late: 0)
      let ending = trainer.train { record in
        // The first look takes what looking takes.
        if record.step == 1 || record.step == 1000 { pages.early = residentPages() }
        if record.step == 100_000 { pages.late = residentPages() }
      }
      precondition(ending.steps == 100_000 && pages.early > 0)
      precondition(pages.late - pages.early <= 1, "\(pages)")
    }
  }
}

/// The pages of this process that lie in memory, without any allocation.
private func residentPages() -> Int {
  let file = open("/proc/self/statm", O_RDONLY)
  defer { close(file) }
  var text = (
    UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0)
  )
  let count = withUnsafeMutableBytes(of: &text) { read(file, $0.baseAddress, $0.count) }
  return withUnsafeBytes(of: &text) { bytes in
    // The second number.
    var number = 0
    var isSecond = false
    for byte in bytes.prefix(max(count, 0)) {
      if byte == UInt8(ascii: " ") {
        if isSecond { break }
        isSecond = true
      } else if isSecond {
        number = 10 * number + Int(byte) - 48
      }
    }
    return number
  }
}
