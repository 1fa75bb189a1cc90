/// The parameters of a graph in one allocation, and beside it allocations of the same cut.
///
/// Every piece begins at a multiple of sixteen elements; the elements between pieces are zero and
/// stay so, so that an optimiser is one loop over the whole. Several plans may share a store.
public final class ParameterStore<Element: Scalar> {
  /// The names and shapes, in order.
  public let pieces: [ParameterPiece]
  /// The first element of each piece.
  let offsets: [Int]
  /// Elements of one block, the gaps included.
  let blockCount: Int
  /// The parameters themselves.
  let parameters: Arena<Element>
  /// The gradients of the last evaluation that asked for them.
  let gradients: Arena<Element>
  private let positions: [String: Int]

  /// Room for the parameters of a graph, all zero.
  public init(_ pieces: [ParameterPiece]) {
    self.pieces = pieces
    var offsets: [Int] = []
    var end = 0
    var positions: [String: Int] = [:]
    for (index, piece) in pieces.enumerated() {
      precondition(positions[piece.name] == nil, "the parameter \(piece.name) is declared once")
      positions[piece.name] = index
      offsets.append(end)
      end += Arena<Element>.aligned(piece.shape.count)
    }
    self.offsets = offsets
    self.positions = positions
    blockCount = end
    parameters = Arena(count: end)
    gradients = Arena(count: end)
  }

  /// Numbers in all pieces together.
  public var parameterCount: Int { pieces.reduce(0) { $0 + $1.shape.count } }

  /// Bytes of parameters and gradients.
  public var memoryBytes: Int { 2 * blockCount * MemoryLayout<Element>.stride }

  /// The position of a piece; stops the program when there is none of this name.
  func position(of name: String) -> Int {
    guard let position = positions[name] else {
      preconditionFailure("there is no parameter \(name)")
    }
    return position
  }

  /// Calls the body with the elements of a parameter, row-major.
  public func withParameter<Value, Failure: Error>(
    _ name: String, _ body: (Span<Element>) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let position = position(of: name)
    return try parameters.withSlice(
      offset: offsets[position], count: pieces[position].shape.count, body)
  }

  /// Calls the body with the elements of a parameter, row-major, which it may change.
  public func withMutableParameter<Value, Failure: Error>(
    _ name: String, _ body: (inout MutableSpan<Element>) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let position = position(of: name)
    return try parameters.withMutableSlice(
      offset: offsets[position], count: pieces[position].shape.count, body)
  }

  /// Calls the body with the gradient of a parameter, laid out as the parameter.
  public func withGradient<Value, Failure: Error>(
    _ name: String, _ body: (Span<Element>) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let position = position(of: name)
    return try gradients.withSlice(
      offset: offsets[position], count: pieces[position].shape.count, body)
  }

  /// A copy of a parameter's elements.
  public func parameter(_ name: String) -> [Element] { withParameter(name) { $0.copied() } }

  /// A copy of a gradient's elements.
  public func gradient(_ name: String) -> [Element] { withGradient(name) { $0.copied() } }
}

extension Span {
  /// The elements as an array.
  func copied() -> [Element] {
    var result: [Element] = []
    result.reserveCapacity(count)
    for index in indices { result.append(self[index]) }
    return result
  }
}
