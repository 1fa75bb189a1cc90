public import Protocol

/// How a loss curves around trained parameters: numbers of its Hessian H from exact products H v.
///
/// It has a plan of its own over a store in double precision, and changes no parameter.
///
/// ```swift
/// let curvature = LossCurvature(graph: graph, loss: loss, store: store, numerics: .pinned)
/// curvature.setInput("x", points)
/// let greatest = curvature.lanczos(steps: 30, seed: 0).values[0]
/// ```
public final class LossCurvature {
  /// The greatest eigenvalue.
  public static let greatest = MeasureDescription(
    name: "hessianGreatest", label: "λ_max",
    meaning: "Greatest eigenvalue of the Hessian of the training loss, of 30 steps of Lanczos.")
  /// The sum of the eigenvalues.
  public static let trace = MeasureDescription(
    name: "hessianTrace", label: "Tr H",
    meaning:
      "Trace of the Hessian of the training loss: mean of z · H z over 64 vectors z of signs.")
  /// How sure the trace is.
  public static let traceError = MeasureDescription(
    name: "hessianTraceError", label: "error of Tr H",
    meaning: "Standard error of the trace of the Hessian over the vectors of signs.")

  private let plan: Plan<Double>
  private let products: [Node]
  private let pieces: [ParameterPiece]

  /// Plans the products.
  /// - Parameters:
  ///   - graph: The model and its loss.
  ///   - loss: A number.
  ///   - store: The parameters to look around; all of the graph's are looked along.
  ///   - numerics: How products are computed.
  ///   - tier: The processor features to use; the bits do not depend on it.
  public init(
    graph: Graph, loss: Node, store: ParameterStore<Double>, numerics: NumericProfile,
    tier: KernelTier = .chosen
  ) {
    var graph = graph
    pieces = graph.parameters
    let direction = pieces.map { graph.input(Self.input($0), $0.shape) }
    products = graph.hessianVectorProduct(
      of: loss, withRespectTo: graph.parameterNodesInOrder, direction: direction)
    plan = Plan(graph: graph, outputs: products, store: store, numerics: numerics, tier: tier)
  }

  private static func input(_ piece: ParameterPiece) -> String { "along \(piece.name)" }

  /// The length of a direction: the numbers of all parameters.
  public var count: Int { pieces.reduce(0) { $0 + $1.shape.count } }

  /// Sets an input of the graph.
  public func setInput(_ name: String, _ values: [Double]) { plan.setInput(name, values) }

  /// H v, the pieces one after the other in the order of the graph.
  public func product(_ direction: [Double]) -> [Double] {
    precondition(direction.count == count, "a direction has a number for every parameter")
    var start = 0
    for piece in pieces {
      let end = start + piece.shape.count
      plan.setInput(Self.input(piece), Array(direction[start..<end]))
      start = end
    }
    plan.run()
    return products.flatMap { plan.value(of: $0) }
  }

  /// The eigenvalue of the greatest size on the side of the positive ones, by power iteration.
  ///
  /// It ends when |H v - (v · H v) v| is below 1e-3 of |v · H v|, or after 60 products. Where the first
  /// pass ends at a negative eigenvalue μ, a second one iterates on H + |μ| I.
  /// - Parameter seed: The seed index of the first direction.
  /// - Returns: The eigenvalue; NaN where the Hessian is no number.
  public func powerIteration(seed: UInt32) -> Double {
    let first = powerIteration(seed: seed, shift: 0)
    return first < 0 ? powerIteration(seed: seed, shift: -first) : first
  }

