/// A tensor that a file holds or will hold.
public struct NamedTensor: Hashable, Sendable {
  /// The name.
  public let name: String
  /// Its extents; empty for a single number.
  public let shape: [Int]
  /// Its elements, row-major; double precision holds all types exactly.
  public let values: [Double]
  /// The width in which it is written.
  public let precision: Precision

  /// Puts a tensor together.
  public init(name: String, shape: [Int], values: [Double], precision: Precision = .single) {
    precondition(
      shape.reduce(1, *) == values.count, "a tensor has as many elements as its shape says")
    self.name = name
    self.shape = shape
    self.values = values
    self.precision = precision
  }
}

extension ParameterStore {
  /// The parameters as they are, one tensor a piece, in order.
  public var tensors: [NamedTensor] {
    pieces.map { piece in
      NamedTensor(
        name: piece.name, shape: piece.shape.extents,
        values: parameter(piece.name).map { Double($0) }, precision: Element.precision)
    }
  }

  /// Overwrites all parameters.
  /// - Parameter tensors: One for each piece, of its name and shape; extents of one are not
  ///   counted.
  /// - Throws: `kernel.initial` where one is missing, too much, of another shape or not finite.
  public func set(_ tensors: [NamedTensor]) throws(KernelError) {
    func failure(_ problem: String) -> KernelError {
      let known = pieces.map { "\($0.name) \($0.shape.extents)" }.joined(separator: ", ")
      return KernelError(
        .initial, "The parameters cannot begin as given: \(problem).",
        remedy: "Give the tensors \(known).")
    }
    var given: [String: NamedTensor] = [:]
    for tensor in tensors { given[tensor.name] = tensor }
    for piece in pieces {
      guard let tensor = given.removeValue(forKey: piece.name) else {
        throw failure("there is no tensor '\(piece.name)'")
      }
      guard tensor.shape.filter({ $0 != 1 }) == piece.shape.extents.filter({ $0 != 1 }) else {
        throw failure("'\(piece.name)' has the shape \(tensor.shape)")
      }
      guard tensor.values.allSatisfy({ Element($0).isFinite }) else {
        throw failure("'\(piece.name)' has an element that is no finite number")
      }
      withMutableParameter(piece.name) { span in
        for index in span.indices { span[index] = Element(tensor.values[index]) }
      }
    }
    if let surplus = given.keys.min() { throw failure("'\(surplus)' is none of them") }
  }
}

extension Shape {
  /// The extents as a file has them: the stack only where there is one.
  var extents: [Int] { stack == 1 ? [rows, columns] : [stack, rows, columns] }
}
