extension Graph {
  /// The cotangents of some nodes as if each were given from outside.
  ///
  /// Where one of `nodes` rests on another, what runs through the former is left out: the derivative
  /// rule of an operation that is made of others needs the derivatives with respect to its operands,
  /// whatever these are made of.
  /// - Parameters:
  ///   - output: What is differentiated.
  ///   - seed: Its cotangent.
  ///   - nodes: With respect to what.
  /// - Returns: For each of `nodes` its cotangent, `nil` where the output does not rest on it.
  mutating func partialCotangents(
    of output: Node, seed: Node, withRespectTo nodes: [Node]
  ) -> [Node?] {
    let cotangents = cotangents(of: output, seed: seed, withRespectTo: nodes, areEnds: true)
    return nodes.map { cotangents[$0.index] }
  }
}
