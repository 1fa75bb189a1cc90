extension Graph {
  /// The Gram matrix of the per-sample gradients, as a node: G = J J^T / n, J[i] = df_i / dtheta.
  ///
  /// No per-sample gradient is ever laid out. With delta the derivative of every sample's own output
  /// with respect to a layer's value, each operation that consumes a parameter adds one n x n term;
  /// a linear layer of inputs X adds (delta delta^T) .* (X X^T). Shapes: output (n, 1), result
  /// (n, n). Cost: for a layer of I inputs and O outputs n^2 (I + O) multiply-adds.
  ///
  /// The program stops where samples are not told apart by their rows on the way to the output,
  /// where one parameter is consumed twice, and where an operation has no such rule.
  /// - Parameters:
  ///   - output: One number a sample.
  ///   - parameters: The parameters that theta is made of.
  /// - Returns: The Gram matrix, (n, n).
  public mutating func perSampleGram(of output: Node, withRespectTo parameters: [Node]) -> Node {
    precondition(output.shape.columns == 1, "a Gram matrix is of one number a sample")
    let samples = output.shape.rows
    let isParameter = Set(parameters.map(\.index))
    let onTheWay = dependents(of: parameters, upTo: output)
    let between = (0...output.index).filter { onTheWay[$0] && !isParameter.contains($0) }
    let deltas = cotangents(
      of: output, seed: constant(1, output.shape), withRespectTo: parameters)
    var consumed = Set<Int>()
    var gram = constant(0, Shape(samples, samples))
    for index in between {
      let record = records[index]
      let wanted = record.inputs.map { isParameter.contains($0.index) }
      let areSamples = record.inputs.map {
        onTheWay[$0.index] && !isParameter.contains($0.index)
      }
      precondition(
        record.output.shape.rows == samples && record.output.shape.stack == 1
          && record.operation.keepsSamples(record.inputs.map(\.shape), areSamples: areSamples),
        "between the parameters and the output, samples are rows: \(record.operation) mixes them")
      guard wanted.contains(true), let delta = deltas[index] else { continue }
      for (input, wanted) in zip(record.inputs, wanted) where wanted {
        precondition(
          consumed.insert(input.index).inserted, "a parameter is consumed by one operation")
      }
      let site = DerivativeSite(
        inputs: record.inputs, output: record.output, cotangent: delta, wanted: wanted)
      guard let term = record.operation.gram(site, in: &self) else {
        preconditionFailure("\(record.operation) has no rule for per-sample derivatives")
      }
      gram = add(gram, term)
    }
    return scale(gram, by: 1 / Double(samples))
  }
}
