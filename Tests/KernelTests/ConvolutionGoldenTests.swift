import Foundation
import Kernel
import Protocol
import Testing

/// The golden cases with convolutions and patches against PyTorch in double precision.
///
/// Bounds: gradients in single precision 2e-6, in double precision 1e-11; losses and parameters after
/// five steps 1e-5 and 1e-11.
@Suite struct ConvolutionGoldenTests {
  static let names = ["cnn-relu-xent-momentum", "patchconv-relu-xent-sgd"]

  @Test(arguments: names)
  func `gradients in single precision are PyTorch's`(name: String) throws {
    try expectGradients(Float.self, name, bound: 2e-6)
  }

  @Test(arguments: names)
  func `gradients in double precision are PyTorch's`(name: String) throws {
    try expectGradients(Double.self, name, bound: 1e-11)
  }

  @Test(arguments: names)
  func `five steps in single precision are PyTorch's`(name: String) throws {
    try expectSteps(Float.self, name, bound: 1e-5)
  }

  @Test(arguments: names)
  func `five steps in double precision are PyTorch's`(name: String) throws {
    try expectSteps(Double.self, name, bound: 1e-11)
  }

  @Test(arguments: names, KernelTier.available)
  func `five steps have the same bits in all tiers`(name: String, tier: KernelTier) throws {
    let golden = try ConvolutionGoldenCase(name)
    let plain = try golden.trainer(Float.self, tier: .plain)
    let other = try golden.trainer(Float.self, tier: tier)
    #expect(plain.train() == other.train())
    for parameter in golden.parameters {
      #expect(plain.parameter(parameter) == other.parameter(parameter))
    }
  }

  private func expectGradients<Element: Scalar>(
    _ type: Element.Type, _ name: String, bound: Double
  ) throws {
    let golden = try ConvolutionGoldenCase(name)
    let trainer = try golden.trainer(type)
    trainer.evaluate()
    #expect(worstError(trainer.output, try golden.file.numbers("out64")) < bound)
    for parameter in golden.parameters {
      let reference = try golden.numbers("grad64", of: parameter)
      #expect(worstError(trainer.store.gradient(parameter), reference) < bound, "\(parameter)")
    }
  }

  private func expectSteps<Element: Scalar>(
    _ type: Element.Type, _ name: String, bound: Double
  ) throws {
    let golden = try ConvolutionGoldenCase(name)
    let trainer = try golden.trainer(type)
    var losses: [Double] = []
    let ending = trainer.train { losses.append($0.loss) }
    #expect(ending.stop == .steps && ending.steps == 5)
    #expect(worstError(losses, try golden.file.numbers("losses64")) < bound)
    for parameter in golden.parameters {
      let reference = try golden.numbers("param64", of: parameter)
      #expect(worstError(trainer.parameter(parameter), reference) < bound, "\(parameter)")
    }
  }
}

/// A golden case of a network with convolutions or with a layer over patches.
struct ConvolutionGoldenCase {
  let file: SafetensorsReader
  let configuration: JSONValue
  private let isImages: Bool

  init(_ name: String) throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let url = folder.appendingPathComponent("Golden/\(name).safetensors")
    file = try SafetensorsReader([UInt8](Data(contentsOf: url)))
    configuration = try JSONValue(parsing: file.metadata["config"] ?? "")
    isImages = configuration["model"]?.string == "cnn"
  }

  private func whole(_ name: String) -> Int { Int(configuration[name]?.integer ?? 0) }

  private var channels: [Int] {
    (configuration["channels"]?.array ?? []).compactMap(\.integer).map { Int($0) }
  }

  /// The graph with its loss and output, on inputs "x" and "y".
  func graph() -> (graph: Graph, loss: Node, output: Node) {
    var graph = Graph()
    let output = isImages ? images(&graph) : patches(&graph)
    let y = graph.input("y", Shape(whole("n"), whole("classes")))
    let loss = graph.crossEntropy(output, targets: y)
    return (graph, loss, output)
  }

  private func images(_ graph: inout Graph) -> Node {
    let (height, width) = (whole("H"), whole("W"))
    var value = graph.input("x", Shape(stack: whole("n"), rows: height * width, columns: 1))
    for (layer, outputs) in channels.enumerated() {
      let name = "conv\(layer + 1)"
      let weight = graph.parameter("\(name).weight", Shape(outputs, 9 * value.shape.columns))
      let bias = graph.parameter("\(name).bias", Shape(1, outputs))
      value = graph.convolution(
        value, weight: weight, bias: bias, height: height, width: width, activation: .relu)
    }
    let rows = graph.imageRows(graph.maxPool2x2(value, height: height, width: width))
    let weight = graph.parameter("fc.weight", Shape(whole("classes"), rows.shape.columns))
    let bias = graph.parameter("fc.bias", Shape(1, whole("classes")))
    return graph.linear(rows, weight: weight, bias: bias)
  }

  private func patches(_ graph: inout Graph) -> Node {
    let x = graph.input("x", Shape(whole("n") * whole("P"), whole("d")))
    let filters = graph.parameter(
      "filters.weight", Shape(whole("classes") * whole("m"), whole("d")))
    return graph.patchLayer(
      x, filters: filters, patchesPerSample: whole("P"), classes: whole("classes"),
      activation: .relu)
  }

  /// The names of the parameters.
  var parameters: [String] { graph().graph.parameters.map(\.name) }

  /// A tensor of a parameter, in our order.
  func numbers(_ kind: String, of parameter: String) throws -> [Double] {
    let values = try file.numbers("\(kind).\(parameter)")
    switch parameter {
    case "conv1.weight": return ConvolutionWeight.rows(fromChannelsFirst: values, channels: 1)
    case "conv2.weight":
      return ConvolutionWeight.rows(fromChannelsFirst: values, channels: channels[0])
    default: return values
    }
  }

  /// A trainer of the case's five steps with its data and initial parameters.
  func trainer<Element: Scalar>(
    _ type: Element.Type, tier: KernelTier = .chosen
  ) throws -> Trainer<Element> {
    let (graph, loss, output) = graph()
    let optimizer = configuration["optimizer"]
    let stage = Stage(
      graph: graph, loss: loss, output: output,
      optimizer: GradientDescent(
        learningRate: optimizer?["lr"]?.number ?? .nan,
        momentum: optimizer?["momentum"]?.number ?? 0),
      stop: StopRule(limit: .steps(5)))
    let trainer = Trainer<Element>(stage, numerics: .pinned, tier: tier)
    trainer.setInput("x", try file.numbers("data.x").map { Element($0) })
    let labels = try file.numbers("data.y")
    trainer.setInput(
      "y",
      labels.flatMap { label in
        (0..<whole("classes")).map { Double($0) == label ? Element(1) : 0 }
      })
    for name in parameters {
      let values = try numbers("init", of: name)
      trainer.withParameter(name) { span in
        for index in span.indices { span[index] = Element(values[index]) }
      }
    }
    return trainer
  }
}
