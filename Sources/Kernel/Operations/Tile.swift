import CKernel

extension Graph {
  /// A matrix repeated below itself: out[b T + t, :] = a[t, :].
  ///
  /// Shapes: a (T, d), out (B T, d) for B = `times`. Cost: B T d copies.
  public mutating func tile(_ node: Node, times: Int) -> Node {
    if times == 1 { return node }
    if let value = constantValue(of: node) {
      return constant(value, Tile(times: times).shape(of: [node.shape]))
    }
    return append(Tile(times: times), [node])
  }

  /// The sum of the B equal parts of a matrix: out[t, :] = sum over b of a[b T + t, :].
  ///
  /// The adjoint of ``tile(_:times:)``. Shapes: a (B T, d), out (T, d) for B = `times`; the parts are
  /// added in their order. Cost: B T d additions.
  public mutating func sumOfTiles(_ node: Node, times: Int) -> Node {
    if times == 1 { return node }
    if let value = constantValue(of: node) {
      let shape = SumOfTiles(times: times).shape(of: [node.shape])
      return constant(value * Double(times), shape)
    }
    return append(SumOfTiles(times: times), [node])
  }

  /// A matrix added to each of the B equal parts of another: out[b T + t, :] = a[b T + t, :] + p[t, :].
  ///
  /// Positions p (T, d) added to the tokens a (B T, d) of B samples; out (B T, d). Cost: B T d
  /// additions.
  public mutating func addToTiles(_ node: Node, _ addend: Node) -> Node {
    if node.shape == addend.shape { return add(node, addend) }
    return append(AddToTiles(), [node, addend])
  }
}

/// out[b T + t, :] = a[t, :].
struct Tile: Operation {
  let times: Int

  func shape(of inputs: [Shape]) -> Shape {
    precondition(times > 0 && inputs[0].stack == 1, "one matrix is repeated, not \(inputs[0])")
    return Shape(times * inputs[0].rows, inputs[0].columns)
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    [graph.sumOfTiles(site.cotangent, times: times)]
  }

  func lower(_ lowering: inout Lowering) {
    // The whole matrix is one row that is repeated.
    var step = lowering.draft(Int(kernel_operation_broadcast))
    step.first = lowering.inputs[0]
    step.rows = times
    step.columns = lowering.inputShapes[0].count
    step.firstColumnStride = 1
    lowering.append(step)
  }
}

/// out[t, :] = the sum over b of a[b T + t, :].
struct SumOfTiles: AddingOperation {
  let times: Int

  func shape(of inputs: [Shape]) -> Shape {
    let shape = inputs[0]
    precondition(
      shape.stack == 1 && times > 0 && shape.rows % times == 0,
      "the rows of \(shape) are \(times) equal parts")
    return Shape(shape.rows / times, shape.columns)
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    [graph.tile(site.cotangent, times: times)]
  }

  func lower(_ lowering: inout Lowering) {
    var step = lowering.draft(Int(kernel_operation_sum_rows))
    step.first = lowering.inputs[0]
    step.rows = times
    step.columns = lowering.shape.count
    step.scalars[0] = 1
    step.option = lowering.adds ? 1 : 0
    lowering.append(step)
  }
}

/// out[b T + t, :] = a[b T + t, :] + p[t, :].
struct AddToTiles: Operation {
  func shape(of inputs: [Shape]) -> Shape {
    let (whole, part) = (inputs[0], inputs[1])
    precondition(
      whole.stack == 1 && part.stack == 1 && whole.columns == part.columns
        && whole.rows % part.rows == 0,
      "the rows of \(whole) are parts of the shape \(part)")
    return whole
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    let times = site.output.shape.rows / site.inputs[1].shape.rows
    return [
      site.cotangent, site.wanted[1] ? graph.sumOfTiles(site.cotangent, times: times) : nil,
    ]
  }

  func lower(_ lowering: inout Lowering) {
    let part = lowering.inputShapes[1]
    var step = lowering.draft(Int(kernel_operation_add))
    step.first = lowering.inputs[0]
    step.second = lowering.inputs[1]
    step.rows = lowering.shape.rows / part.rows
    step.columns = part.count
    step.firstRowStride = part.count
    step.firstColumnStride = 1
    step.secondColumnStride = 1
    lowering.append(step)
  }

  func overwritable(_ inputs: [Shape]) -> [Int] { [0] }
}
