import Testing

@testable import Diagrams

@Suite struct StatisticsTests {
  @Test func `the mean of no numbers is not a number`() {
    #expect(Statistics.mean([]).isNaN)
  }

  @Test func `the standard deviation divides by one less than the count`() {
    #expect(Statistics.standardDeviation([1, 2, 3, 4]) == (5.0 / 3.0).squareRoot())
  }

  @Test func `one number has no standard deviation`() {
    #expect(Statistics.standardDeviation([7]).isNaN)
  }

  @Test(arguments: [(0.0, 1.0), (0.25, 2.5), (0.5, 4.0), (1.0, 9.0)])
  func `a quantile lies between its neighbours`(share: Double, expected: Double) {
    #expect(Statistics.quantile([9, 1, 5, 3], share: share) == expected)
  }

  @Test func `the slope of points on a line is exact`() {
    #expect(Statistics.slope([1, 2, 3], [5, 3, 1]) == -2)
  }

  @Test func `the slope of scattered points is the least-squares one`() {
    // Sums around the means 2 and 3: products -1 * -2 + 0 * 1 + 1 * 1 = 3, squares 2.
    #expect(Statistics.slope([1, 2, 3], [1, 4, 4]) == 1.5)
  }

  @Test func `points above each other have no slope`() {
    #expect(Statistics.slope([2, 2], [1, 5]).isNaN)
  }
}
