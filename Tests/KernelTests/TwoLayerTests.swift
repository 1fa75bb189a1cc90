import Protocol
import Testing

@testable import Kernel

/// A two-layer network on a few points, trained by curvature.
struct TwoLayerFixture {
  var samples: Int
  var width: Int
  var activation: Activation

  func trainer<Element: Scalar>(
    _ type: Element.Type, steps: UInt64, loss: StopRule.LossTarget = .none,
    tier: KernelTier = .chosen
  ) -> Trainer<Element> {
    var graph = Graph()
    let x = graph.input("x", Shape(samples, 2))
    let y = graph.input("y", Shape(samples, 1))
    let model = TwoLayerNetwork(
      inputs: 2, width: width, activation: activation, outputScale: 1 / Double(width))
    let output = model.output(of: x, in: &graph)
    let halfError = graph.halfMeanSquaredError(output, y)
    let stage = Stage(
      graph: graph, loss: halfError, output: output,
      optimizer: CappedGradientDescent(), stop: StopRule(loss: loss, limit: .cap(steps)))
    let trainer = Trainer<Element>(stage, numerics: .pinned, tier: tier)
    var draws = Draws(seed: 3)
    trainer.setInput(
      "x", (0..<samples).flatMap { _ in [Element(draws.number(in: -1...1)), 1] })
    trainer.setInput("y", draws.numbers(samples).map { Element($0) })
    for name in ["hidden.weight", "output.weight"] {
      trainer.withParameter(name) { span in
        for index in span.indices { span[index] = Element(draws.number(in: -1...1)) }
      }
    }
    return trainer
  }
}
