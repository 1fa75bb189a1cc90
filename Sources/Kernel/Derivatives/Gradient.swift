extension Graph {
  /// The gradient of a number, as nodes of the same graph.
  ///
  /// Reverse accumulation: every operation between the parameters and the output adds its own
  /// derivative rule. The result is made of ordinary operations and can be differentiated again.
  /// - Parameters:
  ///   - output: The node to differentiate; for one of more than one element, the sum of its
  ///     elements is differentiated.
  ///   - nodes: With respect to what: parameters, inputs, or any other nodes.
  /// - Returns: For each of `nodes` a node of its shape; zero where the output does not rest on it.
  public mutating func gradient(of output: Node, withRespectTo nodes: [Node]) -> [Node] {
    precondition(contains(output), "what is differentiated is a node of the graph")
    let seed = constant(1, output.shape)
    let cotangents = cotangents(of: output, seed: seed, withRespectTo: nodes)
    return nodes.map { cotangents[$0.index] ?? constant(0, $0.shape) }
  }

  /// The cotangents of all nodes on the way from `nodes` to the output; where these are ends, what
  /// they are made of is not looked at.
  mutating func cotangents(
    of output: Node, seed: Node, withRespectTo nodes: [Node], areEnds: Bool = false
  ) -> [Int: Node] {
    let onTheWay = dependents(of: nodes, upTo: output)
    let ends = areEnds ? Set(nodes.map(\.index)) : []
    var result: [Int: Node] = [output.index: seed]
    for index in stride(from: output.index, through: 0, by: -1) where onTheWay[index] {
      guard let cotangent = result[index], !ends.contains(index) else { continue }
      let record = records[index]
      let wanted = record.inputs.map { onTheWay[$0.index] }
      guard wanted.contains(true) else { continue }
      let site = DerivativeSite(
        inputs: record.inputs, output: record.output, cotangent: cotangent, wanted: wanted)
      let parts = record.operation.cotangents(site, in: &self)
      for (position, input) in record.inputs.enumerated() where wanted[position] {
        guard let part = parts[position] else { continue }
        precondition(part.shape == input.shape, "a cotangent has the shape of its operand")
        result[input.index] = result[input.index].map { add($0, part) } ?? part
      }
    }
    return result
  }

  /// For every node up to the output whether it rests on one of `nodes`.
  func dependents(of nodes: [Node], upTo output: Node) -> [Bool] {
    var result = Array(repeating: false, count: output.index + 1)
    for node in nodes where node.index <= output.index { result[node.index] = true }
    for index in result.indices where !result[index] {
      result[index] = records[index].inputs.contains { result[$0.index] }
    }
    return result
  }
}
