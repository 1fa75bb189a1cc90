/// Joins neighbouring operations of a plan into one, where only the second reads the first.
///
/// The graph is left as it is: derivative rules never meet a joined operation. The rules are a list,
/// tried in order at every node.
struct Fusion {
  /// What a plan performs at each node, `nil` for nodes that nothing needs.
  private(set) var records: [Graph.Record?]
  private let kept: Set<Int>
  private var readers: [Int]

  /// Starts from the needed operations of a graph.
  /// - Parameters:
  ///   - records: The operations, `nil` where nothing needs them.
  ///   - kept: Nodes whose values are asked for and must therefore stay.
  init(_ records: [Graph.Record?], kept: Set<Int>) {
    self.records = records
    self.kept = kept
    readers = Array(repeating: 0, count: records.count)
    for record in records {
      for input in record?.inputs ?? [] { readers[input.index] += 1 }
    }
  }

  /// Applies the rules to all nodes, operands first.
  mutating func apply() {
    for index in records.indices {
      joinProduct(at: index)
    }
  }

  /// A product that one elementwise function alone reads passes it while it is stored.
  private mutating func joinProduct(at index: Int) {
    guard let record = records[index], let epilogue = epilogue(of: record.operation) else { return }
    let source = record.inputs[0]
    guard readers[source.index] == 1, !kept.contains(source.index),
      let inner = records[source.index], let product = inner.operation as? MatrixProduct,
      // The other operand must exist before the product does, or at least before its reader.
      !record.inputs.dropFirst().contains(source)
    else { return }
    records[index] = Graph.Record(
      operation: EpilogueProduct(product: product, epilogue: epilogue),
      inputs: inner.inputs + record.inputs.dropFirst(), output: record.output)
    records[source.index] = nil
  }

  private func epilogue(of operation: any Operation) -> Epilogue? {
    switch operation {
    case is Relu: .relu
    case is HyperbolicTangent: .tanh
    case is ReluBackward: .reluBackward
    case is TanhBackward: .tanhBackward
    default: nil
    }
  }
}
