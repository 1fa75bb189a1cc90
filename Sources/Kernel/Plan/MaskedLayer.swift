import CKernel
import Protocol

/// A rectified layer of few inputs and the product of its output with one row, as one pass that keeps
/// which neurons are positive in place of their values.
///
/// h = max(factor x op(W) + b, 0), out = factor h w^T + c. Shapes: x (B, I) with I <= 8, W (M, I) or
/// (I, M), b (1, M), w (1, M), c (1, 1), out (B, 1). The planner makes it of a layer and its output
/// where but for the output a ``HiddenSums`` alone reads h; that becomes ``MaskedSums``. `out` has the
/// bits of a ``FollowedLayer``: sixteen lanes, whatever M is. Cost: B M (I + 1) multiply-adds.
struct MaskedLayer: Operation {
  let followed: FollowedLayer

  func shape(of inputs: [Shape]) -> Shape { followed.shape(of: inputs) }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    preconditionFailure("a plan's own operation is not differentiated")
  }

  /// Operands: x, W, perhaps b, w, perhaps c; outputs: out, then what ``MaskedSums`` reads.
  func lower(_ lowering: inout Lowering) {
    let extents = followed.layer.extents(of: lowering.inputShapes)
    var operands = lowering.inputs[...]
    var step = lowering.draft(Int(kernel_operation_masked_layer))
    step.first = operands.popFirst()
    step.second = operands.popFirst()
    if followed.layerHasBias { step.thirdOutput = operands.popFirst() }
    step.fourth = operands.popFirst()
    if followed.hasBias { step.third = operands.popFirst() }
    step.secondOutput = lowering.otherOutputs.first
    step.scratch = lowering.scratch(16 * extents.rows)
    step.rows = extents.rows
    step.columns = extents.columns
    step.depth = extents.depth
    step.option = followed.layer.transposeRight ? 1 : 0
    step.scalars[0] = followed.layer.factor
    step.scalars[1] = followed.product.factor
    lowering.append(step)
  }

  /// The shape of what is kept for the way back: for every sixteen neurons their weights, biases and
  /// output weights, and sixteen bits a sample.
  static func keptShape(_ extents: ProductExtents) -> Shape {
    let sixteens = (extents.columns + 15) / 16
    let masks = (sixteens * extents.rows + 1) / 2
    return Shape(1, sixteens * 16 * (extents.depth + 2) + masks)
  }
}

/// The derivatives of a ``MaskedLayer`` from the bits that it kept.
///
/// With m[s, j] = 1 where h[s, j] > 0, else 0: G[j, i] = sum over s of m[s, j] r[s] x[s, i] and
/// g[j] = sum over s of m[s, j] r[s]; dW[j, i] = w[j] G[j, i], db[j] = w[j] g[j], and, the layer being
/// linear where it is positive, dw[j] = sum over i of W[j, i] G[j, i] + b[j] g[j], which is the sum
/// over s of r[s] h[s, j]. Shapes: r (B, 1), x (B, I), dW (M, I) or (I, M), db and dw (1, M). Cost:
/// B M (I + 1) additions.
struct MaskedSums: Operation {
  let layer: MatrixProduct
  /// Samples, neurons and inputs of the layer.
  let extents: ProductExtents
  let sums: HiddenSums

  func shape(of inputs: [Shape]) -> Shape {
    sums.isColumnMajor
      ? Shape(extents.columns, extents.depth) : Shape(extents.depth, extents.columns)
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    preconditionFailure("a plan's own operation is not differentiated")
  }

  /// Operands: r, x and what the layer kept.
  func lower(_ lowering: inout Lowering) {
    var step = lowering.draft(Int(kernel_operation_masked_sums))
    step.first = lowering.inputs[0]
    step.second = lowering.inputs[1]
    step.third = lowering.inputs[2]
    step.rows = extents.rows
    step.columns = extents.columns
    step.depth = extents.depth
    step.option = sums.isColumnMajor ? 1 : 0
    step.scratch = lowering.scratch(extents.depth * ((extents.rows + 15) & ~15))
    step.scalars[0] = sums.cotangent.factor
    step.scalars[1] = sums.weights.factor
    step.scalars[3] = layer.factor
    var others = lowering.otherOutputs[...]
    if sums.hasBias { step.secondOutput = others.popFirst() }
    if let outputWeights = sums.outputWeights {
      step.thirdOutput = others.popFirst()
      step.scalars[2] = outputWeights.factor
    }
    lowering.append(step)
  }
}

extension MaskedLayer {
  /// Where the two operations take the place of others.
  struct Joined {
    /// The index of the layer's values, which nothing computes any longer.
    let hidden: Int
    /// The index of the layer.
    let layerPosition: Int
    let layer: Graph.Record
    /// The index of the derivatives.
    let sumsPosition: Int
    let sums: Graph.Record
  }

  /// The fewest samples for which it is worth that the weights are copied.
  private static let samplesMin = 8

  /// All places of a plan's operations where it applies.
  static func found(
    in records: [Graph.Record?], kept: Set<Int>, numerics: NumericProfile
  ) -> [Joined] {
    var layers: [Int: (position: Int, record: Graph.Record)] = [:]
    for joined in FollowedLayer.found(in: records, numerics: numerics, inAnyOrder: true) {
      for layer in joined.replaced { layers[layer] = (joined.position, joined.record) }
    }
    var readers: [Int: Set<Int>] = [:]
    for (index, record) in records.enumerated() {
      guard let record else { continue }
      if record.operation is FollowedLayer {
        for node in record.others { layers[node.index] = (index, record) }
      }
      for input in record.inputs { readers[input.index, default: []].insert(index) }
    }
    return records.indices.compactMap { index in
      guard let back = records[index], let sums = back.operation as? HiddenSums,
        sums.epilogue == .reluBackward, back.inputs.count == 4
      else { return nil }
      let hidden = back.inputs[3].index
      guard !kept.contains(hidden), let front = layers[hidden],
        readers[hidden]?.subtracting([front.position]) == [index]
      else { return nil }
      return joined(front.record, at: front.position, back, sums, at: index)
    }
  }

  /// The two operations, if the derivatives are those of the layer by its own operands.
  private static func joined(
    _ front: Graph.Record, at position: Int, _ back: Graph.Record, _ sums: HiddenSums, at index: Int
  ) -> Joined? {
    guard let followed = front.operation as? FollowedLayer, followed.isRectified,
      front.inputs[0] == back.inputs[2],
      front.inputs[followed.layerHasBias ? 3 : 2] == back.inputs[1]
    else { return nil }
    let extents = followed.layer.extents(of: front.inputs.map(\.shape))
    guard extents.rows >= samplesMin else { return nil }
    let hidden = back.inputs[3].index
    let memory = Node(index: hidden, shape: keptShape(extents))
    return Joined(
      hidden: hidden, layerPosition: position,
      layer: Graph.Record(
        operation: MaskedLayer(followed: followed), inputs: front.inputs, output: front.output,
        others: [memory]),
      sumsPosition: index,
      sums: Graph.Record(
        operation: MaskedSums(layer: followed.layer, extents: extents, sums: sums),
        inputs: [back.inputs[0], back.inputs[2], memory], output: back.output,
        others: back.others))
  }
}
