extension Graph {
  /// Every stride-th row of a node, computed without the rows that nobody else reads.
  ///
  /// The same values and gradients as ``rows(of:start:stride:count:)``. An operation that treats every
  /// row by itself, and that only the choice of rows rests on, is asked for again on the chosen rows
  /// of its operands; so the choice moves towards the inputs up to what needs all rows, and the way
  /// back follows, being made of what is there. After the last attention of a transformer whose loss
  /// looks at the last token, everything is computed for the last tokens alone. What has been asked
  /// for before stays a node, with all its rows, for whoever wants it.
  /// - Parameters:
  ///   - node: What rows are chosen of.
  ///   - start: The first.
  ///   - stride: The distance from each to the next.
  ///   - count: How many.
  /// - Returns: The chosen rows, (count, C).
  public mutating func prunedRows(of node: Node, start: Int, stride: Int, count: Int) -> Node {
    let selection = RowSelection(start: start, stride: stride, count: count)
    selection.check(node.shape)
    if selection.isWhole(of: node.shape) { return node }
    let isChosen = chosenOperations(below: node, selection)
    var chosen: [Int: Node] = [:]
    for index in isChosen.indices where isChosen[index] {
      let record = records[index]
      let positions = record.rowOperands(selection) ?? []
      let inputs = record.inputs.enumerated().map { position, input in
        guard positions.contains(position) else { return input }
        return chosen[input.index]
          ?? rows(of: input, start: start, stride: stride, count: count)
      }
      chosen[index] = appendChosen(record, inputs, selection)
    }
    return chosen[node.index] ?? rows(of: node, start: start, stride: stride, count: count)
  }

  /// For every node up to one whether its operation is asked for on chosen rows only.
  private func chosenOperations(below node: Node, _ selection: RowSelection) -> [Bool] {
    var isChosen = Array(repeating: false, count: node.index + 1)
    var isReadByChoice = isChosen
    var isReadInFull = isChosen
    isReadByChoice[node.index] = true
    for index in isChosen.indices.reversed() where isReadByChoice[index] || isReadInFull[index] {
      let record = records[index]
      let positions = isReadInFull[index] ? nil : record.rowOperands(selection)
      isChosen[index] = positions != nil
      for (position, input) in record.inputs.enumerated() {
        if let positions, positions.contains(position) {
          isReadByChoice[input.index] = true
        } else {
          isReadInFull[input.index] = true
        }
      }
    }
    return isChosen
  }

  /// An operation on the chosen rows of its operands.
  private mutating func appendChosen(
    _ record: Record, _ inputs: [Node], _ selection: RowSelection
  ) -> Node {
    if let dropout = record.operation as? Dropout, let rows = dropout.rows.chosen(selection) {
      let chosen = Dropout(keep: dropout.keep, site: dropout.site, rows: rows)
      return self.dropout(inputs[0], chosen, counter: inputs[1])
    }
    guard record.operation is AddToTiles else { return append(record.operation, inputs) }
    // The chosen rows are the same row of every part.
    let row = rows(
      of: inputs[1], start: selection.start % inputs[1].shape.rows, stride: 1, count: 1)
    return add(inputs[0], row)
  }
}

extension Graph.Record {
  /// The operands of which row r alone gives row r of the output, the others being shared by all
  /// rows; `nil` for an operation that looks across rows or that knows how many there are.
  fileprivate func rowOperands(_ selection: RowSelection) -> [Int]? {
    guard output.shape.stack == 1 else { return nil }
    switch operation {
    case is any UnaryOperation, is Linear, is RowStatistics, is Columns, is SpreadColumns:
      return [0]
    case is Softmax, is JoinedColumns:
      return Array(inputs.indices)
    case is LayerNorm:
      return [0, 1]
    case let product as MatrixProduct:
      return product.transposeLeft ? nil : [0]
    case is Arithmetic:
      return inputs.indices.filter { inputs[$0].shape.rows == output.shape.rows }
    case is Gather:
      return [1]
    case let dropout as Dropout:
      return dropout.rows.chosen(selection) == nil ? nil : [0]
    case is AddToTiles:
      return selection.stride % inputs[1].shape.rows == 0 || selection.count == 1 ? [0] : nil
    default:
      return nil
    }
  }
}
