import CKernel
import Protocol

/// Turns a graph into a flat list of steps over places in memory.
///
/// Only what is asked for is computed, in the order of the graph. Each intermediate value gets a
/// place in one arena when it is computed, and gives it back after its last reader; inputs,
/// constants and values that were asked for keep theirs.
struct Planner {
  /// The steps of every evaluation.
  private(set) var steps: [StepDraft] = []
  /// The steps that write the constants, performed once.
  private(set) var preparation: [StepDraft] = []
  /// Where each node's value lies, for those that have one.
  private(set) var places: [Int: Place] = [:]
  /// The pieces of the arena that single operations' steps use among themselves.
  private(set) var scratchRanges: [Range<Int>] = []
  /// Elements of the arena.
  private(set) var workspaceCount = 0

  private let numerics: NumericProfile
  private var free: [Range<Int>] = []

  /// Plans a graph.
  /// - Parameters:
  ///   - graph: What is computed.
  ///   - outputs: The nodes whose values are asked for.
  ///   - parameterOffsets: Where each parameter begins.
  ///   - gradients: The nodes that are written to the gradients, with their offsets there.
  ///   - numerics: How products are computed.
  init(
    graph: Graph, outputs: [Node], parameterOffsets: [String: Int],
    gradients: [(node: Node, offset: Int)], numerics: NumericProfile
  ) {
    self.numerics = numerics
    let wanted = outputs + gradients.map(\.node)
    var fusion = Fusion(
      Self.needed(graph, for: wanted), kept: Set(wanted.map(\.index)), numerics: numerics)
    fusion.apply()
    let records = fusion.records
    placeLeaves(records, parameterOffsets: parameterOffsets)
    var copies: [(node: Node, offset: Int)] = []
    for gradient in gradients {
      if places[gradient.node.index] == nil {
        places[gradient.node.index] = Place(region: .gradients, offset: gradient.offset)
      } else {
        copies.append(gradient)
      }
    }
    placeAndLower(records, kept: Set(wanted.map(\.index)))
    for copy in copies { appendCopy(of: copy.node, to: copy.offset) }
  }

  /// The operations that the wanted nodes rest on.
  private static func needed(_ graph: Graph, for wanted: [Node]) -> [Graph.Record?] {
    var isNeeded = Array(repeating: false, count: graph.records.count)
    for node in wanted { isNeeded[node.index] = true }
    for index in graph.records.indices.reversed() where isNeeded[index] {
      for input in graph.records[index].inputs { isNeeded[input.index] = true }
    }
    return graph.records.indices.map { isNeeded[$0] ? graph.records[$0] : nil }
  }

  private mutating func placeLeaves(
    _ records: [Graph.Record?], parameterOffsets: [String: Int]
  ) {
    for record in records {
      guard let record else { continue }
      let index = record.output.index
      switch record.operation {
      case let parameter as Parameter:
        guard let offset = parameterOffsets[parameter.name] else {
          preconditionFailure("the store has no parameter \(parameter.name)")
        }
        places[index] = Place(region: .parameters, offset: offset)
      case let constant as Constant:
        let place = take(constant.shape.count)
        places[index] = place
        var fill = StepDraft(.kernel(Int(kernel_operation_fill)), output: place)
        fill.columns = constant.shape.count
        fill.scalars[0] = constant.value
        preparation.append(fill)
      case is Input:
        places[index] = take(record.output.shape.count)
      default: break
      }
    }
  }

