/// Where one operation of a plan takes the place of several.
struct JoinedOperation {
  /// The index at which it stands.
  let position: Int
  /// What stands there.
  let record: Graph.Record
  /// The indices of the operations that it replaces; that at ``position`` may be left out.
  let replaced: [Int]
}

extension Array where Element == Graph.Record? {
  /// The indices of the operations that read each node, each once, in order.
  var readers: [Int: [Int]] {
    var readers: [Int: [Int]] = [:]
    for (index, record) in enumerated() {
      for input in Set(record?.inputs ?? []) { readers[input.index, default: []].append(index) }
    }
    return readers
  }

  /// Puts joined operations in the place of what they replace.
  mutating func join(_ found: [JoinedOperation]) {
    for joined in found {
      for index in joined.replaced { self[index] = nil }
      self[joined.position] = joined.record
    }
  }
}
