import CKernel

extension Graph {
  /// The cotangent before a layer normalisation: out = s (g - mean g - xhat mean(g xhat)), g = c w.
  ///
  /// The means are of rows. Shapes: c, x and out (R, C); statistics (R, 2), the mean m and inverse
  /// deviation s of the rows of x, xhat = (x - m) s; w (1, C) or none. One pass. Cost: about 6
  /// multiply-adds an element.
  mutating func layerNormBackward(
    _ cotangent: Node, _ x: Node, _ statistics: Node, weight: Node?
  ) -> Node {
    append(LayerNormBackward(), [cotangent, x, statistics] + [weight].compactMap { $0 })
  }

  /// What a layer normalisation adds to its weight and bias: out[0] = sum of c xhat, out[1] = sum of c.
  ///
  /// The sums are over rows, in their order. Shapes: c and x (R, C), statistics (R, 2), out (2, C).
  /// One pass. Cost: 2 multiply-adds an element.
  mutating func layerNormParameters(_ cotangent: Node, _ x: Node, _ statistics: Node) -> Node {
    append(LayerNormParameters(), [cotangent, x, statistics])
  }
}

/// The normalised rows as plain nodes, for the derivatives of derivatives.
struct NormalisedRows {
  /// m, (R, 1).
  let mean: Node
  /// s, (R, 1).
  let inverse: Node
  /// x - m.
  let centred: Node
  /// (x - m) s.
  let value: Node

  init(_ x: Node, _ statistics: Node, in graph: inout Graph) {
    mean = graph.columns(of: statistics, 0..<1)
    inverse = graph.columns(of: statistics, 1..<2)
    centred = graph.subtract(x, mean)
    value = graph.multiply(centred, inverse)
  }

  /// The cotangents of x and of the statistics from that of (x - m) s, and from one of s beside it.
  func cotangents(
    _ cotangent: Node, andOfInverse further: Node?, in graph: inout Graph
  ) -> (x: Node, statistics: Node) {
    let ofX = graph.multiply(cotangent, inverse)
    let ofMean = graph.scale(graph.sum(ofX, over: .columns), by: -1)
    var ofInverse = graph.sum(graph.multiply(cotangent, centred), over: .columns)
    if let further { ofInverse = graph.add(ofInverse, further) }
    let statistics = graph.add(
      graph.spread(ofMean, to: 0..<1, columns: 2), graph.spread(ofInverse, to: 1..<2, columns: 2))
    return (ofX, statistics)
  }
}

/// Stops the program unless a cotangent, its values and their statistics belong together.
private func checkStatistics(_ inputs: [Shape]) {
  let shape = inputs[1]
  precondition(
    inputs[0] == shape
      && inputs[2] == Shape(stack: shape.stack, rows: shape.rows, columns: 2),
    "cotangent \(inputs[0]), values \(shape) and statistics \(inputs[2]) belong together")
}

/// out = s (g - mean g - xhat mean(g xhat)), g = c w.
struct LayerNormBackward: Operation {
  func shape(of inputs: [Shape]) -> Shape {
    checkStatistics(inputs)
    if inputs.count > 3 {
      precondition(
        inputs[3] == Shape(1, inputs[1].columns),
        "a weight of \(inputs[3]) does not fit \(inputs[1])")
    }
    return inputs[1]
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    let (cotangent, x, statistics) = (site.inputs[0], site.inputs[1], site.inputs[2])
    let weight = site.inputs.count > 3 ? site.inputs[3] : nil
    let seed = site.cotangent
    var result: [Node?] = site.inputs.map { _ in nil }
    // The map from g is its own transpose.
    let ofG = graph.layerNormBackward(seed, x, statistics, weight: nil)
    if site.wanted[0] { result[0] = weight.map { graph.multiply(ofG, $0) } ?? ofG }
    if weight != nil && site.wanted[3] {
      result[3] = graph.sum(graph.multiply(ofG, cotangent), over: .rows)
    }
    guard site.wanted[1] || site.wanted[2] else { return result }
    // With e the seed and < > the mean of a row:
    // d xhat = -s (e <g xhat> + g <e xhat>),  ds = C (<e g> - <e> <g> - <e xhat> <g xhat>).
    let normalised = NormalisedRows(x, statistics, in: &graph)
    let g = weight.map { graph.multiply(cotangent, $0) } ?? cotangent
    let (eAlong, gAlong) = (
      graph.rowMean(seed, normalised.value), graph.rowMean(g, normalised.value)
    )
    let mixed = graph.add(graph.multiply(seed, gAlong), graph.multiply(g, eAlong))
    let ofNormalised = graph.scale(graph.multiply(mixed, normalised.inverse), by: -1)
    let levels = graph.multiply(graph.rowMean(seed), graph.rowMean(g))
    let rest = graph.subtract(
      graph.subtract(graph.rowMean(seed, g), levels), graph.multiply(eAlong, gAlong))
    let further = graph.scale(rest, by: Double(x.shape.columns))
    let both = normalised.cotangents(ofNormalised, andOfInverse: further, in: &graph)
    result[1] = both.x
    result[2] = both.statistics
    return result
  }

  func lower(_ lowering: inout Lowering) {
    var step = lowering.draft(Int(kernel_operation_layer_norm_backward))
    step.first = lowering.inputs[0]
    step.second = lowering.inputs[1]
    step.third = lowering.inputs[2]
    if lowering.inputs.count > 3 { step.secondOutput = lowering.inputs[3] }
    step.rows = lowering.shape.allRows
    step.columns = lowering.shape.columns
    lowering.append(step)
  }

  func keepsSamples(_ inputs: [Shape], areSamples: [Bool]) -> Bool {
    !areSamples.dropFirst(3).contains(true)
  }

  func overwritable(_ inputs: [Shape]) -> [Int] { [0, 1] }
}

/// out[0] = the sum over rows of c xhat, out[1] = the sum over rows of c.
struct LayerNormParameters: Operation {
  func shape(of inputs: [Shape]) -> Shape {
    checkStatistics(inputs)
    return Shape(2, inputs[1].columns)
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    let (cotangent, x, statistics) = (site.inputs[0], site.inputs[1], site.inputs[2])
    let normalised = NormalisedRows(x, statistics, in: &graph)
    let ofWeight = graph.rows(of: site.cotangent, start: 0, stride: 1, count: 1)
    let ofBias = graph.rows(of: site.cotangent, start: 1, stride: 1, count: 1)
    let ofCotangent = graph.add(graph.multiply(normalised.value, ofWeight), ofBias)
    guard site.wanted[1] || site.wanted[2] else { return [ofCotangent, nil, nil] }
    let both = normalised.cotangents(
      graph.multiply(cotangent, ofWeight), andOfInverse: nil, in: &graph)
    return [ofCotangent, both.x, both.statistics]
  }

  func lower(_ lowering: inout Lowering) {
    let input = lowering.inputShapes[1]
    var step = lowering.draft(Int(kernel_operation_layer_norm_parameters))
    step.first = lowering.inputs[0]
    step.second = lowering.inputs[1]
    step.third = lowering.inputs[2]
    step.rows = input.allRows
    step.columns = input.columns
    lowering.append(step)
  }
}

extension Graph {
  /// The mean of every row, of a node or of the product of two: (R, C) to (R, 1).
  fileprivate mutating func rowMean(_ node: Node, _ other: Node? = nil) -> Node {
    let product = other.map { multiply(node, $0) } ?? node
    return scale(sum(product, over: .columns), by: 1 / Double(node.shape.columns))
  }
}
