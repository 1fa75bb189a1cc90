/// A value in a graph: what one operation computes.
///
/// A node belongs to the graph that made it and to the copies of that graph.
public struct Node: Hashable, Sendable {
  /// Its position in the graph; operands stand before what uses them.
  let index: Int
  /// Its shape.
  public let shape: Shape
}
