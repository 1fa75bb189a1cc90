import CKernel

/// Which positions a position sees.
public enum AttentionMask: String, Hashable, Sendable, CaseIterable {
  /// Those up to its own.
  case causal
  /// All.
  case full

  /// What the C loops are told.
  var isCausal: Bool { self == .causal }
}

extension Graph {
  /// The softmax of every row over the columns that the mask leaves:
  /// out[r, c] = e^a[r, c] / sum over seen k of e^a[r, k], and exactly 0 for masked c.
  ///
  /// Shapes: a and out (S, R, C), R <= C; the rows stand for the last R of C positions, and a causal
  /// row sees the columns up to its own position. Cost: about 14 multiply-adds an element.
  public mutating func maskedSoftmax(_ scores: Node, mask: AttentionMask) -> Node {
    mask == .full ? softmax(scores) : append(CausalSoftmax(), [scores])
  }

  /// The elements that the mask leaves: out[r, c] = a[r, c], and exactly 0 for masked c.
  ///
  /// Shapes and positions as for ``maskedSoftmax(_:mask:)``. Its own derivative. Cost: a copy.
  public mutating func masked(_ scores: Node, mask: AttentionMask) -> Node {
    mask == .full ? scores : append(CausalMask(), [scores])
  }
}

/// out = softmax of every row up to its own position, 0 behind it.
struct CausalSoftmax: Operation {
  func shape(of inputs: [Shape]) -> Shape { CausalMask.checked(inputs[0]) }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    // The rule of the softmax: masked elements of the output are zero, and so are their cotangents.
    Softmax().cotangents(site, in: &graph)
  }

  func lower(_ lowering: inout Lowering) {
    lowering.append(CausalMask.step(lowering, Int(kernel_operation_causal_softmax)))
  }

  func overwritable(_ inputs: [Shape]) -> [Int] { [0] }
}

/// out[r, c] = a[r, c] up to the row's own position, 0 behind it.
struct CausalMask: Operation {
  func shape(of inputs: [Shape]) -> Shape { Self.checked(inputs[0]) }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    [graph.masked(site.cotangent, mask: .causal)]
  }

  func lower(_ lowering: inout Lowering) {
    lowering.append(Self.step(lowering, Int(kernel_operation_causal_mask)))
  }

  func overwritable(_ inputs: [Shape]) -> [Int] { [0] }

  static func checked(_ shape: Shape) -> Shape {
    precondition(shape.rows <= shape.columns, "the rows of \(shape) are the last of its columns")
    return shape
  }

  static func step(_ lowering: Lowering, _ operation: Int) -> StepDraft {
    var step = lowering.draft(operation)
    step.first = lowering.inputs[0]
    step.rows = lowering.shape.rows
    step.columns = lowering.shape.columns
    step.depth = lowering.shape.stack
    return step
  }
}
