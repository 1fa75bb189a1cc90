package import Planning
import Protocol

extension HeatmapData {
  /// The same numbers with the names of files where values are their SHA-256.
  /// - Parameter files: The files of the sweep.
  /// - Returns: What a reader can tell apart.
  package func naming(_ files: [DataFile]) -> HeatmapData {
    guard !files.isEmpty else { return self }
    let names = Dictionary(files.map { ($0.digest, $0.name) }) { first, _ in first }
    func named(_ axis: HeatmapAxis) -> HeatmapAxis {
      var axis = axis
      axis.values = axis.values.map { value in
        value.text.flatMap { names[$0] }.map { .text($0) } ?? value
      }
      return axis
    }
    var result = self
    result.x = named(x)
    result.y = named(y)
    for (digest, name) in names {
      result.remarks = result.remarks.map { remark in
        remark.split(separator: digest, omittingEmptySubsequences: false).joined(separator: name)
      }
    }
    return result
  }
}
