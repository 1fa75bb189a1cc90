import Foundation
import Protocol
import Testing

@testable import Kernel

/// Activations against their formulas, beyond what every operation is checked for.
@Suite struct ActivationTests {
  /// The values of a function of one element.
  private func values<Element: Scalar>(
    _ points: [Element], _ build: (inout Graph, Node) -> Node
  ) -> [Element] {
    var graph = Graph()
    let output = build(&graph, graph.input("x", Shape(1, points.count)))
    let plan = Plan<Element>(
      graph: graph, outputs: [output], store: ParameterStore([]), numerics: .pinned)
    plan.setInput("x", points)
    plan.run()
    return plan.value(of: output)
  }

  private static let points = (0...20_000).map { -10 + 0.001 * Double($0) }

  /// x (1 + tanh u) / 2 without the cancellation at negative x.
  private func geluTanh(_ x: Double) -> Double {
    let u = (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)
    return x / (1 + exp(-2 * u))
  }

  private func geluTanhSlope(_ x: Double) -> Double {
    let k = (2 / Double.pi).squareRoot()
    let u = k * (x + 0.044715 * x * x * x)
    return 1 / (1 + exp(-2 * u)) + 0.5 * x / (cosh(u) * cosh(u)) * k * (1 + 3 * 0.044715 * x * x)
  }

  @Test func `gelu in tanh form is within two units in the last place of its operand`() {
    let single = values(Self.points.map { Float($0) }) { $0.geluTanh($1) }
    let singleError = zip(Self.points, single).map { x, y in
      let x = Double(Float(x))
      return abs(Double(y) - geluTanh(x)) / (0x1p-23 * x.binade.magnitude + 1e-37)
    }
    #expect((singleError.max() ?? .infinity) < 2)
    let double = values(Self.points) { $0.geluTanh($1) }
    let doubleError = zip(Self.points, double).map { x, y in
      abs(y - geluTanh(x)) / (0x1p-52 * x.binade.magnitude + 1e-300)
    }
    #expect((doubleError.max() ?? .infinity) < 3)
  }

  /// Values are at most about 1.1, where a last place is 2^-23 and 2^-52.
  @Test func `the derivative of gelu in tanh form is that of its formula`() {
    let single = values(Self.points.map { Float($0) }) { $0.geluTanhDerivative($1) }
    let singleError = zip(Self.points, single).map {
      abs(Double($1) - geluTanhSlope(Double(Float($0))))
    }
    #expect((singleError.max() ?? .infinity) < 4 * 0x1p-23)
    let double = values(Self.points) { $0.geluTanhDerivative($1) }
    let doubleError = zip(Self.points, double).map { abs($1 - geluTanhSlope($0)) }
    #expect((doubleError.max() ?? .infinity) < 4 * 0x1p-52)
  }

  @Test func `the derivative of x tanh x is that of its formula`() {
    let single = values(Self.points.map { Float($0) }) { $0.xTanhXDerivative($1) }
    let error = zip(Self.points, single).map { point, value in
      let x = Double(Float(point))
      return abs(Double(value) - (tanh(x) + x / (cosh(x) * cosh(x))))
    }
    // The rounding of tanh x counts 2 x times in x (1 - tanh^2 x).
    #expect((error.max() ?? .infinity) < 6 * 0x1p-23)
  }

  @Test(arguments: [Float(40), 3e5, 1e20, 3e38, .infinity])
  func `derivatives far out are their limits`(x: Float) {
    let gelu = values([x, -x]) { $0.geluTanhDerivative($1) }
    #expect(gelu == [1, 0])
    let product = values([x, -x]) { $0.xTanhXDerivative($1) }
    #expect(product == [1, -1])
  }

  @Test func `a NaN stays one`() {
    for kind in Activation.allCases {
      let value = values([Float.nan]) { $0.activation(kind, of: $1) }[0]
      #expect(value.isNaN, "\(kind)")
    }
    let slopes =
      values([Float.nan]) { $0.geluTanhDerivative($1) }
      + values([Float.nan]) { $0.xTanhXDerivative($1) }
    #expect(slopes.filter { $0.isNaN }.count == 2)
  }

  /// The multiples of a quarter of a turn that single precision comes nearest to, and their neighbours.
  @Test func `sine and cosine keep their digits beside their zeros`() {
    let points = (1...83_000).flatMap { quarter -> [Float] in
      let near = Float(Double(quarter) * Double.pi / 2)
      return [near.nextDown, near, near.nextUp]
    }
    for (build, reference) in [
      ({ (graph: inout Graph, node: Node) in graph.sine(node) }, { (x: Double) in sin(x) }),
      ({ $0.cosine($1) }, { cos($0) }),
    ] {
      let worst = zip(points, values(points, build)).map { point, value in
        let exact = reference(Double(point))
        return abs(Double(value) - exact) / (0x1p-23 * exact.binade.magnitude)
      }.max()
      #expect((worst ?? .infinity) < 2)
    }
  }

  @Test func `angles without a meaning give NaN`() {
    let single = values([Float(131_072.02), -1e9]) { $0.sine($1) }
    #expect(single.filter { $0.isNaN }.count == 2)
    let double = values([1.1e9, -.infinity]) { $0.cosine($1) }
    #expect(double.filter { $0.isNaN }.count == 2)
  }

  /// Hand-made values of the definitions at 1/2.
  @Test func `every activation is the function of its name`() {
    let expected: [Activation: Double] = [
      .identity: 0.5, .relu: 0.5, .tanh: 0.46211715726000976, .gelu: 0.34573123063700656,
      .geluTanh: 0.3457140098251439, .sigmoid: 0.6224593312018546, .sin: 0.479425538604203,
      .xTanhX: 0.23105857863000488,
    ]
    for kind in Activation.allCases {
      let value = values([0.5]) { $0.activation(kind, of: $1) }[0]
      #expect(abs(value - (expected[kind] ?? .nan)) < 2e-16, "\(kind)")
    }
  }

  /// d3/dx3 of sin is -cos, of x tanh x the derivative of 2 (1 - t^2) (1 - x t).
  @Test func `third derivatives are those of the formulas`() {
    func third(_ kind: Activation, at x: Double) -> Double {
      var graph = Graph()
      let a = graph.parameter("a", .scalar)
      var node = graph.activation(kind, of: a)
      for _ in 0..<3 { node = graph.gradient(of: node, withRespectTo: [a])[0] }
      let store = ParameterStore<Double>(graph.parameters)
      store.withMutableParameter("a") { $0[0] = x }
      let plan = Plan(graph: graph, outputs: [node], store: store, numerics: .pinned)
      plan.run()
      return plan.number(node)
    }
    #expect(abs(third(.sin, at: 0.7) + cos(0.7)) < 1e-15)
    let (x, t) = (0.7, tanh(0.7))
    let expected = 2 * (1 - t * t) * (-2 * t * (1 - x * t) - t - x * (1 - t * t))
    #expect(abs(third(.xTanhX, at: x) - expected) < 1e-14)
  }
}
