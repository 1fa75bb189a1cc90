import CKernel

/// Which elements of a dropout share their fate.
public enum DropoutSharing: Hashable, Sendable {
  /// None: every sample, which has so many rows, has a mask of its own.
  case perSample(rows: Int)
  /// The samples: one mask of so many rows is repeated over the batch. A mask of one row drops the
  /// same columns in all rows.
  case acrossBatch(rows: Int)
}

extension Graph {
  /// The input that dropout is addressed by: `dropout.counter`, (1, 8), whole numbers below 2^16.
  ///
  /// They are the seed (low and high part), the step (four parts, low first) and the first sample of
  /// the graph's batch among those that belong together (low and high part). A ``Trainer`` sets them.
  /// - Returns: The input's node, declared once.
  public mutating func dropoutCounter() -> Node {
    inputNode(DropoutCounterInput.name)
      ?? input(DropoutCounterInput.name, DropoutCounterInput.shape)
  }

  /// Dropout: every element is kept with a probability and then divided by it, else exactly zero.
  ///
  ///     out[r, c] = a[r, c] / keep where h(e) < 2^16 keep, else 0,   e = m(r) C + c
  ///
  /// h(e) is a half of a word of Philox4x32-10 under the key (seed, 3) at the counter (8 floor(e / 64)
  /// + floor(e mod 32 / 4), site, step): word 2 floor(e mod 64 / 32) + floor(e mod 4 / 2), its low half
  /// for even e, else its high half. m(r) is the row, plus the rows of the samples before the batch's
  /// first; with a shared mask of S rows it is r mod S. So no mask is stored: equal counters and sites
  /// give equal masks, whatever the precision, the processor and the parts of the batch, and the
  /// derivative is the same operation. Shapes: a and out (R, C), a stack counting as one tall matrix.
  /// Cost: about 10 R C. Source: Srivastava and others, JMLR 15, 2014; scaled while training.
  /// - Parameters:
  ///   - node: What is dropped out.
  ///   - keep: The probability of being kept, above 0 and up to 1, as a multiple of 2^-16 between
  ///     2^-16 and 1 - 2^-16; 1 gives the node itself.
  ///   - site: The place in the model: places with different numbers are dropped independently.
  ///   - counter: The node of ``dropoutCounter()``.
  ///   - sharing: Which elements share their fate.
  /// - Returns: A node of the same shape.
  public mutating func dropout(
    _ node: Node, keep: Double, site: UInt32, counter: Node, sharing: DropoutSharing
  ) -> Node {
    dropout(node, Dropout(keep: keep, site: site, rows: DropoutRows(sharing)), counter: counter)
  }

  /// Dropout of some rows of a tensor with the masks that they have there.
  mutating func dropout(_ node: Node, _ operation: Dropout, counter: Node) -> Node {
    if operation.keep == 1 || constantValue(of: node) == 0 { return node }
    return append(operation, [node, counter])
  }
}

/// The input that addresses the masks.
enum DropoutCounterInput {
  static let name = "dropout.counter"
  static let shape = Shape(1, 8)
}

/// Which rows of a mask belong to the rows of a tensor.
///
/// The tensor's rows are runs of neighbours; row r has the mask's row
/// start + (r / run) distance + r mod run, behind the rows of the samples before the first.
struct DropoutRows: Hashable, Sendable {
  /// The mask's row of the first row.
  var start = 0
  /// Rows of a run.
  var run = 1
  /// From the mask's row of one run to that of the next; 0 where all runs share them.
  var distance = 1
  /// The mask's rows of one sample; 0 where samples share them.
  var rowsPerSample = 0

  /// All rows of a tensor.
  init(_ sharing: DropoutSharing) {
    switch sharing {
    case .perSample(let rows):
      precondition(rows > 0, "a sample has rows")
      rowsPerSample = rows
    case .acrossBatch(let rows):
      precondition(rows > 0, "a mask has rows")
      (run, distance) = (rows, 0)
    }
  }

  /// The last rows of each of equal parts of a tensor.
  init(last run: Int, ofEvery period: Int, rowsPerSample: Int) {
    (start, self.run, distance) = (period - run, run, period)
    self.rowsPerSample = rowsPerSample
  }

  /// Those of chosen rows; `nil` where they are no such rows.
  func chosen(_ selection: RowSelection) -> DropoutRows? {
    var rows = self
    if run == 1 {
      rows.start += selection.start * distance
      rows.distance *= selection.stride
      return rows
    }
    guard distance == 0, selection.stride.isMultiple(of: run) || selection.count == 1 else {
      return nil
    }
    rows.start += selection.start % run
    rows.run = 1
    return rows
  }
}

/// out = a / keep where a random part of the counter's is below the threshold, else 0.
struct Dropout: Operation {
  let keep: Double
  let site: UInt32
  let rows: DropoutRows

  init(keep: Double, site: UInt32, rows: DropoutRows) {
    precondition(keep > 0 && keep <= 1, "a keep probability is above 0 and up to 1, not \(keep)")
    self.keep = keep
    self.site = site
    self.rows = rows
  }

  /// What sixteen random bits are below where an element is kept.
  var threshold: Double { min(max((keep * 0x1p16).rounded(), 1), 0x1p16 - 1) }

  func shape(of inputs: [Shape]) -> Shape {
    precondition(
      inputs[1] == DropoutCounterInput.shape, "dropout is addressed by eight numbers")
    precondition(
      inputs[0].allRows.isMultiple(of: rows.run),
      "the rows of \(inputs[0]) are runs of \(rows.run)")
    return inputs[0]
  }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    [graph.dropout(site.cotangent, self, counter: site.inputs[1]), nil]
  }

  func lower(_ lowering: inout Lowering) { lowering.dropout(self) }

  func keepsSamples(_ inputs: [Shape], areSamples: [Bool]) -> Bool { true }
  func overwritable(_ inputs: [Shape]) -> [Int] { [0] }
}

extension Lowering {
  /// Appends a dropout of the first operand, the second being the counter.
  /// - Parameters:
  ///   - operation: Which.
  ///   - rest: What is added to it, of the output's shape.
  mutating func dropout(_ operation: Dropout, addedTo rest: Place? = nil) {
    let rows = operation.rows
    var step = draft(Int(kernel_operation_dropout))
    step.first = inputs[0]
    step.second = inputs[1]
    step.third = rest
    step.rows = shape.allRows
    step.columns = shape.columns
    // Runs that follow one another in the mask as in memory are one run.
    step.depth = rows.run == rows.distance ? shape.allRows : rows.run
    step.firstRowStride = rows.start
    step.secondRowStride = rows.distance
    step.fourthRowStride = rows.rowsPerSample
    step.option = Int32(bitPattern: operation.site)
    step.scalars[0] = 1 / operation.keep
    step.scalars[1] = operation.threshold
    step.scalars[2] = Double(RandomPurpose.dropout.rawValue)
    append(step)
  }
}
