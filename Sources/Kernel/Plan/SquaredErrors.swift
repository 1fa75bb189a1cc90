import CKernel

/// A sum of squared differences, with its derivative where it is wanted, as one pass.
///
/// out = sum over r, c of m[r, c] e[r, c]^2 with e = a - b, and slope = outer (inner m e), or outer e
/// where there is no m. Shapes: a, b, m and slope (R, C), out (1, 1). The planner makes it of the
/// operations of a squared loss, with their bits; e is never stored. Cost: about 4 R C
/// multiply-adds.
struct SquaredErrors: Operation {
  /// The factors of the slope, if it is wanted.
  struct Slope: Hashable {
    var inner = 1.0
    let outer: Double
  }
  /// Whether a third operand weighs the squares.
  let isWeighted: Bool
  let slope: Slope?

  func shape(of inputs: [Shape]) -> Shape { .scalar }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    preconditionFailure("a plan's own operation is not differentiated")
  }

  func lower(_ lowering: inout Lowering) {
    var step = lowering.draft(Int(kernel_operation_squared_errors))
    step.first = lowering.inputs[0]
    step.second = lowering.inputs[1]
    if isWeighted { step.third = lowering.inputs[2] }
    if let slope {
      step.secondOutput = lowering.otherOutputs[0]
      step.scalars[0] = slope.inner
      step.scalars[1] = slope.outer
    }
    step.columns = lowering.inputShapes[0].count
    lowering.append(step)
  }
}

extension SquaredErrors {
  /// All places of a plan's operations where it applies.
  static func found(in records: [Graph.Record?], kept: Set<Int>) -> [JoinedOperation] {
    let search = Search(records: records, kept: kept)
    return records.indices.compactMap { search.joined(at: $0) }
  }

  /// Looks for squared losses from their difference on.
  private struct Search {
    let records: [Graph.Record?]
    let kept: Set<Int>
    private let readers: [Int: [Int]]

    init(records: [Graph.Record?], kept: Set<Int>) {
      self.records = records
      self.kept = kept
      readers = records.readers
    }

    func joined(at index: Int) -> JoinedOperation? {
      guard let record = records[index], isArithmetic(index, .subtract),
        record.inputs.allSatisfy({ $0.shape == record.output.shape }), !kept.contains(index)
      else { return nil }
      var reading = readers[index] ?? []
      guard
        let square = reading.first(where: {
          isArithmetic($0, .multiply) && records[$0]?.inputs == [record.output, record.output]
        })
      else { return nil }
      reading.removeAll { $0 == square }
      var replaced = [square]
      var weights: Node?
      guard var next = onlyReader(of: square) else { return nil }
      if isArithmetic(next, .multiply) {
        weights = records[next]?.inputs.first { $0.index != square }
        guard let weights, weights.index < index, weights.shape == record.output.shape else {
          return nil
        }
        replaced.append(next)
        guard let behind = onlyReader(of: next) else { return nil }
        next = behind
      }
      guard let sum = records[next], (sum.operation as? Sum)?.direction == .all else { return nil }
      replaced.append(next)
      var slope: (factors: Slope, replaced: [Int])?
      if let reader = reading.first {
        guard reading.count == 1, let found = self.slope(at: reader, of: index, weights: weights)
        else { return nil }
        slope = found
        replaced += found.replaced
      }
      return JoinedOperation(
        position: index,
        record: Graph.Record(
          operation: SquaredErrors(isWeighted: weights != nil, slope: slope?.factors),
          inputs: record.inputs + (weights.map { [$0] } ?? []), output: sum.output,
          others: (slope?.replaced.last).flatMap { records[$0]?.output }.map { [$0] } ?? []),
        replaced: replaced)
    }

    /// A multiple of the difference, or of its product with a multiple of the weights; what it
    /// replaces ends with the slope itself.
    private func slope(
      at reader: Int, of difference: Int, weights: Node?
    ) -> (factors: Slope, replaced: [Int])? {
      guard let weights else {
        guard let scale = records[reader]?.operation as? Scale else { return nil }
        return (Slope(outer: scale.scalar), [reader])
      }
      guard isArithmetic(reader, .multiply),
        let weighted = records[reader]?.inputs.first(where: { $0.index != difference })?.index,
        let inner = records[weighted]?.operation as? Scale,
        records[weighted]?.inputs == [weights], onlyReader(of: weighted) == reader,
        let last = onlyReader(of: reader), let outer = records[last]?.operation as? Scale
      else { return nil }
      return (Slope(inner: inner.scalar, outer: outer.scalar), [weighted, reader, last])
    }

    private func isArithmetic(_ index: Int, _ kind: Arithmetic.Kind) -> Bool {
      (records[index]?.operation as? Arithmetic)?.kind == kind
    }

    /// The operation that alone needs a value, which therefore is not stored.
    private func onlyReader(of index: Int) -> Int? {
      guard !kept.contains(index), let reading = readers[index], reading.count == 1 else {
        return nil
      }
      return reading[0]
    }
  }
}
