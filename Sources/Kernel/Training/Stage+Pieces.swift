extension Stage {
  /// The parameters that the stage changes: those of its graph that are not frozen, in their order.
  var trainedPieces: [ParameterPiece] {
    for name in frozen {
      precondition(graph.parameterNode(name) != nil, "the frozen parameter \(name) is declared")
    }
    return graph.parameters.filter { !frozen.contains($0.name) }
  }
}

extension ParameterStore {
  /// Room for the parameters of several graphs, all zero: for stages that share some of them.
  ///
  /// The pieces are those of the first graph, then those of each next one that are not yet there. A
  /// stage leaves pieces that its graph has not as they are.
  /// - Parameter graphs: What the stages train; parameters of one name have one shape.
  public convenience init(of graphs: [Graph]) {
    var pieces: [ParameterPiece] = []
    for piece in graphs.flatMap(\.parameters) {
      guard let known = pieces.first(where: { $0.name == piece.name }) else {
        pieces.append(piece)
        continue
      }
      precondition(known.shape == piece.shape, "\(piece.name) has one shape in all stages")
    }
    self.init(pieces)
  }

  /// The same parameters in memory of their own: to go on from one point in several ways.
  public func copy() -> ParameterStore {
    let result = ParameterStore(pieces)
    parameters.withSlice(offset: 0, count: blockCount) { values in
      result.parameters.withMutableSlice(offset: 0, count: blockCount) { span in
        span.overwrite(with: values)
      }
    }
    return result
  }
}
