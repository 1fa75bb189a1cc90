/// Which pieces of an arena are in use while its layout is made.
///
/// A piece that is given back is used again by the next value that it suits best.
struct ArenaLayout {
  /// Elements of the arena.
  private(set) var count = 0
  /// The most elements that were in use at one time.
  private(set) var usedMax = 0
  private var used = 0
  private var free: [Range<Int>] = []

  /// Elements up to the next multiple of 64 bytes in either precision.
  static func aligned(_ count: Int) -> Int { Arena<Float>.aligned(count) }

  /// The shortest free piece that is long enough, or the arena grows.
  mutating func take(_ count: Int) -> Place {
    let length = Self.aligned(count)
    used += length
    usedMax = max(usedMax, used)
    let fitting = free.indices.filter { free[$0].count >= length }
    if let index = fitting.min(by: { free[$0].count < free[$1].count }) {
      let piece = free[index]
      if piece.count == length {
        free.remove(at: index)
      } else {
        free[index] = (piece.lowerBound + length)..<piece.upperBound
      }
      return Place(region: .workspace, offset: piece.lowerBound)
    }
    // A free piece at the end is a beginning.
    if let last = free.last, last.upperBound == self.count {
      free.removeLast()
      self.count = last.lowerBound + length
      return Place(region: .workspace, offset: last.lowerBound)
    }
    defer { self.count += length }
    return Place(region: .workspace, offset: self.count)
  }

  /// Gives the place of so many elements back.
  mutating func give(_ place: Place, _ count: Int) {
    let length = Self.aligned(count)
    used -= length
    give(place.offset..<(place.offset + length))
  }

  /// Gives a piece back and joins it with its free neighbours.
  private mutating func give(_ piece: Range<Int>) {
    let index = free.firstIndex { $0.lowerBound > piece.lowerBound } ?? free.count
    free.insert(piece, at: index)
    if index + 1 < free.count, free[index].upperBound == free[index + 1].lowerBound {
      free[index] = free[index].lowerBound..<free[index + 1].upperBound
      free.remove(at: index + 1)
    }
    if index > 0, free[index - 1].upperBound == free[index].lowerBound {
      free[index - 1] = free[index - 1].lowerBound..<free[index].upperBound
      free.remove(at: index)
    }
  }
}
