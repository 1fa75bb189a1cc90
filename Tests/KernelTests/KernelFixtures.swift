import Protocol

@testable import Kernel

/// Numbers that look random and are the same in every test.
struct Draws {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  /// Uniform in a range.
  mutating func number(in range: ClosedRange<Double>) -> Double {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    let unit = Double(state >> 11) * 0x1p-53
    return range.lowerBound + unit * (range.upperBound - range.lowerBound)
  }

  /// That many of them.
  mutating func numbers(_ count: Int, in range: ClosedRange<Double> = -1.5...1.5) -> [Double] {
    (0..<count).map { _ in number(in: range) }
  }
}

/// A function of parameters made of one operation: the weighted sum of its output.
struct WeightedOperation {
  var graph = Graph()
  let output: Node
  /// The weighted sum.
  let function: Node
  let parameters: [Node]
  private let draws: ClosedRange<Double>

  init(_ operation: OperationCase, _ extents: Extents) {
    draws = operation.draws
    output = operation.build(&graph, extents)
    let weights = graph.input("weights", output.shape)
    function = graph.sum(graph.multiply(output, weights), over: .all)
    parameters = graph.parameterNodesInOrder
  }

  /// A plan of some nodes, with weights and parameters drawn.
  func plan<Element: Scalar>(
    _ type: Element.Type, _ outputs: [Node], tier: KernelTier = .chosen,
    numerics: NumericProfile = .pinned
  ) -> Plan<Element> {
    let store = ParameterStore<Element>(graph.parameters)
    let plan = Plan(graph: graph, outputs: outputs, store: store, numerics: numerics, tier: tier)
    var draws = Draws(seed: 1)
    plan.setInput("weights", draws.numbers(output.shape.count).map { Element($0) })
    if graph.inputNode("dropout.counter") != nil {
      plan.setInput("dropout.counter", [5, 1, 12345, 0, 0, 0, 3, 0])
    }
    for piece in graph.parameters {
      let values = draws.numbers(piece.shape.count, in: self.draws)
      store.withMutableParameter(piece.name) { span in
        for index in span.indices { span[index] = Element(values[index]) }
      }
    }
    return plan
  }

  /// The function's derivative along one element of a parameter, by central differences of `value`.
  func centralDifference(
    _ plan: Plan<Double>, piece: String, index: Int, step: Double = 1e-5,
    value: () -> [Double]
  ) -> [Double] {
    let start = plan.store.parameter(piece)[index]
    func at(_ value: Double) {
      plan.store.withMutableParameter(piece) { $0[index] = value }
      plan.run()
    }
    at(start + step)
    let above = value()
    at(start - step)
    let below = value()
    at(start)
    return zip(above, below).map { ($0 - $1) / (2 * step) }
  }
}

/// The greatest difference of two lists, relative to the greatest element of the second or to one.
func worstDifference(_ values: [Double], _ reference: [Double]) -> Double {
  guard values.count == reference.count else { return .infinity }
  let scale = max(1, reference.map(abs).max() ?? 1)
  return zip(values, reference).map { value, reference in
    value.isFinite ? abs(value - reference) / scale : .infinity
  }.max() ?? 0
}
