import Glibc
import Kernel
import Testing

/// Holds our elementary functions against the C library, whose results are within one unit in the
/// last place (2.2e-16); the tolerances are those that the functions document.
@Suite struct ElementaryTests {
  /// Arguments that cover a range densely and irregularly.
  static func sweep(from low: Double, to high: Double) -> [Double] {
    let count = 20_011
    return (0...count).map { low + (high - low) * Double($0) / Double(count) }
  }

  static func worstRelativeError(
    _ arguments: [Double], _ ours: (Double) -> Double, _ reference: (Double) -> Double
  ) -> Double {
    var worst = 0.0
    for argument in arguments {
      let expected = reference(argument)
      let error = abs(ours(argument) - expected)
      worst = max(worst, expected == 0 ? error : error / abs(expected))
    }
    return worst
  }

  @Test(arguments: [(1e-12, 1.0), (0.5, 2.0), (0.999, 1.001), (1.0, 1e6), (0x1p-1030, 1e-300)])
  func `the logarithm is that of the C library`(low: Double, high: Double) {
    let arguments = ElementaryTests.sweep(from: low, to: high).filter { $0 != 1 }
    let worst = ElementaryTests.worstRelativeError(arguments, Elementary.logarithm, { log($0) })
    #expect(worst < 5e-16)
  }

  @Test func `the logarithm of the edges`() {
    #expect(Elementary.logarithm(1) == 0)
    #expect(Elementary.logarithm(0) == -.infinity)
    #expect(Elementary.logarithm(-1).isNaN)
    #expect(Elementary.logarithm(.nan).isNaN)
    #expect(Elementary.logarithm(.infinity) == .infinity)
  }

  @Test(arguments: [(-1.0, 1.0), (-50.0, 50.0), (-700.0, 700.0), (-1e-8, 1e-8)])
  func `the exponential is that of the C library`(low: Double, high: Double) {
    let worst = ElementaryTests.worstRelativeError(
      ElementaryTests.sweep(from: low, to: high), Elementary.exponential, { exp($0) })
    #expect(worst < 6e-16)
  }

  @Test func `the exponential of the edges`() {
    #expect(Elementary.exponential(0) == 1)
    #expect(Elementary.exponential(-1000) == 0)
    #expect(Elementary.exponential(1000) == .infinity)
    #expect(Elementary.exponential(-.infinity) == 0)
    #expect(Elementary.exponential(.nan).isNaN)
  }

  @Test(arguments: [2.0, 500, 1000, 16000, 1_000_000])
  func `width exponents are those of the C library`(width: Double) {
    let worst = ElementaryTests.worstRelativeError(
      ElementaryTests.sweep(from: -4, to: 4), { Elementary.power(width, $0) }, { pow(width, $0) })
    #expect(worst < 6e-16 + 4e-16 * 4 * log(width))
  }

  @Test(arguments: [(-1.0, 1.0), (-1000.0, 1000.0)])
  func `sine and cosine of turns are those of the C library`(low: Double, high: Double) {
    for turns in ElementaryTests.sweep(from: low, to: high) {
      let ours = Elementary.sineAndCosine(turns: turns)
      // The C library takes radians: whole turns are removed exactly before the conversion.
      let angle = 2 * Double.pi * (turns - turns.rounded())
      guard abs(ours.sine - sin(angle)) < 1e-15, abs(ours.cosine - cos(angle)) < 1e-15 else {
        Issue.record("sine or cosine of \(turns) turns differs")
        return
      }
    }
  }

  @Test func `quarter turns are exact`() {
    for (turns, sine, cosine) in [(0.0, 0.0, 1.0), (0.25, 1, 0), (0.5, 0, -1), (0.75, -1, 0)] {
      let ours = Elementary.sineAndCosine(turns: turns)
      #expect(ours.sine == sine && ours.cosine == cosine)
    }
  }

  @Test func `the sine of radians is that of the C library`() {
    for angle in ElementaryTests.sweep(from: -20, to: 20) {
      guard abs(Elementary.sine(angle) - sin(angle)) < 3e-16 * (1 + abs(angle)) else {
        Issue.record("the sine of \(angle) differs")
        return
      }
    }
  }

  @Test(arguments: [1e-6, 0.3, 1, 7, 1e9])
  func `the angle of a point is that of the C library`(size: Double) {
    for degrees in ElementaryTests.sweep(from: -180, to: 180) {
      let (x, y) = (size * cos(degrees / 57.3), 3 * size * sin(degrees / 57.3))
      let expected = atan2(y, x)
      guard abs(Elementary.angle(x: x, y: y) - expected) <= 1e-15 * abs(expected) else {
        Issue.record("the angle of (\(x), \(y)) differs")
        return
      }
    }
  }

  @Test func `the angle of points on the axes`() {
    #expect(Elementary.angle(x: 1, y: 0) == 0)
    #expect(Elementary.angle(x: 0, y: 2) == Double.pi / 2)
    #expect(Elementary.angle(x: -3, y: 0) == Double.pi)
    #expect(Elementary.angle(x: 0, y: -1) == -Double.pi / 2)
    #expect(Elementary.angle(x: 0, y: 0) == 0)
  }
}
