public import Protocol

/// Computes values at the parameters of a store for any number of samples, a fixed number at a time.
///
/// What a training's own plan does not give: outputs for samples that are not trained on, the whole
/// training set of a training in batches, weights of attention. It has a plan of its own over the
/// same parameters and changes nothing.
///
/// ```swift
/// let evaluator = Evaluator(
///   graph: graph, nodes: [logits], samples: 100, store: trainer.store, numerics: .pinned)
/// let values = evaluator.values(["x": tokens], samples: 500)
/// ```
public final class Evaluator<Element: Scalar> {
  private let plan: Plan<Element>
  private let nodes: [Node]
  private let samplesAtOnce: Int

  /// Plans a graph.
  /// - Parameters:
  ///   - graph: A graph for a batch of `samples`.
  ///   - nodes: Whose values are wanted; the elements of a sample are neighbours in each.
  ///   - samples: How many samples the graph is for.
  ///   - store: The parameters.
  ///   - numerics: How products are computed.
  ///   - tier: The processor features to use; the bits do not depend on it.
  public init(
    graph: Graph, nodes: [Node], samples: Int, store: ParameterStore<Element>,
    numerics: NumericProfile, tier: KernelTier = .chosen
  ) {
    precondition(
      samples > 0 && nodes.allSatisfy { $0.shape.count.isMultiple(of: samples) },
      "every node has as many elements for each of \(samples) samples")
    plan = Plan(graph: graph, outputs: nodes, store: store, numerics: numerics, tier: tier)
    self.nodes = nodes
    samplesAtOnce = samples
  }

  /// Sets an input that is the same for all samples.
  public func setShared(_ name: String, _ values: [Element]) { plan.setInput(name, values) }

  /// Computes the nodes for samples.
  /// - Parameters:
  ///   - inputs: For each input the elements of all samples, sample by sample.
  ///   - samples: How many samples, at least one.
  /// - Returns: For each node the elements of all samples, sample by sample.
  public func values(_ inputs: [String: [Element]], samples: Int) -> [[Element]] {
    precondition(
      samples > 0 && inputs.values.allSatisfy { $0.count.isMultiple(of: samples) },
      "every input has as many elements for each of \(samples) samples")
    var results = [[Element]](repeating: [], count: nodes.count)
    for first in stride(from: 0, to: samples, by: samplesAtOnce) {
      let count = min(samplesAtOnce, samples - first)
      for (name, values) in inputs.sorted(by: { $0.key < $1.key }) {
        let width = values.count / samples
        var part = Array(values[first * width..<(first + count) * width])
        // The last part is filled up with its last sample, whose further results are dropped.
        let last = Array(part.suffix(width))
        for _ in count..<max(samplesAtOnce, count) { part.append(contentsOf: last) }
        plan.setInput(name, part)
      }
      plan.run()
      for (index, node) in nodes.enumerated() {
        let width = node.shape.count / samplesAtOnce
        plan.withValue(of: node) { span in
          for element in 0..<(count * width) { results[index].append(span[element]) }
        }
      }
    }
    return results
  }
}
