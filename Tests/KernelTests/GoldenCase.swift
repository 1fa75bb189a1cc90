import Foundation
import Kernel
import Protocol

/// One golden case of a fully connected network: what PyTorch computed, and the same as a graph.
struct GoldenCase {
  /// The cases, by file name.
  static let names = [
    "mlp-relu-mse-sgd", "mlp-tanh-mse-adam-hvp", "mlp-gelu-xent-momentum",
    "mlp-relu-logistic-sgd-nobias",
  ]

  let file: SafetensorsReader
  let configuration: JSONValue
  let model: MLP
  let samples: Int

  init(_ name: String) throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let url = folder.appendingPathComponent("Golden/\(name).safetensors")
    file = try SafetensorsReader([UInt8](Data(contentsOf: url)))
    configuration = try JSONValue(parsing: file.metadata["config"] ?? "")
    let activations: [String: Activation] = ["relu": .relu, "tanh": .tanh, "gelu": .gelu]
    let activation = activations[configuration["act"]?.string ?? ""]
    model = MLP(
      sizes: (configuration["sizes"]?.array ?? []).compactMap(\.integer).map { Int($0) },
      bias: configuration["bias"]?.boolean ?? true, activation: activation ?? .identity)
    samples = file.tensors["data.x"]?.shape.first ?? 0
  }

  /// The graph with its loss and output, on inputs "x" and "y".
  func graph() -> (graph: Graph, loss: Node, output: Node) {
    var graph = Graph()
    let x = graph.input("x", Shape(samples, model.sizes[0]))
    let y = graph.input("y", Shape(samples, model.sizes[model.sizes.count - 1]))
    let output = model.output(of: x, in: &graph)
    let loss =
      switch configuration["loss"]?.string {
      case "mse": graph.meanSquaredError(output, y)
      case "cross_entropy": graph.crossEntropy(output, targets: y)
      case "logistic": graph.logisticLoss(output, y)
      default: preconditionFailure("a loss of the golden cases")
      }
    return (graph, loss, output)
  }

  /// The rule of the case.
  var optimizer: any Optimizer {
    let optimizer = configuration["optimizer"]
    let rate = optimizer?["lr"]?.number ?? .nan
    switch optimizer?["name"]?.string {
    case "sgd":
      return GradientDescent(
        learningRate: rate, momentum: optimizer?["momentum"]?.number ?? 0)
    case "adam":
      return Adam(learningRate: rate, epsilon: optimizer?["eps"]?.number ?? .nan)
    default: preconditionFailure("an optimiser of the golden cases")
    }
  }

  /// A trainer of the case's five steps with its data and initial parameters.
  func trainer<Element: Scalar>(
    _ type: Element.Type, numerics: NumericProfile = .pinned, tier: KernelTier = .chosen
  ) throws -> Trainer<Element> {
    let (graph, loss, output) = graph()
    let stage = Stage(
      graph: graph, loss: loss, output: output, optimizer: optimizer,
      stop: StopRule(limit: .steps(5)))
    let trainer = Trainer<Element>(stage, numerics: numerics, tier: tier)
    trainer.setInput("x", try inputs().map { Element($0) })
    trainer.setInput("y", try targets().map { Element($0) })
    for piece in graph.parameters {
      let values = try file.numbers("init.\(piece.name)")
      trainer.withParameter(piece.name) { span in
        for index in span.indices { span[index] = Element(values[index]) }
      }
    }
    return trainer
  }

  func inputs() throws -> [Double] { try file.numbers("data.x") }

  /// The targets as the loss wants them: class labels as rows with a single one.
  func targets() throws -> [Double] {
    let values = try file.numbers("data.y")
    guard configuration["loss"]?.string == "cross_entropy" else { return values }
    let classes = model.sizes[model.sizes.count - 1]
    return values.flatMap { label in (0..<classes).map { Double($0) == label ? 1.0 : 0 } }
  }

  /// The names of the parameters.
  var parameters: [String] { graph().graph.parameters.map(\.name) }
}

/// The greatest difference of two tensors, relative to the greatest element of the reference.
func worstError<Element: Scalar>(_ values: [Element], _ reference: [Double]) -> Double {
  guard values.count == reference.count else { return .infinity }
  var difference = 0.0
  var scale = 0.0
  for (value, reference) in zip(values, reference) {
    guard value.isFinite else { return .infinity }
    difference = max(difference, abs(Double(value) - reference))
    scale = max(scale, abs(reference))
  }
  return scale > 0 ? difference / scale : difference
}
