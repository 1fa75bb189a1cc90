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
  /// Where each node's value lies.
  let places: [Int: Place]
  private let inputs: [String: Node]
  private let steps: UnsafeMutableBufferPointer<kernel_step>

  /// Plans a graph.
  /// - Parameters:
  ///   - graph: What is computed.
  ///   - outputs: The nodes whose values will be asked for; nothing else is computed.
  ///   - gradients: The nodes to write to the store's gradients, by parameter name.
  ///   - store: The parameters; it must hold every parameter that the outputs rest on.
  ///   - numerics: How products are computed.
  ///   - tier: The processor features to use.
  public init(
    graph: Graph, outputs: [Node], gradients: [String: Node] = [:],
    store: ParameterStore<Element>, numerics: NumericProfile, tier: KernelTier = .chosen
  ) {
    precondition(
      tier.rawValue <= KernelTier.supported.rawValue, "the processor lacks the tier \(tier)")
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
      numerics: numerics)
    self.store = store
    places = planner.places
    var inputs: [String: Node] = [:]
    for record in graph.records {
      if let input = record.operation as? Input { inputs[input.name] = record.output }
    }
    self.inputs = inputs
    workspace = Arena(count: planner.workspaceCount)
    let addresses = unsafe Addresses(
      parameters: UnsafeMutableRawPointer(store.parameters.base),
      gradients: UnsafeMutableRawPointer(store.gradients.base),
      workspace: UnsafeMutableRawPointer(workspace.base), precision: Element.precision, tier: tier)
    unsafe steps = .allocate(capacity: planner.steps.count)
    for (index, draft) in planner.steps.enumerated() {
      unsafe steps.initializeElement(at: index, to: addresses.step(draft))
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

  /// The number of steps in the list.
  public var stepCount: Int { unsafe steps.count }

  /// Bytes of the plan's own arena.
  public var workspaceBytes: Int { workspace.count * MemoryLayout<Element>.stride }

  /// Sets an input; row-major, as many values as its shape has.
  public func setInput(_ name: String, _ values: Span<Element>) {
    guard let node = inputs[name] else { preconditionFailure("there is no input \(name)") }
    precondition(
      values.count == node.shape.count, "the input \(name) has the shape \(node.shape)")
    // An input that no output rests on has no place, and its values no influence.
    guard let place = places[node.index] else { return }
    workspace.withMutableSlice(offset: place.offset, count: node.shape.count) { span in
      span.overwrite(with: values)
    }
  }

  /// Sets an input; row-major, as many values as its shape has.
  public func setInput(_ name: String, _ values: [Element]) { setInput(name, values.span) }

  /// Calls the body with the elements of an output, as the last run left them.
  public func withValue<Value, Failure: Error>(
    of node: Node, _ body: (Span<Element>) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    guard let place = places[node.index] else {
      preconditionFailure("the value of a node that was not asked for")
    }
    let arena =
      switch place.region {
      case .parameters: store.parameters
      case .gradients: store.gradients
      case .workspace, .scratch: workspace
      }
    return try arena.withSlice(offset: place.offset, count: node.shape.count, body)
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

  /// A step of the flat list.
  func step(_ draft: StepDraft) -> kernel_step {
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
