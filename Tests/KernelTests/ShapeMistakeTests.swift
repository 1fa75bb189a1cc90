import Protocol
import Testing

@testable import Kernel

/// Shapes that do not fit are mistakes of the program, and stop it.
@Suite struct ShapeMistakeTests {
  @Test func `a product of depths that differ stops the program`() async {
    await #expect(processExitsWith: .failure) {
      var graph = Graph()
      let a = graph.input("a", Shape(2, 3))
      let b = graph.input("b", Shape(4, 5))
      _ = graph.product(a, b)
    }
  }

  @Test func `a sum of shapes that do not fit stops the program`() async {
    await #expect(processExitsWith: .failure) {
      var graph = Graph()
      let a = graph.input("a", Shape(2, 3))
      let b = graph.input("b", Shape(3, 2))
      _ = graph.add(a, b)
    }
  }

  @Test func `a bias of another width stops the program`() async {
    await #expect(processExitsWith: .failure) {
      var graph = Graph()
      let x = graph.input("x", Shape(2, 3))
      let w = graph.parameter("w", Shape(5, 3))
      let b = graph.parameter("b", Shape(1, 4))
      _ = graph.linear(x, weight: w, bias: b)
    }
  }

  @Test func `an input of another count stops the program`() async {
    await #expect(processExitsWith: .failure) {
      var graph = Graph()
      let x = graph.input("x", Shape(2, 3))
      let y = graph.exponential(x)
      let plan = Plan<Float>(
        graph: graph, outputs: [y], store: ParameterStore([]), numerics: .pinned)
      plan.setInput("x", [1, 2, 3, 4, 5])
    }
  }

  @Test func `a parameter of another count stops the program`() async {
    await #expect(processExitsWith: .failure) {
      let store = ParameterStore<Float>([ParameterPiece(name: "w", shape: Shape(2, 2))])
      store.withMutableParameter("w") { $0.overwrite(with: [1, 2, 3].span) }
    }
  }

  @Test func `a node of another graph stops the program`() async {
    await #expect(processExitsWith: .failure) {
      var first = Graph()
      var second = Graph()
      let x = first.input("x", Shape(2, 3))
      _ = second.exponential(x)
    }
  }

  @Test func `a parameter that is declared twice stops the program`() async {
    await #expect(processExitsWith: .failure) {
      var graph = Graph()
      _ = graph.parameter("w", Shape(1, 1))
      _ = graph.parameter("w", Shape(1, 1))
    }
  }

  @Test func `a Gram matrix across an operation that mixes samples stops the program`() async {
    await #expect(processExitsWith: .failure) {
      var graph = Graph()
      let x = graph.input("x", Shape(3, 3))
      let w = graph.parameter("w", Shape(3, 1))
      let mixed = graph.product(x, graph.product(x, w))
      _ = graph.perSampleGram(of: mixed, withRespectTo: [w])
    }
  }

  @Test func `a Gram matrix of a parameter that is consumed twice stops the program`() async {
    await #expect(processExitsWith: .failure) {
      var graph = Graph()
      let x = graph.input("x", Shape(4, 3))
      let w = graph.parameter("w", Shape(3, 1))
      let output = graph.multiply(graph.product(x, w), graph.product(x, w, scale: 2))
      _ = graph.perSampleGram(of: output, withRespectTo: [w])
    }
  }
}
