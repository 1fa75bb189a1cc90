/// In which order a plan performs its operations: what stays the same between two evaluations first.
struct EvaluationOrder {
  /// The positions of operations that rest on no varying input, in the order of the graph.
  private(set) var fixed: [Int] = []
  /// Those of all others.
  private(set) var varying: [Int] = []
  /// For each node that is read the position of the operation that reads it last.
  private(set) var lastReader: [Int: Int] = [:]
  /// The nodes that varying operations read from fixed ones.
  private(set) var handedOver: Set<Int> = []

  /// Orders what a plan performs.
  /// - Parameters:
  ///   - records: What a plan performs, operands first.
  ///   - names: The inputs that vary; everything varies where it is `nil`.
  ///   - always: Nodes that are computed again in any case.
  init(_ records: [Graph.Record?], varying names: Set<String>?, always: Set<Int>) {
    var varies = Array(repeating: false, count: records.count)
    for (position, record) in records.enumerated() {
      guard let record else { continue }
      let nodes = [record.output] + record.others
      if record.operation is any Leaf {
        if let input = record.operation as? Input, names?.contains(input.name) != false {
          varies[record.output.index] = true
        }
        continue
      }
      let isVarying =
        names == nil || record.inputs.contains { varies[$0.index] }
        || nodes.contains { always.contains($0.index) }
      for node in nodes { varies[node.index] = isVarying }
      if isVarying {
        varying.append(position)
      } else {
        fixed.append(position)
      }
    }
    for position in fixed + varying {
      for input in records[position]?.inputs ?? [] { lastReader[input.index] = position }
    }
    for position in varying {
      for input in records[position]?.inputs ?? [] where !varies[input.index] {
        handedOver.insert(input.index)
      }
    }
  }
}
