import CKernel
public import Protocol

/// A graph made ready for one element type: a flat list of steps over memory that is all there.
///
/// Making a plan allocates; running it does not. A plan shares the parameters and gradients of its
/// ``ParameterStore`` with other plans and owns the rest. Not for use by two threads at once.
@safe
public final class Plan<Element: Scalar> {
  /// The parameters that the plan reads, and the gradients that it writes.
  public let store: ParameterStore<Element>
  /// Inputs, constants and all values in between.
  let workspace: Arena<Element>
  /// Where each node's value lies, by the node's index.
  let places: [Place?]
  /// The chunks of the batch, for a plan that adds over them.
  let chunks: Chunks?
  private let inputs: [String: Node]
  private let steps: UnsafeMutableBufferPointer<kernel_step>
  private let fixedCount: Int

  /// Plans a graph.
  /// - Parameters:
  ///   - graph: What is computed.
  ///   - outputs: The nodes whose values will be asked for; nothing else is computed.
  ///   - gradients: The nodes to write to the store's gradients, by parameter name.
  ///   - store: The parameters; it must hold every parameter that the outputs rest on.
  ///   - numerics: How products are computed.
  ///   - tier: The processor features to use.
  ///   - varying: The inputs that may change between ``runVarying()`` and the run before it; all where
  ///     it is `nil`.
  ///   - chunks: The chunks in which the batch is worked through; the graph is then that of one chunk.
  public init(
    graph: Graph, outputs: [Node], gradients: [String: Node] = [:],
    store: ParameterStore<Element>, numerics: NumericProfile, tier: KernelTier = .chosen,
    varying: Set<String>? = nil, chunks: Chunks? = nil
  ) {
    precondition(varying == nil || chunks == nil, "the chunks of a batch are what varies")
    precondition(
      KernelTier.available.contains(tier), "the processor lacks the tier \(tier)")
    precondition(
      outputs.allSatisfy(graph.contains) && gradients.values.allSatisfy(graph.contains),
      "what a plan is asked for are nodes of its graph")
    BLAS.useOneThread()
    var offsets: [String: Int] = [:]
    for (piece, offset) in zip(store.pieces, store.offsets) { offsets[piece.name] = offset }
    let targets = gradients.sorted { $0.value.index < $1.value.index }.map { name, node in
      let position = store.position(of: name)
      precondition(
        node.shape == store.pieces[position].shape,
        "the gradient of \(name) has the parameter's shape \(store.pieces[position].shape)")
      return (node: node, offset: store.offsets[position])
    }
    let planner = Planner(
      graph: graph, outputs: outputs, parameterOffsets: offsets, gradients: targets,
      numerics: numerics, varying: varying, chunks: chunks)
    self.store = store
    self.chunks = chunks
    places = graph.records.indices.map { planner.places[$0] }
    var inputs: [String: Node] = [:]
    for record in graph.records {
      if let input = record.operation as? Input { inputs[input.name] = record.output }
    }
    self.inputs = inputs
    workspace = Arena(count: planner.layout.count)
    let addresses = unsafe Addresses(
      parameters: UnsafeMutableRawPointer(store.parameters.base),
      gradients: UnsafeMutableRawPointer(store.gradients.base),
      workspace: UnsafeMutableRawPointer(workspace.base), precision: Element.precision, tier: tier)
    fixedCount = planner.fixedCount
    let varying = planner.steps[planner.fixedCount...]
    let chunkCount = chunks?.count ?? 1
    unsafe steps = .allocate(capacity: planner.fixedCount + chunkCount * varying.count)
    for (index, draft) in planner.steps[..<planner.fixedCount].enumerated() {
      unsafe steps.initializeElement(at: index, to: addresses.step(draft))
    }
    for chunk in 0..<chunkCount {
      let start = planner.fixedCount + chunk * varying.count
      for (index, draft) in varying.enumerated() {
        unsafe steps.initializeElement(at: start + index, to: addresses.step(draft, chunk: chunk))
      }
    }
    for draft in planner.preparation {
      var step = unsafe addresses.step(draft)
      unsafe kernel_perform(&step, 1)
    }
  }

  deinit {
    unsafe steps.deallocate()
  }

  /// Computes all outputs from the parameters and inputs as they are now.
  public func run() {
    unsafe kernel_perform(steps.baseAddress, Int64(steps.count))
  }

  /// Computes the outputs that rest on the varying inputs; the others, and what these rest on, are
  /// those of the last ``run()``.
  ///
  /// At least one run must have gone before. Parameters and the other inputs have no influence until
  /// the next one.
  public func runVarying() {
    let first = unsafe steps.baseAddress?.advanced(by: fixedCount)
    unsafe kernel_perform(first, Int64(steps.count - fixedCount))
  }

  /// The number of steps in the list.
  public var stepCount: Int { unsafe steps.count }

  /// How many of them ``runVarying()`` performs.
  public var varyingStepCount: Int { stepCount - fixedCount }

  /// Bytes of the plan's own arena.
  public var workspaceBytes: Int { workspace.count * MemoryLayout<Element>.stride }

