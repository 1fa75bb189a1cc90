import Testing

@testable import Kernel

/// Schedules by hand values.
@Suite struct LearningRateScheduleTests {
  private func rates(_ schedule: LearningRateSchedule, _ steps: [UInt64]) -> [Double] {
    steps.map { schedule.rate(atStep: $0) }
  }

  @Test func `a constant rate is the same at every step`() {
    #expect(rates(.constant(0.3), [0, 1, 1 << 40]) == [0.3, 0.3, 0.3])
  }

  @Test func `a stepped rate changes after so many steps`() {
    let schedule = LearningRateSchedule.steps(first: 8, factor: 0.5, every: 10)
    #expect(rates(schedule, [0, 9, 10, 19, 20, 39, 40]) == [8, 8, 4, 4, 2, 1, 0.5])
  }

  @Test func `a warm-up is a straight line and ends at the peak`() {
    let schedule = LearningRateSchedule.warmUpThenCosine(
      first: 1, peak: 5, floor: 0, warmUpSteps: 4, cosineSteps: 100)
    #expect(rates(schedule, [0, 1, 2, 3, 4]) == [1, 2, 3, 4, 5])
  }

  @Test func `a cosine passes the middle and ends at the floor`() {
    let schedule = LearningRateSchedule.warmUpThenCosine(
      peak: 5, floor: 1, warmUpSteps: 10, cosineSteps: 6)
    let values = rates(schedule, [10, 12, 13, 14, 16, 17, 1000])
    // 1 + 4 (1 + cos(pi k / 6)) / 2 at k = 0, 2, 3, 4, 6 and behind.
    #expect(worstDifference(values, [5, 4, 3, 2, 1, 1, 1]) < 1e-15)
  }

  @Test func `without a warm-up the peak is first and without a cosine the floor`() {
    let falling = LearningRateSchedule.warmUpThenCosine(
      peak: 5, floor: 1, warmUpSteps: 0, cosineSteps: 2)
    #expect(rates(falling, [0, 1, 2]) == [5, 3, 1])
    let rising = LearningRateSchedule.warmUpThenCosine(
      peak: 4, floor: 4, warmUpSteps: 2, cosineSteps: 0)
    #expect(rates(rising, [0, 1, 2, 3]) == [0, 2, 4, 4])
  }

  @Test func `a held schedule goes on once in so many steps`() {
    let schedule = LearningRateSchedule.steps(first: 8, factor: 0.5, every: 1).held(forSteps: 3)
    #expect(rates(schedule, [0, 2, 3, 5, 6]) == [8, 8, 4, 4, 2])
  }

  @Test(arguments: [(0.5, UInt64(0), 1.0), (3, 5, 243), (0.5, 1000, 0x1p-1000), (-2, 3, -8)])
  func `a whole power is that of repeated multiplication`(
    base: Double, exponent: UInt64, expected: Double
  ) {
    #expect(Elementary.power(base, whole: exponent) == expected)
  }
}
