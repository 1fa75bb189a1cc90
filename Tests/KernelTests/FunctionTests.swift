import Foundation
import Protocol
import Testing

@testable import Kernel

/// The kernel's own elementary functions against the C library in double precision.
///
/// Bounds in units of the last place of the result, measured over these points and rounded up.
@Suite struct FunctionTests {
  /// One function with its reference and how far from it the kernel's may be.
  struct Function: Sendable, CustomTestStringConvertible {
    let name: String
    let range: ClosedRange<Double>
    let singleUlps: Double
    let doubleUlps: Double
    let build: @Sendable (inout Graph, Node) -> Node
    let reference: @Sendable (Double) -> Double

    var testDescription: String { name }
  }

  static let functions = elementary + activations

  static let elementary: [Function] = [
    Function(
      name: "exponential", range: -80...80, singleUlps: 1, doubleUlps: 2,
      build: { $0.exponential($1) }, reference: { exp($0) }),
    Function(
      name: "logarithm", range: 1e-6...1e6, singleUlps: 1.5, doubleUlps: 2,
      build: { $0.logarithm($1) }, reference: { log($0) }),
    Function(
      name: "tanh", range: -12...12, singleUlps: 2, doubleUlps: 3, build: { $0.tanh($1) },
      reference: { tanh($0) }),
    Function(
      name: "sigmoid", range: -80...80, singleUlps: 2.5, doubleUlps: 4,
      build: { $0.sigmoid($1) }, reference: { 1 / (1 + exp(-$0)) }),
    Function(
      name: "softplus", range: -80...80, singleUlps: 2.5, doubleUlps: 4,
      build: { $0.softplus($1) }, reference: { $0 > 30 ? $0 + log1p(exp(-$0)) : log1p(exp($0)) }),
    Function(
      name: "normal density", range: -12...12, singleUlps: 3, doubleUlps: 5,
      build: { $0.normalDensity($1) },
      reference: { FunctionTests.bell($0) / (2 * Double.pi).squareRoot() }),
    Function(
      name: "normal distribution", range: -12...12, singleUlps: 4, doubleUlps: 5,
      build: { $0.normalCumulative($1) }, reference: { FunctionTests.cumulative($0) }),
    Function(
      name: "gelu", range: -12...12, singleUlps: 5, doubleUlps: 5, build: { $0.gelu($1) },
      reference: { $0 * FunctionTests.cumulative($0) }),
  ]

  /// e^(-x^2/2), the square split so that its rounding does not count.
  static func bell(_ x: Double) -> Double {
    guard x.isFinite else { return x.isNaN ? x : 0 }
    let high = Double(Float(x))
    return exp(-high * high / 2) * exp(-(x - high) * (x + high) / 2)
  }

  /// The normal distribution by erfc, to first order freed from the rounding of x / sqrt 2.
  static func cumulative(_ x: Double) -> Double {
    guard x.isFinite else { return erfc(-x) / 2 }
    let (high, low) = (0x1.6a09e667f3bcdp-1, -4.833646656726457e-17)
    let z = -x * high
    let rest = fma(-x, high, -z) - x * low
    return (erfc(z) - 2 / Double.pi.squareRoot() * exp(-z * z) * rest) / 2
  }

  @Test(arguments: functions)
  func `single precision is as near as stated`(function: Function) {
    #expect(
      worstUlps(Float.self, function, leastNormal: 2e-38, unit: 0x1p-23) < function.singleUlps)
  }

  @Test(arguments: functions)
  func `double precision is as near as stated`(function: Function) {
    // The references, sums and products of the C library's results, are off by some units too.
    let ulps = worstUlps(Double.self, function, leastNormal: 1e-300, unit: 0x1p-52)
    #expect(ulps < function.doubleUlps)
  }

  private func worstUlps<Element: Scalar>(
    _ type: Element.Type, _ function: Function, leastNormal: Double, unit: Double
  ) -> Double {
    let count = 20_011
    let (low, high) = (function.range.lowerBound, function.range.upperBound)
    let points = (0..<count).map { Element(low + (high - low) * Double($0) / Double(count - 1)) }
    let values = apply(type, function, points)
    var worst = 0.0
    for (point, value) in zip(points, values) {
      let reference = function.reference(Double(point))
      guard abs(reference) > leastNormal else { continue }
      let scale = unit * reference.binade.magnitude
      worst = max(worst, abs(Double(value) - reference) / scale)
    }
    return worst
  }

  private func apply<Element: Scalar>(
    _ type: Element.Type, _ function: Function, _ points: [Element]
  ) -> [Element] {
    var graph = Graph()
    let x = graph.input("x", Shape(1, points.count))
    let output = function.build(&graph, x)
    let plan = Plan<Element>(
      graph: graph, outputs: [output], store: ParameterStore([]), numerics: .pinned)
    plan.setInput("x", points)
    plan.run()
    return plan.value(of: output)
  }

  @Test(arguments: functions)
  func `infinities and NaN give what they should`(function: Function) {
    let points = [Double.infinity, -.infinity, .nan, 0, -0.0]
    let values = apply(Double.self, function, points)
    #expect(values[2].isNaN)
    for (point, value) in zip(points, values) where !point.isNaN {
      let reference =
        point == -.infinity && function.name == "gelu" ? .nan : function.reference(point)
      #expect(
        value == reference || value.isNaN && reference.isNaN
          || abs(value - reference) < 1e-15, "at \(point)")
    }
  }

  @Test func `results below the least normal number are zero`() {
    let exponential = Self.functions[0]
    #expect(apply(Float.self, exponential, [-87.4, -90, -1000]) == [0, 0, 0])
    #expect(apply(Double.self, exponential, [-708.5, -745, -1e9]) == [0, 0, 0])
  }

  @Test func `the greatest results are finite and the next infinite`() {
    let exponential = Self.functions[0]
    let single = apply(Float.self, exponential, [88.72283, 88.73])
    #expect(single[0].isFinite && single[1] == .infinity)
    let double = apply(Double.self, exponential, [709.78, 709.79])
    #expect(double[0].isFinite && double[1] == .infinity)
  }
}
