extension Graph {
  /// The product of a function's Hessian with a direction, as nodes of the same graph.
  ///
  /// H v = d/dtheta (g . v) with g the gradient: the gradient's own graph differentiated once more.
  /// - Parameters:
  ///   - output: A number.
  ///   - nodes: With respect to what.
  ///   - direction: For each of `nodes` a node of its shape.
  /// - Returns: For each of `nodes` a node of its shape.
  public mutating func hessianVectorProduct(
    of output: Node, withRespectTo nodes: [Node], direction: [Node]
  ) -> [Node] {
    precondition(output.shape == .scalar, "the function is a number")
    precondition(
      nodes.map(\.shape) == direction.map(\.shape), "a direction has the shape of what it moves")
    let gradients = gradient(of: output, withRespectTo: nodes)
    var along = constant(0)
    for (gradient, direction) in zip(gradients, direction) {
      along = add(along, sum(multiply(gradient, direction), over: .all))
    }
    return gradient(of: along, withRespectTo: nodes)
  }
}
