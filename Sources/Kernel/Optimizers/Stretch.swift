/// Neighbouring pieces of the parameters that are treated alike: one pass goes over all of them.
struct Stretch {
  /// Elements of the blocks, the gaps between the pieces, which are zero, included.
  var range: Range<Int>
  /// Whether weight decay acts on it.
  let decays: Bool

  /// Pieces that follow each other and are all decayed, or all not, as one stretch.
  static func joined(
    _ pieces: [(piece: ParameterPiece, range: Range<Int>)], decays: (String) -> Bool
  ) -> [Stretch] {
    var result: [Stretch] = []
    for (piece, range) in pieces {
      let decays = decays(piece.name)
      if let last = result.last, last.decays == decays, last.range.upperBound == range.lowerBound {
        result[result.count - 1].range = last.range.lowerBound..<range.upperBound
      } else {
        result.append(Stretch(range: range, decays: decays))
      }
    }
    return result
  }

  /// Pieces of one layer that follow each other as one stretch; stops the program where those of
  /// another layer lie between them.
  static func layers(_ pieces: [(piece: ParameterPiece, range: Range<Int>)]) -> [Stretch] {
    var result: [Stretch] = []
    var names: [String] = []
    for (piece, range) in pieces {
      if names.last == piece.layer, let last = result.last?.range,
        last.upperBound == range.lowerBound
      {
        result[result.count - 1].range = last.lowerBound..<range.upperBound
      } else {
        precondition(
          names.last == piece.layer || !names.contains(piece.layer),
          "the pieces of \(piece.layer) are neighbours")
        names.append(piece.layer)
        result.append(Stretch(range: range, decays: true))
      }
    }
    return result
  }
}

extension ParameterStore {
  /// The pieces of these names with the parts of the blocks that they take, in their order.
  func trainedPlaces(_ names: Set<String>) -> [(piece: ParameterPiece, range: Range<Int>)] {
    zip(pieces, offsets).filter { names.contains($0.0.name) }.map { piece, offset in
      (piece, offset..<(offset + Arena<Element>.aligned(piece.shape.count)))
    }
  }
}
