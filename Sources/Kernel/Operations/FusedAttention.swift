import CKernel

extension Graph {
  /// Attention as two steps: the weights of all heads, and the values that they weigh.
  ///
  /// Dropout is a third between them; without a softmax, attention with dropout is that of plain
  /// operations.
  mutating func fusedAttention(_ sources: [Node], _ form: AttentionForm) -> Node {
    guard form.weightsDropout != nil else {
      let weights = append(AttentionWeights(form: form.keepingAll), sources)
      return append(FusedAttention(form: form.keepingAll), sources + [weights])
    }
    guard form.kind == .softmax else { return plainAttention(sources, form) }
    let weights = append(AttentionWeights(form: form.keepingAll), sources)
    return append(
      FusedAttention(form: form), sources + [weights, droppedWeights(weights, form)])
  }
}

/// out = the weights of every sample and head, from queries and keys.
struct AttentionWeights: Operation {
  let form: AttentionForm

  func shape(of inputs: [Shape]) -> Shape {
    _ = AttentionLayout(form, inputs)
    return form.weightsShape
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    let plain = graph.plainAttentionWeights(site.inputs, form)
    return graph.partialCotangents(of: plain, seed: site.cotangent, withRespectTo: site.inputs)
  }

  func lower(_ lowering: inout Lowering) {
    let layout = AttentionLayout(form, lowering.inputShapes)
    lowering.attentionScores(
      form.kind == .softmax
        ? kernel_operation_attention_weights : kernel_operation_attention_scores,
      form, rows: lowering.operand(0), columns: lowering.operand(layout.keySource, layout.keyStart),
      width: form.keyDimension, output: lowering.output)
  }
}

/// out = the values of every sample and head, weighed; behind the sources stands the node of the
/// weights that belong to them and, with dropout, that of the weights after it.
///
/// The derivative rule gives the sources all of their cotangent, that which runs through the weights
/// included, and the weights none: they are values that are kept, not an operand of their own.
struct FusedAttention: Operation {
  let form: AttentionForm

  func shape(of inputs: [Shape]) -> Shape {
    _ = AttentionLayout(form, inputs.dropLast(form.keptWeights))
    return Shape(form.samples * form.queryTokens, form.valueColumns)
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    let count = site.inputs.count - form.keptWeights
    return site.inputs.indices.map { source in
      guard source < count, site.wanted[source] else { return nil }
      return graph.append(
        FusedAttentionBackward(form: form, source: source), site.inputs + [site.cotangent])
    }
  }

  func lower(_ lowering: inout Lowering) {
    let layout = AttentionLayout(form, lowering.inputShapes.dropLast(form.keptWeights))
    lowering.attentionMix(
      form, weights: lowering.inputs[lowering.inputs.count - 1],
      values: lowering.operand(layout.keySource, layout.valueStart), width: form.valueDimension,
      output: lowering.result())
  }
}

/// out = the cotangent of one of the sources, from sources, weights and the output's cotangent.
///
///     dV = P^T dO
///     dS = scale P (dO V^T - sum over the row of P dO V^T), linear: scale dO V^T where seen
///     dQ = dS K, dK = dS^T Q
///
/// With the weights D after dropout, m being 1 / keep or 0, the cotangent of P is m dO V^T; since
/// D = m P, the mask is not needed again:
///
///     dV = D^T dO
///     dS = scale (D dO V^T - P sum over the row of D dO V^T)
struct FusedAttentionBackward: Operation {
  let form: AttentionForm
  /// Which source.
  let source: Int