  private mutating func placeAndLower(_ records: [Graph.Record?], kept: Set<Int>) {
    let lastReader = Self.lastReaders(records)
    for record in records {
      guard let record, !(record.operation is any Leaf) else { continue }
      let index = record.output.index
      // An operand that nobody reads later may lend its place to the output.
      var released = Set(
        record.inputs.filter {
          lastReader[$0.index] == index && !kept.contains($0.index) && isIntermediate(records, $0)
        }.map(\.index))
      if places[index] == nil {
        let lender = record.operation.overwritable(record.inputs.map(\.shape)).first {
          released.contains(record.inputs[$0].index)
        }
        if let lender, let place = places[record.inputs[lender].index] {
          places[index] = place
          released.remove(record.inputs[lender].index)
        } else {
          places[index] = take(record.output.shape.count)
        }
      }
      for other in record.others where places[other.index] == nil {
        places[other.index] = take(other.shape.count)
      }
      lower(record)
      for input in record.inputs where released.remove(input.index) != nil {
        guard let place = places[input.index] else { continue }
        give(place.offset..<(place.offset + Self.aligned(input.shape.count)))
      }
    }
  }

  private func isIntermediate(_ records: [Graph.Record?], _ node: Node) -> Bool {
    // A node without an operation of its own is one that comes of another's.
    if let record = records[node.index], record.operation is any Leaf { return false }
    return places[node.index]?.region == .workspace
  }

  /// For each node the last node that reads it.
  private static func lastReaders(_ records: [Graph.Record?]) -> [Int: Int] {
    var result: [Int: Int] = [:]
    for record in records {
      guard let record else { continue }
      for input in record.inputs { result[input.index] = record.output.index }
    }
    return result
  }

  private mutating func lower(_ record: Graph.Record) {
    let inputs = record.inputs.map { input in
      guard let place = places[input.index] else {
        preconditionFailure("operands are placed before what reads them")
      }
      return place
    }
    guard let output = places[record.output.index] else {
      preconditionFailure("an output is placed before its steps are made")
    }
    var lowering = Lowering(
      inputs: inputs, inputShapes: record.inputs.map(\.shape), output: output,
      otherOutputs: record.others.compactMap { places[$0.index] }, shape: record.output.shape,
      numerics: numerics)
    record.operation.lower(&lowering)
    // Scratch is laid out only now: what the steps ask for lives no longer than they do.
    let scratch = lowering.scratchCounts.map { take($0) }
    steps += lowering.steps.map { $0.resolvingScratch(scratch) }
    for (place, count) in zip(scratch, lowering.scratchCounts) {
      scratchRanges.append(place.offset..<(place.offset + Self.aligned(count)))
      give(place.offset..<(place.offset + Self.aligned(count)))
    }
  }

  private mutating func appendCopy(of node: Node, to offset: Int) {
    var copy = StepDraft(
      .kernel(Int(kernel_operation_copy)), output: Place(region: .gradients, offset: offset))
    copy.first = places[node.index]
    copy.columns = node.shape.count
    steps.append(copy)
  }

  private static func aligned(_ count: Int) -> Int { Arena<Float>.aligned(count) }

  /// The first free piece that is long enough, or the arena grows.
  private mutating func take(_ count: Int) -> Place {
    let length = Self.aligned(count)
    if let index = free.firstIndex(where: { $0.count >= length }) {
      let piece = free[index]
      if piece.count == length {
        free.remove(at: index)
      } else {
        free[index] = (piece.lowerBound + length)..<piece.upperBound
      }
      return Place(region: .workspace, offset: piece.lowerBound)
    }
    // A free piece at the end is a beginning.
    if let last = free.last, last.upperBound == workspaceCount {
      free.removeLast()
      workspaceCount = last.lowerBound + length
      return Place(region: .workspace, offset: last.lowerBound)
    }
    defer { workspaceCount += length }
    return Place(region: .workspace, offset: workspaceCount)
  }

  /// Gives a piece back and joins it with its free neighbours.
  private mutating func give(_ piece: Range<Int>) {
    let index = free.firstIndex { $0.lowerBound > piece.lowerBound } ?? free.count
    free.insert(piece, at: index)
    if index + 1 < free.count, free[index].upperBound == free[index + 1].lowerBound {
      free[index] = free[index].lowerBound..<free[index + 1].upperBound
      free.remove(at: index + 1)
    }
    if index > 0, free[index - 1].upperBound == free[index].lowerBound {
      free[index - 1] = free[index - 1].lowerBound..<free[index].upperBound
      free.remove(at: index)
    }
  }
}
