import Testing

@testable import Kernel

/// Extents of a test's matrices: one, odd, prime and multiples of the sixteen lanes.
struct Extents: Hashable, Sendable, CustomTestStringConvertible {
  let rows: Int
  let columns: Int

  init(_ rows: Int, _ columns: Int) {
    self.rows = rows
    self.columns = columns
  }

  var testDescription: String { "\(rows) x \(columns)" }

  static let all = [
    Extents(1, 1), Extents(3, 5), Extents(7, 13), Extents(8, 16), Extents(5, 24), Extents(2, 37),
    Extents(16, 1), Extents(9, 64),
  ]
}

/// One operation as a function of parameters, for tests that run over all operations.
///
/// `build` declares the parameters that the operation is differentiated by and gives its output; an
/// output of more than one element is weighted and summed by the tests.
struct OperationCase: Sendable, CustomTestStringConvertible {
  let name: String
  /// Where the parameters are drawn from: away from points without a derivative.
  let draws: ClosedRange<Double>
  let build: @Sendable (inout Graph, Extents) -> Node

  init(
    _ name: String, draws: ClosedRange<Double> = -1.5...1.5,
    _ build: @escaping @Sendable (inout Graph, Extents) -> Node
  ) {
    self.name = name
    self.draws = draws
    self.build = build
  }

  var testDescription: String { name }

  static let all =
    unary + binary + reductions + products + fused + losses + activations + rowwise
    + convolutions + poolings + attention + dropouts

  private static let unary: [OperationCase] = [
    unary("scale") { $0.scale($1, by: -2.5) },
    unary("offset") { $0.offset($1, by: 0.75) },
    unary("square") { $0.square($1) },
    unary("reciprocal", draws: 0.4...2) { $0.reciprocal($1) },
    unary("exponential") { $0.exponential($1) },
    unary("logarithm", draws: 0.4...3) { $0.logarithm($1) },
    unary("relu") { $0.relu($1) },
    unary("tanh") { $0.tanh($1) },
    unary("gelu") { $0.gelu($1) },
    unary("gelu derivative") { $0.geluDerivative($1) },
    unary("normal density") { $0.normalDensity($1) },
    unary("normal distribution") { $0.normalCumulative($1) },
    unary("softplus") { $0.softplus($1) },
    unary("sigmoid") { $0.sigmoid($1) },
    unary("softmax") { $0.softmax($1) },
  ]

  private static func unary(
    _ name: String, draws: ClosedRange<Double> = -1.5...1.5,
    _ function: @escaping @Sendable (inout Graph, Node) -> Node
  ) -> OperationCase {
    OperationCase(name, draws: draws) { graph, extents in
      function(&graph, graph.parameter("a", Shape(extents.rows, extents.columns)))
    }
  }

  private static let binary: [OperationCase] =
    [("whole", 0), ("row", 1), ("column", 2), ("number", 3)].flatMap { form, kind in
      [
        binary("add a \(form)", kind) { $0.add($1, $2) },
        binary("add to a \(form)", kind) { $0.add($2, $1) },
        binary("subtract a \(form)", kind) { $0.subtract($1, $2) },
        binary("subtract from a \(form)", kind) { $0.subtract($2, $1) },
        binary("multiply by a \(form)", kind) { $0.multiply($1, $2) },
        binary("multiply a \(form)", kind) { $0.multiply($2, $1) },
      ]
    } + [
      binary("backward of relu", 0) { graph, a, b in
        graph.reluBackward(a, output: graph.relu(b))
      },
      binary("backward of tanh", 0) { $0.tanhBackward($1, output: $2) },
    ]

  private static func binary(
    _ name: String, _ kind: Int,
    _ function: @escaping @Sendable (inout Graph, Node, Node) -> Node
  ) -> OperationCase {
    OperationCase(name) { graph, extents in
      let a = graph.parameter("a", Shape(extents.rows, extents.columns))
      let b = graph.parameter(
        "b",
        Shape(kind % 2 == 1 ? 1 : extents.rows, kind >= 2 ? 1 : extents.columns))
      return function(&graph, a, b)
    }
  }

  private static let reductions: [OperationCase] = [
    unary("sum over rows") { $0.sum($1, over: .rows) },
    unary("sum over columns") { $0.sum($1, over: .columns) },
    unary("sum over all") { $0.sum($1, over: .all) },
    unary("mean") { $0.mean($1) },
    OperationCase("broadcast a row") { graph, extents in
      let row = graph.parameter("a", Shape(1, extents.columns))
      return graph.broadcast(row, to: Shape(extents.rows, extents.columns))
    },
    OperationCase("broadcast a column") { graph, extents in
      let column = graph.parameter("a", Shape(extents.rows, 1))
      return graph.broadcast(column, to: Shape(extents.rows, extents.columns))
    },
    OperationCase("broadcast a number") { graph, extents in
      let number = graph.parameter("a", .scalar)
      return graph.broadcast(number, to: Shape(extents.rows, extents.columns))
    },
  ]

  private static let products: [OperationCase] =
    [(false, false), (false, true), (true, false), (true, true)].flatMap { left, right in
      [3, 16, 101].map { depth in
        OperationCase("product \(left ? "T" : "N")\(right ? "T" : "N") of depth \(depth)") {
          graph, extents in
          let (rows, columns) = (extents.rows, extents.columns)
          let a = graph.parameter("a", left ? Shape(depth, rows) : Shape(rows, depth))
          let b = graph.parameter("b", right ? Shape(columns, depth) : Shape(depth, columns))
          return graph.product(a, b, transposeLeft: left, transposeRight: right, scale: 0.3)
        }
      }
    }

  private static let fused: [OperationCase] = Activation.allCases.flatMap { activation in
    [WeightLayout.outputsByInputs, .inputsByOutputs].flatMap { layout in
      [true, false].map { hasBias in
        let place = layout == .outputsByInputs ? "outputs x inputs" : "inputs x outputs"
        let name = "linear \(activation) \(place)\(hasBias ? " with bias" : "")"
        return OperationCase(name) { graph, extents in
          let (inputs, outputs) = (6, extents.columns)
          let x = graph.parameter("x", Shape(extents.rows, inputs))
          let weight = graph.parameter(
            "w", layout == .outputsByInputs ? Shape(outputs, inputs) : Shape(inputs, outputs))
          let bias = hasBias ? graph.parameter("b", Shape(1, outputs)) : nil
          return graph.linear(
            x, weight: weight, bias: bias, layout: layout, activation: activation)
        }
      }
    }
  }

  private static let losses: [OperationCase] = [
    binary("half mean squared error", 0) { $0.halfMeanSquaredError($1, $2) },
    binary("mean squared error", 0) { $0.meanSquaredError($1, $2) },
    binary("logistic loss", 0) { $0.logisticLoss($1, $2) },
    unary("cross-entropy") { graph, logits in
      // Targets that add up to one and rest on no parameter.
      let shape = logits.shape
      return graph.crossEntropy(
        logits, targets: graph.constant(1 / Double(shape.columns), shape))
    },
  ]
}
