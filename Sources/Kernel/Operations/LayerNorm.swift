import CKernel

extension Graph {
  /// Layer normalisation of every row: out[r, c] = xhat[r, c] w[c] + b[c].
  ///
  /// xhat = (x - mean) / sqrt(variance + epsilon) with the mean and the variance (1 / C, not
  /// 1 / (C - 1)) of the row. Shapes: x and out (R, C), w and b (1, C) or none. Two passes: one leaves
  /// mean and inverse deviation of every row, which the way back reads too; no xhat is stored. Cost:
  /// about 5 multiply-adds an element. Source: Ba, Kiros and Hinton, arXiv 1607.06450.
  /// - Parameters:
  ///   - node: What is normalised.
  ///   - weight: A factor a column, or none for 1.
  ///   - bias: An addend a column, or none for 0.
  ///   - epsilon: Added to the variance, inside the root; above 0.
  /// - Returns: The normalised rows, of the shape of x.
  public mutating func layerNorm(
    _ node: Node, weight: Node? = nil, bias: Node? = nil, epsilon: Double = 1e-5
  ) -> Node {
    precondition(epsilon > 0, "a row of equal elements has a variance of zero")
    let statistics = append(RowStatistics(epsilon: epsilon), [node])
    let operation = LayerNorm(hasWeight: weight != nil, hasBias: bias != nil)
    return append(operation, [node, statistics] + [weight, bias].compactMap { $0 })
  }
}

/// out = (x - m) s w + b, m and s being the statistics of the rows of x.
///
/// The statistics are no operand of their own: the rule gives x its whole cotangent, also what comes
/// through them.
struct LayerNorm: Operation {
  let hasWeight: Bool
  let hasBias: Bool

  func shape(of inputs: [Shape]) -> Shape {
    let shape = inputs[0]
    for piece in inputs.dropFirst(2) {
      precondition(
        piece == Shape(1, shape.columns), "a weight or bias of \(piece) does not fit \(shape)")
    }
    return shape
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    let (x, statistics, cotangent) = (site.inputs[0], site.inputs[1], site.cotangent)
    var result: [Node?] = site.inputs.map { _ in nil }
    if site.wanted[0] {
      result[0] = graph.layerNormBackward(
        cotangent, x, statistics, weight: hasWeight ? site.inputs[2] : nil)
    }
    if hasWeight && site.wanted[2] {
      let both = graph.layerNormParameters(cotangent, x, statistics)
      result[2] = graph.rows(of: both, start: 0, stride: 1, count: 1)
      if hasBias { result[3] = graph.rows(of: both, start: 1, stride: 1, count: 1) }
    } else if hasBias && site.wanted[result.count - 1] {
      result[result.count - 1] = graph.sum(cotangent, over: .rows)
    }
    return result
  }

  func lower(_ lowering: inout Lowering) {
    var step = lowering.draft(Int(kernel_operation_layer_norm))
    step.first = lowering.inputs[0]
    step.second = lowering.inputs[1]
    if hasWeight { step.third = lowering.inputs[2] }
    if hasBias { step.secondOutput = lowering.inputs[lowering.inputs.count - 1] }
    step.rows = lowering.shape.allRows
    step.columns = lowering.shape.columns
    lowering.append(step)
  }

  func keepsSamples(_ inputs: [Shape], areSamples: [Bool]) -> Bool {
    !areSamples.dropFirst(2).contains(true)
  }

  func overwritable(_ inputs: [Shape]) -> [Int] { [0] }

  func gram(_ site: DerivativeSite, in graph: inout Graph) -> Node? {
    // The derivative of sample i is delta_i xhat_i for the weight and delta_i for the bias.
    guard !site.wanted[0] else { return nil }
    let delta = site.cotangent
    var result = graph.constant(0, Shape(delta.shape.rows, delta.shape.rows))
    if hasWeight && site.wanted[2] {
      let plain = LayerNorm(hasWeight: false, hasBias: false)
      let normalised = graph.append(plain, Array(site.inputs.prefix(2)))
      let slopes = graph.multiply(delta, normalised)
      result = graph.add(result, graph.product(slopes, slopes, transposeRight: true))
    }
    if hasBias && site.wanted[site.wanted.count - 1] {
      result = graph.add(result, graph.product(delta, delta, transposeRight: true))
    }
    return result
  }
}

/// Mean and inverse deviation of every row: out[r, 0] = m, out[r, 1] = 1 / sqrt(v + epsilon).
///
/// Shapes: x (R, C), out (R, 2). Cost: 3 additions or multiply-adds an element.
struct RowStatistics: Operation {
  let epsilon: Double

  func shape(of inputs: [Shape]) -> Shape {
    Shape(stack: inputs[0].stack, rows: inputs[0].rows, columns: 2)
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    // dm/dx = 1 / C, and with s = (v + epsilon)^(-1/2): ds/dx = -s^3 (x - m) / C.
    let x = site.inputs[0]
    let part = 1 / Double(x.shape.columns)
    let normalised = NormalisedRows(x, site.output, in: &graph)
    let cube = graph.multiply(normalised.inverse, graph.square(normalised.inverse))
    let (ofMean, ofInverse) = (
      graph.columns(of: site.cotangent, 0..<1), graph.columns(of: site.cotangent, 1..<2)
    )
    let slope = graph.scale(graph.multiply(ofInverse, cube), by: -part)
    let along = graph.multiply(normalised.centred, slope)
    return [graph.add(along, graph.scale(ofMean, by: part))]
  }

  func lower(_ lowering: inout Lowering) {
    let input = lowering.inputShapes[0]
    var step = lowering.draft(Int(kernel_operation_row_statistics))
    step.first = lowering.inputs[0]
    step.rows = input.allRows
    step.columns = input.columns
    step.scalars[0] = epsilon
    lowering.append(step)
  }

  func keepsSamples(_ inputs: [Shape], areSamples: [Bool]) -> Bool { true }
}
