/// A named piece of the parameters; the plan's memory holds it.
struct Parameter: Leaf {
  let name: String
  let shape: Shape
}

/// A value from outside; the plan's memory holds it.
struct Input: Leaf {
  let name: String
  let shape: Shape
}

/// A tensor of equal elements, written once when a plan is made.
struct Constant: Leaf {
  let value: Double
  let shape: Shape
}

/// An operation without operands and without steps.
protocol Leaf: Operation {
  /// The shape of the value.
  var shape: Shape { get }
}

extension Leaf {
  func shape(of inputs: [Shape]) -> Shape { shape }
  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] { [] }
  func lower(_ lowering: inout Lowering) {}
}
