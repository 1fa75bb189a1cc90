import Protocol

/// Joins neighbouring operations of a plan into one, where only the second reads the first.
///
/// The graph is left as it is: derivative rules never meet a joined operation. The rules are a list,
/// tried in order at every node.
struct Fusion {
  /// What a plan performs at each node, `nil` for nodes that nothing needs.
  private(set) var records: [Graph.Record?]
  private let kept: Set<Int>
  private let numerics: NumericProfile
  private var readers: [Int]

  /// Starts from the needed operations of a graph.
  /// - Parameters:
  ///   - records: The operations, `nil` where nothing needs them.
  ///   - kept: Nodes whose values are asked for and must therefore stay.
  ///   - numerics: How products are computed: a joined operation has the bits of its parts.
  init(_ records: [Graph.Record?], kept: Set<Int>, numerics: NumericProfile) {
    let records = Repetitions.readThrough(records, kept: kept)
    self.records = records
    self.numerics = numerics
    self.kept = kept
    readers = Array(repeating: 0, count: records.count)
    for record in records {
      for input in record?.inputs ?? [] { readers[input.index] += 1 }
    }
  }

  /// Applies the rules to all nodes, operands first.
  mutating func apply() {
    for index in records.indices {
      joinEpilogue(at: index)
    }
    records.join(SlopedActivation.found(in: records))
    records.join(FollowedLayer.found(in: records, numerics: numerics))
    records.join(HiddenGram.found(in: records, kept: kept, numerics: numerics))
    records.join(SquaredErrors.found(in: records, kept: kept))
    records.join(DroppedSum.found(in: records, kept: kept))
    records.join(HiddenSums.found(in: records, kept: kept, numerics: numerics))
    for masked in MaskedLayer.found(in: records, kept: kept, numerics: numerics) {
      records[masked.hidden] = nil
      records[masked.layerPosition] = masked.layer
      records[masked.sumsPosition] = masked.sums
    }
  }

  /// What one elementwise function alone reads passes it while it is stored, where it can.
  private mutating func joinEpilogue(at index: Int) {
    guard let record = records[index], let epilogue = epilogue(of: record.operation) else { return }
    let source = record.inputs[0]
    guard readers[source.index] == 1, !kept.contains(source.index),
      let inner = records[source.index],
      let joined = (inner.operation as? any EpilogueHolder)?.joining(epilogue),
      // The other operand must exist before the product does, or at least before its reader.
      !record.inputs.dropFirst().contains(source)
    else { return }
    records[index] = Graph.Record(
      operation: joined, inputs: inner.inputs + record.inputs.dropFirst(), output: record.output)
    records[source.index] = nil
  }

  private func epilogue(of operation: any Operation) -> Epilogue? {
    switch operation {
    case is Relu: .relu
    case is HyperbolicTangent: .tanh
    case is ReluBackward: .reluBackward
    case is TanhBackward: .tanhBackward
    case is Sigmoid: .sigmoid
    case is SigmoidBackward: .sigmoidBackward
    default: nil
    }
  }
}

/// An operation that can pass its output through an elementwise function while it is stored.
protocol EpilogueHolder: Operation {
  /// The two as one operation, which reads the function's second operand, if it has one, behind its
  /// own; `nil` where there is no such operation.
  func joining(_ epilogue: Epilogue) -> (any Operation)?
}

extension MatrixProduct: EpilogueHolder {
  func joining(_ epilogue: Epilogue) -> (any Operation)? {
    EpilogueProduct(product: self, epilogue: epilogue)
  }
}