  private func powerIteration(seed: UInt32, shift: Double) -> Double {
    var direction = [Double](repeating: 0, count: count)
    RandomStream(seed: seed, purpose: .probes, step: Self.firstStep).fillNormal(&direction)
    Self.normalize(&direction)
    var quotient = 0.0
    for _ in 0..<60 {
      var image = product(direction)
      for index in image.indices { image[index] += shift * direction[index] }
      quotient = Self.dot(direction, image)
      var rest = 0.0
      for index in image.indices {
        let difference = image[index] - quotient * direction[index]
        rest += difference * difference
      }
      guard rest.squareRoot() >= 1e-3 * abs(quotient) else { break }
      direction = image
      Self.normalize(&direction)
    }
    return quotient - shift
  }

  /// Where the random numbers of curvatures are among those of the purpose `probes`.
  private static let firstStep: UInt64 = 0
  private static let signStep: UInt64 = 1

  /// The spectrum as Lanczos sees it, with full orthogonalisation, twice.
  ///
  /// The first direction is normal; the weight of an eigenvalue is the square of its vector's share of
  /// it, and all weights add up to 1. Source: Golub and Van Loan, "Matrix Computations", section
  /// 10.1.
  /// - Parameters:
  ///   - steps: Products with H, 30 for the ends of a spectrum.
  ///   - seed: The seed index of the first direction.
  /// - Returns: Eigenvalues, greatest first, with their weights; fewer than `steps` where the Hessian
  ///   has fewer different ones.
  public func lanczos(steps: Int, seed: UInt32) -> (values: [Double], weights: [Double]) {
    var direction = [Double](repeating: 0, count: count)
    RandomStream(seed: seed, purpose: .probes, step: Self.firstStep).fillNormal(&direction)
    Self.normalize(&direction)
    var basis: [[Double]] = []
    var (diagonal, beside): ([Double], [Double]) = ([], [])
    for _ in 0..<min(steps, count) {
      var image = product(direction)
      basis.append(direction)
      diagonal.append(Self.dot(direction, image))
      for _ in 0..<2 {
        for vector in basis {
          let share = Self.dot(vector, image)
          for index in image.indices { image[index] -= share * vector[index] }
        }
      }
      let length = Self.dot(image, image).squareRoot()
      let size = diagonal.reduce(0) { max($0, abs($1)) }
      // What is left is rounding: the directions so far are closed under H.
      guard length > 1e-10 * size else { break }
      beside.append(length)
      direction = image.map { $0 / length }
    }
    let order = diagonal.count
    var matrix = [Double](repeating: 0, count: order * order)
    for row in 0..<order {
      matrix[row * order + row] = diagonal[row]
      if row + 1 < order {
        matrix[row * order + row + 1] = beside[row]
        matrix[(row + 1) * order + row] = beside[row]
      }
    }
    let spectrum = SymmetricEigenvalues(of: matrix, order: order)
    return (spectrum.values, spectrum.vectors.map { $0[0] * $0[0] })
  }

  /// The trace by Hutchinson: the mean of z · H z over vectors z of random signs.
  /// - Parameters:
  ///   - draws: How many vectors, at least two.
  ///   - seed: The seed index of the signs.
  /// - Returns: The mean and its standard error.
  public func trace(draws: Int, seed: UInt32) -> (mean: Double, error: Double) {
    precondition(draws > 1, "an error needs two draws")
    var uniforms = [Double](repeating: 0, count: draws * count)
    RandomStream(seed: seed, purpose: .probes, step: Self.signStep).fillUniform(&uniforms)
    let values = (0..<draws).map { draw in
      let signs = uniforms[draw * count..<(draw + 1) * count].map { $0 < 0.5 ? -1.0 : 1 }
      return Self.dot(signs, product(signs))
    }
    let mean = values.reduce(0, +) / Double(draws)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / Double(draws * (draws - 1))).squareRoot())
  }

  private static func dot(_ one: [Double], _ other: [Double]) -> Double {
    var sum = 0.0
    for index in one.indices { sum += one[index] * other[index] }
    return sum
  }

  private static func normalize(_ vector: inout [Double]) {
    let length = dot(vector, vector).squareRoot()
    for index in vector.indices { vector[index] /= length }
  }
}
