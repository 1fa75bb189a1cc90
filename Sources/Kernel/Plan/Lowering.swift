import CKernel
import Protocol

/// A place in a plan's memory.
struct Place: Hashable, Sendable {
  /// Which allocation.
  enum Region: Hashable, Sendable {
    /// The parameters themselves.
    case parameters
    /// The gradients, cut as the parameters are.
    case gradients
    /// The plan's own arena.
    case workspace
    /// Memory of one operation's steps; the offset is its index among them until it is laid out.
    case scratch
  }
  /// Which allocation.
  var region: Region
  /// The first element.
  var offset: Int
  /// How many elements further the place lies for each next chunk of a batch; 0 for places that all
  /// chunks share.
  var chunkStride = 0

  /// The place so many elements further on.
  func advanced(by count: Int) -> Place {
    var place = self
    place.offset += count
    return place
  }
}

/// What a product does to a value before it is stored.
enum Epilogue: Int32, Hashable, Sendable {
  /// Nothing.
  case none = 0
  /// max(value, 0).
  case relu = 1
  /// tanh(value).
  case tanh = 2
  /// The value where the third operand is positive, else 0.
  case reluBackward = 3
  /// value (1 - third^2).
  case tanhBackward = 4
  /// 1 / (1 + e^-value).
  case sigmoid = 5
  /// value (third - third^2).
  case sigmoidBackward = 6
}

/// One step before its places are addresses; the fields are those of the C struct.
struct StepDraft: Sendable {
  /// An entry of the kernel's table, or a product by the library.
  enum Function: Hashable, Sendable {
    case kernel(Int)
    case library
  }
  var function: Function
  var output: Place?
  var secondOutput: Place?
  var thirdOutput: Place?
  var scratch: Place?
  var first: Place?
  var second: Place?
  var third: Place?
  var fourth: Place?
  var rows = 0
  var columns = 0
  var depth = 0
  var outputRowStride = 0
  var outputColumnStride = 0
  var firstRowStride = 0
  var firstColumnStride = 0
  var secondRowStride = 0
  var secondColumnStride = 0
  var fourthRowStride = 0
  var fourthColumnStride = 0
  var epilogue: Epilogue = .none
  var option: Int32 = 0
  var scalars: [Double] = [0, 0, 0, 0, 0, 0, 0]

  init(_ function: Function, output: Place?) {
    self.function = function
    self.output = output
  }

  /// The step with the places of its operation's scratch filled in.
  func resolvingScratch(_ places: [Place]) -> StepDraft {
    moved { $0.region == .scratch ? places[$0.offset] : $0 }
  }

  /// The same step at other places.
  func moved(_ move: (Place) -> Place) -> StepDraft {
    var step = self
    step.output = output.map(move)
    step.secondOutput = secondOutput.map(move)
    step.thirdOutput = thirdOutput.map(move)
    step.scratch = scratch.map(move)
    step.first = first.map(move)
    step.second = second.map(move)
    step.third = third.map(move)
    step.fourth = fourth.map(move)
    return step
  }
}

/// What an operation is given to write its steps: where its operands and its output lie.
struct Lowering {
  /// Where each operand lies.
  let inputs: [Place]
  /// The operands' shapes.
  let inputShapes: [Shape]
  /// Where the output goes.
  let output: Place
  /// Where the outputs beside it go, for operations that the planner made of several.
  let otherOutputs: [Place]
  /// The output's shape.
  let shape: Shape
  /// How products are computed.
  let numerics: NumericProfile
  /// Whether the output is added to what its place holds; only for an ``AddingOperation``.
  let adds: Bool
  /// Elements of each piece of memory that lives as long as this operation's steps.
  private(set) var scratchCounts: [Int] = []
  /// The steps so far.
  private(set) var steps: [StepDraft] = []

  init(
    inputs: [Place], inputShapes: [Shape], output: Place, otherOutputs: [Place] = [],
    shape: Shape, numerics: NumericProfile, adds: Bool = false
  ) {
    self.adds = adds
    self.inputs = inputs
    self.inputShapes = inputShapes
    self.output = output
    self.otherOutputs = otherOutputs
    self.shape = shape
    self.numerics = numerics
  }

  /// Memory of `count` elements for this operation's steps alone.
  mutating func scratch(_ count: Int) -> Place {
    scratchCounts.append(count)
    return Place(region: .scratch, offset: scratchCounts.count - 1)
  }

  /// A step of the kernel's table that writes the output, to be filled in and appended.
  func draft(_ operation: Int) -> StepDraft { StepDraft(.kernel(operation), output: output) }

  /// Appends a finished step.
  mutating func append(_ draft: StepDraft) { steps.append(draft) }

  /// Appends an elementwise step on two operands, of which either may be repeated.
  mutating func pairwise(_ operation: Int) {
    let full = shape
    let strides = inputShapes.map { input in
      input == full
        ? (row: full.columns, column: 1)
        : (row: input.allRows == 1 ? 0 : input.columns, column: input.columns == 1 ? 0 : 1)
    }
    // Without a repetition, or with a single number, the matrices are one long row.
    let flat = inputShapes.allSatisfy { $0 == full || $0.count == 1 }
    var step = draft(operation)
    step.first = inputs[0]
    step.second = inputs[1]
    step.rows = flat ? 1 : full.allRows
    step.columns = flat ? full.count : full.columns
    step.firstRowStride = strides[0].row
    step.firstColumnStride = flat && inputShapes[0] == full ? 1 : strides[0].column
    step.secondRowStride = strides[1].row
    step.secondColumnStride = flat && inputShapes[1] == full ? 1 : strides[1].column
    append(step)
  }
}
