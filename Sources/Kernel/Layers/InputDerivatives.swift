extension Graph {
  /// The derivative of every sample's value with respect to its own input:
  /// out[b, i] = d f[b] / d x[b, i].
  ///
  /// The samples being told apart by their rows, it is the gradient of the sum of all values, and an
  /// ordinary node: it may be differentiated again, with respect to inputs and to parameters. Shapes:
  /// f (B, 1), x and out (B, I). Cost: that of the way back from f to x.
  public mutating func inputGradient(of values: Node, withRespectTo input: Node) -> Node {
    precondition(
      values.shape == Shape(input.shape.rows, 1),
      "one number a sample is differentiated, not \(values.shape) for inputs \(input.shape)")
    return gradient(of: values, withRespectTo: [input])[0]
  }

  /// A partial derivative of every sample's value with respect to its own input, of any order.
  ///
  /// out[b] = d^q f[b] / (d x[b, i] d x[b, j] ...). Shapes: f and out (B, 1), x (B, I).
  /// - Parameters:
  ///   - values: f, one number a sample.
  ///   - input: x.
  ///   - coordinates: i, j, ...; none for the values themselves, [0, 0] for the second derivative
  ///     with respect to the first coordinate.
  /// - Returns: The derivative.
  public mutating func inputDerivative(
    of values: Node, withRespectTo input: Node, coordinates: [Int]
  ) -> Node {
    coordinates.reduce(values) { value, coordinate in
      let gradient = inputGradient(of: value, withRespectTo: input)
      return columns(of: gradient, coordinate..<(coordinate + 1))
    }
  }
}
