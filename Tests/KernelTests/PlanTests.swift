import Glibc
import Protocol
import Testing

@testable import Kernel

@Suite struct PlanTests {
  @Test func `only what is asked for is computed`() {
    var graph = Graph()
    let x = graph.input("x", Shape(4, 4))
    let wanted = graph.exponential(x)
    _ = graph.logarithm(x)
    let plan = Plan<Float>(
      graph: graph, outputs: [wanted], store: ParameterStore([]), numerics: .pinned)
    #expect(plan.stepCount == 1)
  }

  @Test func `a repetition that arithmetic reads is not laid out`() {
    var graph = Graph()
    let (x, row) = (graph.input("x", Shape(3, 2)), graph.input("row", Shape(1, 2)))
    let output = graph.subtract(graph.broadcast(row, to: x.shape), x)
    let plan = Plan<Double>(
      graph: graph, outputs: [output], store: ParameterStore([]), numerics: .pinned)
    plan.setInput("x", [1, 2, 3, 4, 5, 6])
    plan.setInput("row", [10, 20])
    plan.run()
    #expect(plan.stepCount == 1)
    #expect(plan.value(of: output) == [9, 18, 7, 16, 5, 14])
  }

  @Test func `the same operation on the same operands is one node`() {
    var graph = Graph()
    let x = graph.input("x", Shape(4, 4))
    #expect(graph.tanh(x) == graph.tanh(x))
    #expect(graph.scale(x, by: 2) != graph.scale(x, by: 3))
  }

  @Test func `a long chain needs the memory of its longest link`() {
    var graph = Graph()
    let x = graph.input("x", Shape(32, 32))
    var node = graph.product(x, x)
    for _ in 0..<50 { node = graph.tanh(graph.product(node, x)) }
    let plan = Plan<Float>(
      graph: graph, outputs: [node], store: ParameterStore([]), numerics: .pinned)
    // The input, two links, and room for nothing else.
    #expect(plan.workspaceBytes <= 3 * 32 * 32 * 4)
  }

  @Test func `what was asked for keeps its value beside later steps`() {
    var graph = Graph()
    let x = graph.input("x", Shape(1, 64))
    let first = graph.scale(x, by: 2)
    var node = first
    for index in 0..<20 { node = graph.offset(graph.tanh(node), by: Double(index)) }
    let plan = Plan<Double>(
      graph: graph, outputs: [first, node], store: ParameterStore([]), numerics: .pinned)
    plan.setInput("x", (0..<64).map { Double($0) })
    plan.run()
    #expect(plan.value(of: first) == (0..<64).map { 2 * Double($0) })
  }

  @Test func `running changes neither inputs nor parameters`() {
    var graph = Graph()
    let x = graph.input("x", Shape(2, 3))
    let w = graph.parameter("w", Shape(2, 3))
    let output = graph.tanh(graph.exponential(graph.multiply(x, w)))
    let store = ParameterStore<Double>(graph.parameters)
    store.withMutableParameter("w") { $0.overwrite(with: [1, 2, 3, 4, 5, 6].span) }
    let plan = Plan(graph: graph, outputs: [output, x], store: store, numerics: .pinned)
    plan.setInput("x", [6, 5, 4, 3, 2, 1])
    plan.run()
    plan.run()
    #expect(plan.value(of: x) == [6, 5, 4, 3, 2, 1])
    #expect(store.parameter("w") == [1, 2, 3, 4, 5, 6])
  }

  @Test func `two parameters may have the same gradient`() {
    var graph = Graph()
    let a = graph.parameter("a", Shape(1, 3))
    let b = graph.parameter("b", Shape(1, 3))
    let output = graph.sum(graph.exponential(graph.add(a, b)), over: .all)
    let gradients = graph.gradient(of: output, withRespectTo: [a, b])
    let store = ParameterStore<Double>(graph.parameters)
    let plan = Plan(
      graph: graph, outputs: [output], gradients: ["a": gradients[0], "b": gradients[1]],
      store: store, numerics: .pinned)
    plan.run()
    #expect(store.gradient("a") == [1, 1, 1])
    #expect(store.gradient("b") == [1, 1, 1])
  }

  @Test func `the same plan twice gives the same bits`() throws {
    let golden = try GoldenCase("mlp-gelu-xent-momentum")
    let first = try golden.trainer(Float.self)
    let second = try golden.trainer(Float.self)
    #expect(first.train() == second.train())
    for parameter in golden.parameters {
      #expect(first.parameter(parameter) == second.parameter(parameter))
    }
  }

  @Test func `subnormal numbers are zero while a plan runs and not after it`() {
    var graph = Graph()
    let x = graph.input("x", Shape(1, 2))
    let output = graph.scale(x, by: 0x1p-2)
    let plan = Plan<Double>(
      graph: graph, outputs: [output], store: ParameterStore([]), numerics: .pinned)
    plan.setInput("x", [0x1p-1022, 0x1p-1030])
    plan.run()
    #expect(plan.value(of: output) == [0, 0])
    var least = 0x1p-1022
    withUnsafeMutablePointer(to: &least) { $0.pointee /= 4 }
    #expect(least == 0x1p-1024)
  }

  /// In a process of its own: other tests allocate at the same time.
  ///
  /// A sanitizer's allocator counts
  /// nothing, and there is then nothing to compare.
  @Test(.enabled(if: allocatedBytes() > 0, "the allocator counts what it gave"))
  func `training steps allocate nothing`() async {
    await #expect(processExitsWith: .success) {
      let trainer = TwoLayerFixture(samples: 4, width: 500, activation: .relu)
        .trainer(Float.self, steps: 1)
      _ = trainer.train()
      let longer = TwoLayerFixture(samples: 4, width: 500, activation: .relu)
        .trainer(Float.self, steps: 1001)
      var before = 0
      var after = 0
      _ = longer.train { record in
        if record.step == 1 { before = allocatedBytes() }
        if record.step == 1001 { after = allocatedBytes() }
      }
      precondition(before > 0 && before == after, "\(before) bytes became \(after)")
    }
  }
}

/// Bytes that the program has allocated and not given back.
///
/// The C library's `mallinfo2` is not in Swift's module of it: it returns a struct of ten counts, of
/// which the eighth is the one, through a pointer that the caller hands over.
private func allocatedBytes() -> Int {
  typealias Function = @convention(c) (UnsafeMutablePointer<Int>) -> Void
  guard let symbol = dlsym(dlopen(nil, RTLD_NOW), "mallinfo2") else { return 0 }
  var counts = Array(repeating: 0, count: 10)
  unsafeBitCast(symbol, to: Function.self)(&counts)
  return counts[7]
}
