import Planning
import Protocol

/// A condition or mask of a diagram: an expression that is true or false.
struct Condition {
  /// What a condition may name, with the types.
  struct Names {
    private var types: [String: ExpressionType] = [:]
    private var measures: Set<String> = []

    init(measures: [String], axes: [Axis]) {
      self.measures = Set(measures)
      for measure in measures { types[measure] = .number }
      // A parameter and a measure of one name would be a fault of the study; the parameter wins.
      for axis in axes { types[axis.name] = axis.values.first.map { ExpressionValue($0).type } }
    }

    /// With the replicate and the outcome, which a single trial has and a cell has not.
    var ofTrials: Names {
      var names = self
      names.types["replicate"] = .number
      names.types["outcome"] = .text
      return names
    }

    /// All names in alphabetical order.
    var all: [String] { types.keys.sorted() }

    func type(of name: String) -> ExpressionType? { types[name] }

    func isMeasure(_ name: String) -> Bool { measures.contains(name) }
  }

  private let expression: Expression
  /// Whether it depends on a measure, and so has no answer for a trial without numbers.
  let namesMeasure: Bool

  /// Reads an expression and checks its names and types.
  ///
  /// - Parameters:
  ///   - text: the expression.
  ///   - place: where it stands, for messages.
  ///   - names: what it may name.
  /// - Throws: `diagram.expression` when it cannot be read, uses another name or is not true or
  ///   false.
  init(_ text: String, place: String, names: Names) throws(DiagramError) {
    let type: ExpressionType
    do throws(ExpressionError) {
      expression = try Expression(parsing: text)
      for reference in expression.references where names.type(of: reference.name) == nil {
        throw expression.unknownName(reference, known: names.all)
      }
      type = try expression.type(of: names.type)
    } catch {
      throw DiagramError(
        .expression, "\(place): \(error.message)", remedy: error.remedy, underlying: error.code)
    }
    guard type == .boolean else {
      throw DiagramError(
        .expression, "\(place), `\(text)`, is neither true nor false",
        remedy: "Compare it with a value, for instance `> 0`.")
    }
    namesMeasure = expression.names.contains(where: names.isMeasure)
  }

  /// The measures that an expression uses.
  ///
  /// Their numbers must be at hand. None when it cannot be read, which the initializer reports.
  static func measures(in text: String, among measures: [String]) -> [String] {
    guard let names = (try? Expression(parsing: text))?.names else { return [] }
    return measures.filter { names.contains($0) }
  }

  /// Whether it is true; a measure that is not there makes every comparison with it false.
  func holds(_ lookUp: (String) -> ExpressionValue?) -> Bool {
    do {
      return try expression.isTrue(lookUp)
    } catch {
      preconditionFailure("the types of a condition are checked when it is read: \(error.message)")
    }
  }
}
