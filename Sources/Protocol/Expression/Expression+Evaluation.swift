import Glibc

extension Expression {
  /// The value of the expression.
  /// - Parameter lookup: The value of a name; `nil` where it is missing.
  /// - Returns: The value; `nil` where it is missing.
  /// - Throws: ``ExpressionError`` `expression.type` when an operator meets a value that it does
  ///   not take. An expression whose ``type(of:)`` was found does not throw for values of those
  ///   types.
  public func evaluate(
    _ lookup: (String) -> ExpressionValue?
  ) throws(ExpressionError) -> ExpressionValue? {
    let references = program.references
    return try evaluateByPosition({ lookup(references[$0].name) })
  }

  /// The value of the expression, for those who have bound its names to places of their own.
  /// - Parameter lookup: The value of the name at this position of ``references``.
  /// - Returns: The value; `nil` where it is missing.
  /// - Throws: As ``evaluate(_:)``.
  public func evaluateByPosition(
    _ lookup: (Int) -> ExpressionValue?
  ) throws(ExpressionError) -> ExpressionValue? {
    var stack: [ExpressionValue?] = []
    stack.reserveCapacity(8)
    var position = 0
    while position < program.instructions.count {
      let instruction = program.instructions[position]
      let column = program.columns[position]
      position += 1
      switch instruction {
      case .number(let value): stack.append(.number(value))
      case .text(let index): stack.append(.text(program.literals[index]))
      case .boolean(let value): stack.append(.boolean(value))
      case .name(let index): stack.append(Expression.present(lookup(index)))
      case .negate:
        let value = try number(stack.removeLast(), column)
        stack.append(Expression.present(.number(-value)))
      case .arithmetic(let operation):
        let right = try number(stack.removeLast(), column)
        let left = try number(stack.removeLast(), column)
        stack.append(Expression.present(.number(operation.apply(left, right))))
      case .comparison(let comparison):
        let right = stack.removeLast()
        let left = stack.removeLast()
        stack.append(.boolean(try compare(left, comparison, right, column)))
      case .member(let count):
        let value = stack[stack.count - count - 1]
        var found = false
        for other in stack.suffix(count) where try compare(value, .equal, other, column) {
          found = true
        }
        stack.removeLast(count + 1)
        stack.append(.boolean(found))
      case .call(let function, let count):
        var arguments: [Double] = []
        for value in stack.suffix(count) { arguments.append(try number(value, column)) }
        stack.removeLast(count)
        stack.append(Expression.present(.number(function(arguments))))
      case .not: stack.append(.boolean(!(try truth(stack.removeLast(), column))))
      case .truth: stack.append(.boolean(try truth(stack.removeLast(), column)))
      case .andThen(let end), .orElse(let end):
        let left = try truth(stack.removeLast(), column)
        if case .orElse = instruction, left {
          stack.append(.boolean(true))
          position = end
        } else if case .andThen = instruction, !left {
          stack.append(.boolean(false))
          position = end
        }
      }
    }
    return stack.last ?? nil
  }

  /// Whether the expression is true; a missing value is not.
  /// - Parameter lookup: The value of a name; `nil` where it is missing.
  /// - Returns: Whether it is true.
  /// - Throws: ``ExpressionError`` `expression.type`, also when it comes to a number or to text.
  public func isTrue(_ lookup: (String) -> ExpressionValue?) throws(ExpressionError) -> Bool {
    try truth(try evaluate(lookup), 1)
  }

  /// Whether the expression is true, as ``evaluateByPosition(_:)`` asks.
  /// - Throws: ``ExpressionError`` `expression.type`, also when it comes to a number or to text.
  public func isTrueByPosition(
    _ lookup: (Int) -> ExpressionValue?
  ) throws(ExpressionError) -> Bool {
    try truth(try evaluateByPosition(lookup), 1)
  }

  /// NaN is what a measure has that does not exist, so it counts as missing.
  private static func present(_ value: ExpressionValue?) -> ExpressionValue? {
    if case .number(let number) = value, number.isNaN { nil } else { value }
  }

  private func number(_ value: ExpressionValue?, _ column: Int) throws(ExpressionError) -> Double {
    switch value {
    case .number(let number): return number
    case nil: return .nan
    case .text, .boolean: throw mismatch(value?.type, wanted: .number, column)
    }
  }

  private func truth(_ value: ExpressionValue?, _ column: Int) throws(ExpressionError) -> Bool {
    switch value {
    case .boolean(let boolean): return boolean
    case nil: return false
    case .text, .number: throw mismatch(value?.type, wanted: .boolean, column)
    }
  }

  private func compare(
    _ left: ExpressionValue?, _ comparison: ExpressionComparison, _ right: ExpressionValue?,
    _ column: Int
  ) throws(ExpressionError) -> Bool {
    guard let left, let right else { return false }
    switch (left, right) {
    case (.number(let left), .number(let right)): return comparison.apply(left, right)
    case (.text(let left), .text(let right)) where comparison == .equal: return left == right
    case (.text(let left), .text(let right)) where comparison == .notEqual: return left != right
    case (.boolean(let left), .boolean(let right)) where comparison == .equal: return left == right
    case (.boolean(let left), .boolean(let right)) where comparison == .notEqual:
      return left != right
    default: throw incomparable(left.type, comparison, right.type, column)
    }
  }
}

extension ExpressionArithmetic {
  fileprivate func apply(_ left: Double, _ right: Double) -> Double {
    switch self {
    case .add: left + right
    case .subtract: left - right
    case .multiply: left * right
    case .divide: left / right
    // `pow(1, NaN)` is 1, but with a missing value everything is missing.
    case .power: left.isNaN || right.isNaN ? .nan : pow(left, right)
    }
  }
}

extension ExpressionComparison {
  fileprivate func apply(_ left: Double, _ right: Double) -> Bool {
    switch self {
    case .equal: left == right
    case .notEqual: left != right
    case .less: left < right
    case .lessOrEqual: left <= right
    case .greater: left > right
    case .greaterOrEqual: left >= right
    }
  }
}
