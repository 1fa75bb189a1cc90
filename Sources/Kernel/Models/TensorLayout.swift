/// A tensor as files have it, and how its axes lie in the piece or input that the kernel has of it.
///
/// Other tools put an image's channels before its rows; the kernel puts them last. The layout says
/// so once, for reading, writing and comparing.
public struct TensorLayout: Hashable, Sendable {
  /// The name, without what a file puts before it.
  public let name: String
  /// The extents in a file.
  public let shape: [Int]
  /// The extents with every axis by itself: a file may have several as one.
  let extents: [Int]
  /// The axes of `extents` in the order in which the kernel has them, slowest first; `nil` where
  /// that is their own order.
  let axes: [Int]?

  /// A tensor that the kernel has as files do.
  public init(_ name: String, _ shape: [Int]) {
    self.name = name
    self.shape = shape
    extents = shape
    axes = nil
  }

  /// A tensor whose axes the kernel has in another order.
  init(_ name: String, _ shape: [Int], extents: [Int], axes: [Int]) {
    self.name = name
    self.shape = shape
    self.extents = extents
    self.axes = axes
  }

  /// Elements in all.
  public var count: Int { shape.reduce(1, *) }

  /// The shape of the kernel's piece: the slowest axis as rows, a vector as one row.
  var pieceShape: Shape {
    guard extents.count > 1 else { return Shape(1, max(count, 1)) }
    let rows = extents[axes?[0] ?? 0]
    return Shape(rows, count / rows)
  }

  /// Whether a file's tensor of this shape is the one: extents of one are not counted.
  func fits(_ other: [Int]) -> Bool { shape.filter { $0 != 1 } == other.filter { $0 != 1 } }

  /// The elements in the kernel's order, from those of a file.
  func inner<Element>(_ values: [Element]) -> [Element] {
    guard let places = places() else { return values }
    return places.map { values[$0] }
  }

  /// The elements in a file's order, from the kernel's.
  func outer<Element>(_ values: [Element]) -> [Element] {
    guard let places = places() else { return values }
    var result = values
    for (inner, outer) in places.enumerated() { result[outer] = values[inner] }
    return result
  }

  /// For each element in the kernel's order its place in a file.
  private func places() -> [Int]? {
    guard let axes else { return nil }
    var strides = Array(repeating: 1, count: extents.count)
    for axis in extents.indices.reversed().dropFirst() {
      strides[axis] = strides[axis + 1] * extents[axis + 1]
    }
    var places = [0]
    for axis in axes {
      places = places.flatMap { place in
        (0..<extents[axis]).map { place + $0 * strides[axis] }
      }
    }
    return places
  }
}

/// The nodes of a model's parameters, by name.
struct ParameterNodes {
  private var nodes: [String: Node] = [:]

  /// Declares the pieces of layouts, in their order.
  init(_ layouts: [TensorLayout], in graph: inout Graph) {
    for layout in layouts {
      nodes[layout.name] = graph.parameter(layout.name, layout.pieceShape)
    }
  }

  /// A parameter that the model has; stops the program when it has not.
  func callAsFunction(_ name: String) -> Node {
    guard let node = nodes[name] else { preconditionFailure("there is no parameter \(name)") }
    return node
  }

  /// A parameter that the model may have.
  subscript(name: String) -> Node? { nodes[name] }
}
