/// The known name that a misspelt one most likely means.
///
/// A name in other letter case, the last part of a dotted name (`gamma` for `init.gamma`) and the
/// beginning of a longer one count as near; otherwise at most a third of the letters may be wrong.
/// - Parameters:
///   - name: What was written.
///   - known: What could have been meant.
/// - Returns: The nearest; `nil` when none is near.
public func nearestName(to name: String, among known: some Sequence<String>) -> String? {
  let lengthMax = 100
  guard name.count <= lengthMax, !name.isEmpty else { return nil }
  let written = name.lowercased()
  var best: (name: String, distance: Int)?
  for candidate in known where candidate.count <= lengthMax {
    let lowered = candidate.lowercased()
    let distance: Int
    if lowered == written {
      distance = 0
    } else if lowered.hasSuffix("." + written) || (written.count >= 3 && lowered.hasPrefix(written))
    {
      distance = 1
    } else {
      distance = editDistance(Array(written.utf8), Array(lowered.utf8))
      guard distance <= max(1, name.count / 3) else { continue }
    }
    if distance < best?.distance ?? .max { best = (candidate, distance) }
  }
  return best?.name
}

/// How many letters must be added, removed, replaced or swapped with their neighbour.
private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
  var before: [Int] = []
  var above = Array(0...right.count)
  for (row, letter) in left.enumerated() {
    var current = [row + 1]
    for (column, other) in right.enumerated() {
      var least = min(
        above[column + 1] + 1, current[column] + 1, above[column] + (letter == other ? 0 : 1))
      if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
        least = min(least, before[column - 1] + 1)
      }
      current.append(least)
    }
    (before, above) = (above, current)
  }
  return above[right.count]
}
