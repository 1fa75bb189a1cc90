extension Expression {
  /// The type of the expression, found without values: whoever knows the types of the names learns
  /// of every type error before the first cell.
  /// - Parameter names: The type of a name; `nil` for one that is not known.
  /// - Returns: The type of what it comes to.
  /// - Throws: ``ExpressionError`` `expression.type`, or `expression.unknown-name` without a
  ///   suggestion (``unknownName(_:known:)`` makes one).
  public func type(
    of names: (String) -> ExpressionType?
  ) throws(ExpressionError) -> ExpressionType {
    var stack: [ExpressionType] = []
    for (index, instruction) in program.instructions.enumerated() {
      let column = program.columns[index]
      switch instruction {
      case .number: stack.append(.number)
      case .text: stack.append(.text)
      case .boolean: stack.append(.boolean)
      case .name(let name):
        let reference = program.references[name]
        guard let type = names(reference.name) else { throw unknownName(reference, known: []) }
        stack.append(type)
      case .negate: try expect(.number, 1, on: &stack, column)
      case .arithmetic: try expect(.number, 2, on: &stack, column)
      case .call(_, let count): try expect(.number, count, on: &stack, column)
      case .not, .truth: try expect(.boolean, 1, on: &stack, column)
      case .andThen, .orElse:
        try expect(.boolean, 1, on: &stack, column)
        stack.removeLast()
      case .comparison(let comparison):
        try match(comparison, 1, on: &stack, column)
      case .member(let count):
        try match(.equal, count, on: &stack, column)
      }
    }
    return stack.last ?? .boolean
  }

  /// Takes values of one type from the stack and puts one of that type on it.
  private func expect(
    _ type: ExpressionType, _ count: Int, on stack: inout [ExpressionType], _ column: Int
  ) throws(ExpressionError) {
    if let other = stack.suffix(count).first(where: { $0 != type }) {
      throw mismatch(other, wanted: type, column)
    }
    stack.removeLast(count)
    stack.append(type)
  }

  /// Takes a value and those that it is compared with from the stack, and puts the answer on it.
  private func match(
    _ comparison: ExpressionComparison, _ count: Int, on stack: inout [ExpressionType],
    _ column: Int
  ) throws(ExpressionError) {
    let left = stack[stack.count - count - 1]
    let needsOrder = comparison != .equal && comparison != .notEqual
    for right in stack.suffix(count) where left != right || (needsOrder && left != .number) {
      throw incomparable(left, comparison, right, column)
    }
    stack.removeLast(count + 1)
    stack.append(.boolean)
  }

  func mismatch(
    _ found: ExpressionType?, wanted: ExpressionType, _ column: Int
  ) -> ExpressionError {
    ExpressionError(
      .type, in: text, at: column,
      "\(wanted.name) was expected instead of \(found?.name ?? "nothing")",
      remedy: wanted == .boolean
        ? "Compare it with a value, for instance '> 0'." : "Use a name or number there.")
  }

  func incomparable(
    _ left: ExpressionType, _ comparison: ExpressionComparison, _ right: ExpressionType,
    _ column: Int
  ) -> ExpressionError {
    if left == right {
      return ExpressionError(
        .type, in: text, at: column, "\(left.name) has no order for '\(comparison.rawValue)'",
        remedy: "Compare it with '==' or '!='.")
    }
    return ExpressionError(
      .type, in: text, at: column, "\(left.name) is compared with \(right.name)",
      remedy: "Compare values of one type; put words in quotes and numbers not.")
  }
}
