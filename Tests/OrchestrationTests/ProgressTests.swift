import Testing

@testable import Orchestration

@Suite struct ProgressTests {
  @Test func `nothing is said of the rate before something ended`() {
    var meter = RateMeter()
    meter.mark(done: 5, at: 0)
    meter.mark(done: 5, at: 10)
    #expect(meter.perSecond == nil)
  }

  @Test func `the rate is that of the last half minute`() {
    var meter = RateMeter()
    for second in 0...100 {
      meter.mark(done: second < 60 ? 0 : (second - 60) * 3, at: Double(second))
    }
    #expect(meter.perSecond == 3)
  }
}
