package import Protocol

/// What a cleaning of a node removed.
package struct NodeCleaning: Hashable, Sendable {
  /// How many processes were ended.
  package var processes: Int64 = 0
  /// How many files were removed.
  package var files: Int64 = 0
  /// The bytes of results that no coordinator had collected.
  package var resultBytes: Int64 = 0
  /// What could not be removed, or belongs to another machine that shares the directory.
  package var left: [String] = []

  /// The most things left that are named.
  static let leftCountMax = 100

  /// Reads what a cleaning answered.
  /// - Parameter answers: All answers of ``NodeScript/clean(workDirectory:)``.
  package init(answers: [NodeAnswer]) {
    for case .fact(let name, let value) in answers {
      switch name {
      case "processes": processes = NodeFacts.number(value) ?? processes
      case "files": files = NodeFacts.number(value) ?? files
      case "results": resultBytes = NodeFacts.number(value) ?? resultBytes
      case "left" where left.count < NodeCleaning.leftCountMax:
        left.append(NodeText.shown(value.utf8))
      default: break
      }
    }
  }

  /// What was done, as a sentence.
  package var summary: String {
    var text = "\(processes) processes ended, \(files) files removed"
    if resultBytes > 0 { text += ", among them \(resultBytes) bytes of results never collected" }
    if !left.isEmpty { text += "; left: \(left.joined(separator: ", "))" }
    return text + "."
  }

  /// The cleaning for programs.
  package var json: JSONValue {
    [
      "processes": .integer(processes), "files": .integer(files),
      "resultBytes": .integer(resultBytes), "left": .array(left.map(JSONValue.string)),
    ]
  }
}
