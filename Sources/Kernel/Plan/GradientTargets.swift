/// Where the gradients of a plan are collected.
///
/// A plan that adds gradients over the chunks of a batch does not make one that is a sum of others, or
/// rows of which are others, as one: each of these is added to its own place in the gradient.
struct GradientTargets {
  /// Places that operations write, or add to, by themselves, by the node that they compute.
  private(set) var direct: [Int: Place] = [:]
  /// Places that a node is copied, or added, to after it has been computed.
  private(set) var added: [Int: [Place]] = [:]
  /// The operations without those that need not be done.
  private(set) var records: [Graph.Record?]
  private var readerCounts: [Int: Int] = [:]
  private let kept: Set<Int>

  /// Finds the places.
  /// - Parameters:
  ///   - gradients: The nodes that are written to the gradients, with their offsets there.
  ///   - records: What a plan performs.
  ///   - kept: Nodes whose own values are asked for as well.
  ///   - splitsSums: Whether gradients are added to, and not written.
  init(
    of gradients: [(node: Node, offset: Int)], in records: [Graph.Record?], kept: Set<Int>,
    splitsSums: Bool
  ) {
    self.records = records
    self.kept = kept
    guard splitsSums else {
      for gradient in gradients {
        write(gradient.node, at: Place(region: .gradients, offset: gradient.offset))
      }
      return
    }
    for record in records {
      for input in record?.inputs ?? [] { readerCounts[input.index, default: 0] += 1 }
    }
    // What goes to two places is read twice.
    for gradient in gradients { readerCounts[gradient.node.index, default: 0] += 1 }
    for gradient in gradients {
      collect(gradient.node, at: Place(region: .gradients, offset: gradient.offset))
    }
  }

  /// Has a node's value added to one more place.
  mutating func add(_ node: Node, to place: Place) {
    added[node.index, default: []].append(place)
  }

  private mutating func write(_ node: Node, at place: Place) {
    if records[node.index]?.operation is any Leaf || direct[node.index] != nil {
      add(node, to: place)
    } else {
      direct[node.index] = place
    }
  }

  private mutating func collect(_ node: Node, at place: Place) {
    guard readerCounts[node.index] == 1, !kept.contains(node.index),
      let record = records[node.index], record.output == node
    else {
      add(node, to: place)
      return
    }
    switch record.operation {
    case let operation as Arithmetic
    where operation.kind == .add && record.inputs.allSatisfy { $0.shape == node.shape }:
      records[node.index] = nil
      for input in record.inputs { collect(input, at: place) }
    case let operation as SpreadRows where operation.selection.isContiguous:
      records[node.index] = nil
      let start = operation.selection.start * node.shape.columns
      collect(record.inputs[0], at: place.advanced(by: start))
    case let operation as SpreadColumns where node.shape.allRows == 1:
      records[node.index] = nil
      collect(record.inputs[0], at: place.advanced(by: operation.range.lowerBound))
    case let operation as any AddingOperation where operation.canAdd(record.inputs.map(\.shape)):
      direct[node.index] = place
    default:
      add(node, to: place)
    }
  }
}

/// An operation whose steps can add to what the output's place holds, instead of overwriting it.
protocol AddingOperation: Operation {
  /// Whether they can for operands of these shapes.
  func canAdd(_ inputs: [Shape]) -> Bool
}

extension AddingOperation {
  func canAdd(_ inputs: [Shape]) -> Bool { true }
}

extension MatrixProduct: AddingOperation {
  /// A sum that is continued is not multiplied by anything.
  func canAdd(_ inputs: [Shape]) -> Bool { factor == 1 }
}

extension RowSelection {
  /// Whether the chosen rows are neighbours.
  fileprivate var isContiguous: Bool { stride == 1 || count == 1 }
}
