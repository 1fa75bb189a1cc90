import CKernel
import Protocol

/// Turns a graph into a flat list of steps over places in memory.
///
/// Only what is asked for is computed, in the order of the graph, but what rests on no varying input
/// before what does. Each intermediate value gets a place in one arena when it is computed, and gives
/// it back after its last reader; inputs, constants, values that were asked for, and those that
/// varying steps read from the others keep theirs.
struct Planner {
  /// The steps of every evaluation.
  private(set) var steps: [StepDraft] = []
  /// How many of them, the first ones, rest on no varying input.
  private(set) var fixedCount = 0
  /// The steps that write the constants, performed once.
  private(set) var preparation: [StepDraft] = []
  /// Where each node's value lies, for those that have one.
  private(set) var places: [Int: Place] = [:]
  /// The pieces of the arena that single operations' steps use among themselves.
  private(set) var scratchRanges: [Range<Int>] = []
  /// Which elements of the arena are used for what.
  private(set) var layout = ArenaLayout()

  private let numerics: NumericProfile
  private let chunks: Chunks?
  private var targets: GradientTargets
  /// Nodes whose values stay when their readers are done.
  private var kept: Set<Int>

  /// Plans a graph.
  /// - Parameters:
  ///   - graph: What is computed.
  ///   - outputs: The nodes whose values are asked for.
  ///   - parameterOffsets: Where each parameter begins.
  ///   - gradients: The nodes that are written to the gradients, with their offsets there.
  ///   - numerics: How products are computed.
  ///   - varying: The inputs that vary; all where it is `nil`.
  ///   - chunks: The chunks of the batch, if it has any; their inputs are then those that vary.
  init(
    graph: Graph, outputs: [Node], parameterOffsets: [String: Int],
    gradients: [(node: Node, offset: Int)], numerics: NumericProfile,
    varying: Set<String>? = nil, chunks: Chunks? = nil
  ) {
    self.numerics = numerics
    self.chunks = chunks
    let wanted = outputs + gradients.map(\.node)
    var fusion = Fusion(
      Self.needed(graph, for: wanted), kept: Set(wanted.map(\.index)), numerics: numerics)
    fusion.apply()
    kept = Set(outputs.map(\.index))
    targets = GradientTargets(
      of: gradients, in: fusion.records, kept: kept, splitsSums: chunks != nil)
    let sums = outputs.filter { chunks?.sums.contains($0) == true }
    kept.subtract(sums.map(\.index))
    let records = targets.records
    placeLeaves(records, parameterOffsets: parameterOffsets)
    let sumPlaces = sums.map { layout.take($0.shape.count) }
    for (node, place) in zip(sums, sumPlaces) { targets.add(node, to: place) }
    if chunks != nil {
      for gradient in gradients {
        clear(Place(region: .gradients, offset: gradient.offset), gradient.node.shape.count)
      }
      for (node, place) in zip(sums, sumPlaces) { clear(place, node.shape.count) }
    }
    places.merge(targets.direct) { own, _ in own }
    placeAndLower(records, varying: chunks?.inputs ?? varying)
    for record in records {
      if let record, record.operation is any Leaf { passOn(record.output) }
    }
    for (node, place) in zip(sums, sumPlaces) { places[node.index] = place }
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
        let place = layout.take(constant.shape.count)
        places[index] = place
        preparation.append(Self.fill(place, constant.shape.count, with: constant.value))
      case let input as Input:
        let isChunked = chunks?.inputs.contains(input.name) == true
        places[index] = take(input.shape.count, ofEachChunk: isChunked)
      default: break
      }
    }
  }

  /// Room for a value, or for that of each chunk, one after the other.
  private mutating func take(_ count: Int, ofEachChunk: Bool) -> Place {
    guard let chunks, ofEachChunk else { return layout.take(count) }
    var place = layout.take(count * chunks.count)
    place.chunkStride = count
    return place
  }

  private static func fill(_ place: Place, _ count: Int, with value: Double) -> StepDraft {
    var fill = StepDraft(.kernel(Int(kernel_operation_fill)), output: place)
    fill.columns = count
    fill.scalars[0] = value
    return fill
  }

  private mutating func clear(_ place: Place, _ count: Int) {
    steps.append(Self.fill(place, count, with: 0))
  }

  private mutating func placeAndLower(_ records: [Graph.Record?], varying: Set<String>?) {
    let order = EvaluationOrder(
      records, varying: varying,
      always: chunks == nil ? [] : Set(targets.direct.keys).union(targets.added.keys))
    if chunks != nil { placeGathered(order.varying.compactMap { records[$0] }) }
    kept.formUnion(order.handedOver)
    for (place, position) in (order.fixed + order.varying).enumerated() {
      if place == order.fixed.count { fixedCount = steps.count }
      guard let record = records[position] else { continue }
      // An operand that nobody reads later may lend its place to the output.
      var released = Set(
        record.inputs.filter {
          order.lastReader[$0.index] == position && isIntermediate(records, $0)
        }.map(\.index))
      for node in [record.output] + record.others where places[node.index] == nil {
        if node == record.output, let lender = lender(to: record, released) {
          released.remove(lender.index)
          places[node.index] = places[lender.index]
        } else {
          places[node.index] = layout.take(node.shape.count)
        }
      }
      lower(record)
      for node in [record.output] + record.others { passOn(node) }
      for input in record.inputs where released.remove(input.index) != nil { giveBack(input) }
      for node in [record.output] + record.others
      where order.lastReader[node.index] == nil && isIntermediate(records, node) {
        giveBack(node)
      }
    }
    if order.varying.isEmpty { fixedCount = steps.count }
  }

  /// Places what is asked for of every chunk before anything that is computed: a place that another
  /// value has given back would be written again by the next chunk.
  private mutating func placeGathered(_ records: [Graph.Record]) {
    for record in records {
      for node in [record.output] + record.others
      where kept.contains(node.index) && places[node.index] == nil {
        places[node.index] = take(node.shape.count, ofEachChunk: true)
      }
    }
  }

  private func lender(to record: Graph.Record, _ released: Set<Int>) -> Node? {
    let positions = record.operation.overwritable(record.inputs.map(\.shape))
    return positions.map { record.inputs[$0] }.first { released.contains($0.index) }
  }

  private mutating func giveBack(_ node: Node) {
    guard let place = places[node.index] else { return }
    layout.give(place, node.shape.count)
  }

  private func isIntermediate(_ records: [Graph.Record?], _ node: Node) -> Bool {
    // A node without an operation of its own is one that comes of another's.
    if let record = records[node.index], record.operation is any Leaf { return false }
    return places[node.index]?.region == .workspace && !kept.contains(node.index)
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
      numerics: numerics, adds: chunks != nil && targets.direct[record.output.index] != nil)
    record.operation.lower(&lowering)
    // Scratch is laid out only now: what the steps ask for lives no longer than they do.
    let scratch = lowering.scratchCounts.map { layout.take($0) }
    steps += lowering.steps.map { $0.resolvingScratch(scratch) }
    for (place, count) in zip(scratch, lowering.scratchCounts) {
      scratchRanges.append(place.offset..<(place.offset + ArenaLayout.aligned(count)))
      layout.give(place, count)
    }
  }

  /// Copies a value that has just been computed, or adds it, to the other places where it belongs.
  private mutating func passOn(_ node: Node) {
    for target in targets.added[node.index] ?? [] {
      let operation = chunks == nil ? kernel_operation_copy : kernel_operation_add
      var step = StepDraft(.kernel(Int(operation)), output: target)
      step.first = places[node.index]
      step.columns = node.shape.count
      if chunks != nil {
        step.second = target
        step.rows = 1
        step.firstColumnStride = 1
        step.secondColumnStride = 1
      }
      steps.append(step)
    }
  }
}
