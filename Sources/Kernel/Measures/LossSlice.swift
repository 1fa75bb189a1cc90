public import Protocol

/// The loss along random directions from trained parameters, L(α) = R(θ + α d).
///
/// d is normal, and of every layer as long as the layer's parameters are together, so that scaling one
/// layer up and another one down changes nothing. Source: Li, Xu, Taylor, Studer and Goldstein,
/// "Visualizing the Loss Landscape of Neural Nets", NeurIPS 2018, arXiv 1712.09913, with one filter a
/// layer.
public enum LossSlice {
  /// The loss a third of the way.
  public static let nearby = MeasureDescription(
    name: "lossNearby", label: "L(0.3)",
    meaning:
      "Mean training loss at 0.3 of the parameters' length away from them, over 20 random directions"
      + " and their opposites; smaller is flatter.")

  /// The mean of L(α) and L(-α) over directions.
  /// - Parameter losses: What ``losses(graph:loss:store:inputs:at:draws:seed:numerics:tier:)`` gives for
  ///   α and -α.
  /// - Returns: The mean of all.
  public static func mean(_ losses: [[Double]]) -> Double {
    let all = losses.flatMap { $0 }
    return all.isEmpty ? .nan : all.reduce(0, +) / Double(all.count)
  }

  /// Losses along random directions.
  /// - Parameters:
  ///   - graph: The model and its loss.
  ///   - loss: A number.
  ///   - store: The parameters to begin at, which stay as they are.
  ///   - inputs: The inputs of the graph.
  ///   - steps: The values of α.
  ///   - draws: How many directions.
  ///   - seed: The seed index of the directions.
  ///   - numerics: How products are computed.
  ///   - tier: The processor features to use; the bits do not depend on it.
  /// - Returns: For each direction the losses at all α.
  public static func losses(
    graph: Graph, loss: Node, store: ParameterStore<Double>, inputs: [String: [Double]],
    at steps: [Double], draws: Int, seed: UInt32, numerics: NumericProfile,
    tier: KernelTier = .chosen
  ) -> [[Double]] {
    let moved = store.copy()
    let plan = Plan(graph: graph, outputs: [loss], store: moved, numerics: numerics, tier: tier)
    for (name, values) in inputs.sorted(by: { $0.key < $1.key }) { plan.setInput(name, values) }
    let pieces = graph.parameters
    let start = pieces.map { store.parameter($0.name) }
    return (0..<draws).map { draw in
      let direction = direction(pieces, start, draw: draw, of: seed)
      return steps.map { step in
        for (index, piece) in pieces.enumerated() {
          moved.withMutableParameter(piece.name) { span in
            for entry in span.indices {
              span[entry] = start[index][entry] + step * direction[index][entry]
            }
          }
        }
        plan.run()
        return plan.number(loss)
      }
    }
  }

  /// The directions' random numbers begin here among those of the purpose `probes`.
  private static let firstStep: UInt64 = 16

  private static func direction(
    _ pieces: [ParameterPiece], _ start: [[Double]], draw: Int, of seed: UInt32
  ) -> [[Double]] {
    var numbers = [Double](repeating: 0, count: start.reduce(0) { $0 + $1.count })
    RandomStream(seed: seed, purpose: .probes, step: firstStep + UInt64(draw))
      .fillNormal(&numbers)
    var direction: [[Double]] = []
    var position = 0
    for values in start {
      direction.append(Array(numbers[position..<(position + values.count)]))
      position += values.count
    }
    func length(_ vectors: [[Double]], _ layer: [Int]) -> Double {
      layer.reduce(0) { sum, index in vectors[index].reduce(sum) { $0 + $1 * $1 } }.squareRoot()
    }
    for layer in Dictionary(grouping: pieces.indices, by: { pieces[$0].layer }).values {
      let scale = length(start, layer) / length(direction, layer)
      for index in layer { direction[index] = direction[index].map { $0 * scale } }
    }
    return direction
  }
}