  func shape(of inputs: [Shape]) -> Shape { inputs[source] }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    // The same by plain operations, differentiated once more.
    let sources = Array(site.inputs.dropLast(form.keptWeights + 1))
    let cotangent = site.inputs[site.inputs.count - 1]
    let output = graph.plainAttention(sources, form)
    let first = graph.partialCotangents(of: output, seed: cotangent, withRespectTo: sources)
    guard let backward = first[source] else { return site.inputs.map { _ in nil } }
    let second = graph.partialCotangents(
      of: backward, seed: site.cotangent, withRespectTo: sources + [cotangent])
    return second.dropLast() + Array(repeating: nil, count: form.keptWeights) + second.suffix(1)
  }

  func lower(_ lowering: inout Lowering) {
    let count = lowering.inputs.count
    let layout = AttentionLayout(form, lowering.inputShapes.dropLast(form.keptWeights + 1))
    let weights = lowering.inputs[count - 2]
    let cotangent = lowering.operand(count - 1)
    let scores = lowering.scratch(form.weightsShape.count)
    let operation =
      switch (form.kind, form.keptWeights) {
      case (.linear, _): kernel_operation_attention_scores
      case (.softmax, 1): kernel_operation_attention_scores_backward
      default: kernel_operation_attention_scores_dropped_backward
      }
    lowering.attentionScores(
      operation, form, rows: cotangent,
      columns: lowering.operand(layout.keySource, layout.valueStart), width: form.valueDimension,
      output: scores, weights: lowering.inputs[layout.keySource + 1], dropped: weights)
    if source == 0 {
      lowering.attentionMix(
        form, weights: scores, values: lowering.operand(layout.keySource, layout.keyStart),
        width: form.keyDimension, output: lowering.result())
    }
    guard source == layout.keySource else { return }
    lowering.attentionMix(
      form, weights: scores, isTransposed: true, values: lowering.operand(0),
      width: form.keyDimension, output: lowering.result(layout.keyStart))
    lowering.attentionMix(
      form, weights: weights, isTransposed: true, values: cotangent, width: form.valueDimension,
      output: lowering.result(layout.valueStart))
  }
}

extension AttentionForm {
  /// How many nodes of weights the fused operations keep: with dropout also those after it.
  fileprivate var keptWeights: Int { weightsDropout == nil ? 1 : 2 }
}

/// Some columns of a token tensor.
private struct TokenColumns {
  /// The first of them in the first row.
  var place: Place
  /// Columns of the tensor.
  var rowStride: Int
}

extension Lowering {
  /// The columns of an operand from `start`.
  fileprivate func operand(_ index: Int, _ start: Int = 0) -> TokenColumns {
    TokenColumns(place: inputs[index].advanced(by: start), rowStride: inputShapes[index].columns)
  }

  /// The columns of the output from `start`.
  fileprivate func result(_ start: Int = 0) -> TokenColumns {
    TokenColumns(place: output.advanced(by: start), rowStride: shape.columns)
  }

  /// Appends a step that makes one matrix a sample and head of the products of rows with rows.
  fileprivate mutating func attentionScores(
    _ operation: some BinaryInteger, _ form: AttentionForm, rows: TokenColumns,
    columns: TokenColumns, width: Int, output: Place, weights: Place? = nil,
    dropped: Place? = nil
  ) {
    var step = attentionStep(operation, form, width, output)
    step.first = rows.place
    step.firstRowStride = rows.rowStride
    step.second = columns.place
    step.secondRowStride = columns.rowStride
    step.third = weights
    step.fourth = dropped
    step.scalars[0] = form.scale
    // Longer rows of scores are made of the transposed columns, sixteen at once.
    if form.tokens > 16 { step.scratch = scratch((width + 4) * ((form.tokens + 15) & ~15)) }
    append(step)
  }

  /// Appends a step that weighs rows of a token tensor.
  fileprivate mutating func attentionMix(
    _ form: AttentionForm, weights: Place, isTransposed: Bool = false, values: TokenColumns,
    width: Int, output: TokenColumns
  ) {
    let operation =
      isTransposed ? kernel_operation_attention_mix_back : kernel_operation_attention_mix
    var step = attentionStep(operation, form, width, output.place)
    step.outputRowStride = output.rowStride
    step.first = weights
    step.second = values.place
    step.secondRowStride = values.rowStride
    append(step)
  }

  private func attentionStep(
    _ operation: some BinaryInteger, _ form: AttentionForm, _ width: Int, _ output: Place
  ) -> StepDraft {
    var step = StepDraft(.kernel(Int(operation)), output: output)
    step.rows = form.queryTokens
    step.columns = form.tokens
    step.depth = width
    step.option = form.mask.isCausal ? 1 : 0
    step.scalars[1] = Double(form.samples)
    step.scalars[2] = Double(form.heads)
    return step
  }
}
