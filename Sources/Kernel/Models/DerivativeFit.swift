/// A network u that is judged by one of its derivatives, as for a differential equation.
///
/// loss = mean over points x of (D u(x) - g(x))^2 + weight mean over boundary points z of
/// (u(z) - h(z))^2, D a partial derivative of any order. With D the second derivative it is the
/// residual of Poisson's equation u'' = g with its boundary values; with none and no boundary points
/// it is the mean squared error on values. Inputs: `x` (n, I), `target` (n, 1) for g, `boundary.x`
/// (m, I) and `boundary.target` (m, 1) for h. Other equations are put together from
/// ``Graph/inputDerivative(of:withRespectTo:coordinates:)`` in the same way.
public struct DerivativeFit: Hashable, Sendable {
  /// u, with one output.
  public var network: MLP
  /// The coordinates that D differentiates by, one after the other; none for u itself.
  public var coordinates: [Int]
  /// What the errors at the boundary are multiplied with.
  public var boundaryWeight: Double

  /// Puts a fit together.
  public init(network: MLP, coordinates: [Int], boundaryWeight: Double = 1) {
    precondition(
      network.sizes.last == 1 && coordinates.allSatisfy { (0..<network.sizes[0]).contains($0) },
      "a network of one output is differentiated by coordinates of its input")
    self.network = network
    self.coordinates = coordinates
    self.boundaryWeight = boundaryWeight
  }

  /// Declares inputs and parameters, and gives the loss.
  /// - Parameters:
  ///   - points: n.
  ///   - boundaryPoints: m; 0 for no boundary term.
  ///   - graph: Where it is added.
  /// - Returns: u at the points, (n, 1), and the loss.
  public func loss(
    points: Int, boundaryPoints: Int, in graph: inout Graph
  ) -> (values: Node, loss: Node) {
    let input = graph.input("x", Shape(points, network.sizes[0]))
    let values = network.output(of: input, in: &graph)
    let derivative = graph.inputDerivative(
      of: values, withRespectTo: input, coordinates: coordinates)
    let residual = graph.meanSquaredError(derivative, graph.input("target", Shape(points, 1)))
    guard boundaryPoints > 0 else { return (values, residual) }
    let boundary = graph.input("boundary.x", Shape(boundaryPoints, network.sizes[0]))
    let errors = graph.meanSquaredError(
      network.output(of: boundary, in: &graph),
      graph.input("boundary.target", Shape(boundaryPoints, 1)))
    return (values, graph.add(residual, graph.scale(errors, by: boundaryWeight)))
  }
}