  /// Bytes of the arena and the list of steps: what the plan holds beside its store.
  public var memoryBytes: Int {
    unsafe workspaceBytes + stepCount * MemoryLayout<kernel_step>.stride
  }

  /// Sets an input; row-major, as many values as its shape has, or as the chunks of the batch have
  /// together.
  public func setInput(_ name: String, _ values: Span<Element>) {
    guard let node = inputs[name] else { preconditionFailure("there is no input \(name)") }
    let isChunked = chunks?.inputs.contains(name) == true
    let count = node.shape.count * (isChunked ? chunks?.count ?? 1 : 1)
    precondition(
      values.count == count,
      "the input \(name) has \(count) elements, the shape of a chunk being \(node.shape)")
    // An input that no output rests on has no place, and its values no influence.
    guard let place = places[node.index] else { return }
    workspace.withMutableSlice(offset: place.offset, count: count) { span in
      span.overwrite(with: values)
    }
  }

  /// Sets an input; row-major, as many values as its shape has, or as the chunks of the batch have
  /// together.
  public func setInput(_ name: String, _ values: [Element]) { setInput(name, values.span) }

  /// Calls the body with the elements of an output, as the last run left them: those of all chunks of
  /// the batch where it has chunks.
  public func withValue<Value, Failure: Error>(
    of node: Node, _ body: (Span<Element>) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    guard places.indices.contains(node.index), let place = places[node.index] else {
      preconditionFailure("the value of a node that was not asked for")
    }
    let arena =
      switch place.region {
      case .parameters: store.parameters
      case .gradients: store.gradients
      case .workspace, .scratch: workspace
      }
    let count = place.chunkStride > 0 ? node.shape.count * (chunks?.count ?? 1) : node.shape.count
    return try arena.withSlice(offset: place.offset, count: count, body)
  }

  /// A copy of an output's elements.
  public func value(of node: Node) -> [Element] { withValue(of: node) { $0.copied() } }

  /// The value of an output of one element.
  public func number(_ node: Node) -> Element {
    precondition(node.shape.count == 1, "a number is a node of one element")
    return withValue(of: node) { $0[0] }
  }
}

/// The addresses behind places, and the functions behind operations.
@unsafe
struct Addresses {
  let parameters: UnsafeMutableRawPointer
  let gradients: UnsafeMutableRawPointer
  let workspace: UnsafeMutableRawPointer
  let precision: Precision
  let tier: KernelTier

  /// A step of the flat list, for one chunk of a batch.
  func step(_ draft: StepDraft, chunk: Int = 0) -> kernel_step {
    let draft = chunk == 0 ? draft : draft.moved { $0.advanced(by: chunk * $0.chunkStride) }
    var step = unsafe kernel_step()
    switch draft.function {
    case .library:
      unsafe step.function = BLAS.productFunction(precision)
    case .kernel(let operation):
      let function = unsafe kernel_function_of(
        Int32(operation), precision.rawValue, tier.rawValue)
      let isThere = unsafe function != nil
      precondition(isThere, "every operation has a function in every tier")
      unsafe step.function = function
    }
    unsafe step.output = address(draft.output)
    unsafe step.second_output = address(draft.secondOutput)
    unsafe step.third_output = address(draft.thirdOutput)
    unsafe step.scratch = address(draft.scratch)
    unsafe step.first = UnsafeRawPointer(address(draft.first))
    unsafe step.second = UnsafeRawPointer(address(draft.second))
    unsafe step.third = UnsafeRawPointer(address(draft.third))
    unsafe step.fourth = UnsafeRawPointer(address(draft.fourth))
    unsafe step.rows = Int64(draft.rows)
    unsafe step.columns = Int64(draft.columns)
    unsafe step.depth = Int64(draft.depth)
    unsafe step.output_row_stride = Int64(draft.outputRowStride)
    unsafe step.output_column_stride = Int64(draft.outputColumnStride)
    unsafe step.first_row_stride = Int64(draft.firstRowStride)
    unsafe step.first_column_stride = Int64(draft.firstColumnStride)
    unsafe step.second_row_stride = Int64(draft.secondRowStride)
    unsafe step.second_column_stride = Int64(draft.secondColumnStride)
    unsafe step.fourth_row_stride = Int64(draft.fourthRowStride)
    unsafe step.fourth_column_stride = Int64(draft.fourthColumnStride)
    unsafe step.epilogue = draft.epilogue.rawValue
    unsafe step.option = draft.option
    let s = draft.scalars
    unsafe step.scalar = (s[0], s[1], s[2], s[3], s[4], s[5], s[6])
    return unsafe step
  }

  private func address(_ place: Place?) -> UnsafeMutableRawPointer? {
    guard let place else { return nil }
    let bytes = unsafe place.offset * (precision == .single ? 4 : 8)
    switch place.region {
    case .parameters: return unsafe parameters + bytes
    case .gradients: return unsafe gradients + bytes
    case .workspace: return unsafe workspace + bytes
    case .scratch: preconditionFailure("scratch is laid out before it has an address")
    }
  }
}
