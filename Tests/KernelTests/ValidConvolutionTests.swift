import Protocol
import Testing

@testable import Kernel

/// Convolutional networks without padding and pooling, against plain loops.
@Suite struct ValidConvolutionTests {
  static func model(channels: [Int], activation: Activation, offset: Bool) -> ConvolutionalNetwork {
    var model = ConvolutionalNetwork(
      channels: channels, height: 5, width: 6, classes: 3, activation: activation)
    model.padding = .none
    model.pooling = .none
    model.hasHeadBias = false
    model.hasPatchOffset = offset
    return model
  }

  @Test func `every convolution takes a margin off`() {
    let model = Self.model(channels: [4, 2], activation: .relu, offset: false)
    #expect(
      model.parameters.map(\.shape) == [[4, 1, 3, 3], [4], [2, 4, 3, 3], [2], [3, 2 * 1 * 2]])
    #expect(model.inputs(samples: 2).map(\.name) == ["x"])
  }

  @Test(arguments: [(Activation.tanh, false), (.xTanhX, false), (.identity, true)])
  func `outputs are those of windows one by one`(activation: Activation, offset: Bool) {
    let model = Self.model(channels: [4], activation: activation, offset: offset)
    let samples = 3
    var graph = Graph()
    let output = model.output(samples: samples, in: &graph)
    let store = ParameterStore<Double>(graph.parameters)
    let draws = Draws()
    for (index, layout) in model.parameters.enumerated() {
      store.withMutableParameter(layout.name) { span in
        for element in span.indices { span[element] = draws(index, element) }
      }
    }
    let plan = Plan(graph: graph, outputs: [output], store: store, numerics: .pinned)
    let pixels = (0..<(samples * 30)).map { draws(7, $0) }
    let lessened = (0..<9).map { draws(8, $0) }
    plan.setInput("x", pixels)
    if offset { plan.setInput("patchOffset", lessened) }
    plan.run()
    let (kernels, biases) = (store.parameter("conv1.weight"), store.parameter("conv1.bias"))
    let head = store.parameter("fc.weight")
    let values = plan.value(of: output)
    for sample in 0..<samples {
      for label in 0..<3 {
        var sum = 0.0
        for channel in 0..<4 {
          for position in 0..<12 {
            let (row, column) = position.quotientAndRemainder(dividingBy: 4)
            var value = biases[channel]
            for tap in 0..<9 {
              let pixel = pixels[sample * 30 + (row + tap / 3) * 6 + column + tap % 3]
              value += kernels[channel * 9 + tap] * (pixel - (offset ? lessened[tap] : 0))
            }
            switch activation {
            case .tanh: value = tanhOracle(value)
            case .xTanhX: value *= tanhOracle(value)
            default: break
            }
            sum += head[label * 48 + channel * 12 + position] * value
          }
        }
        #expect(abs(values[sample * 3 + label] - sum) < 1e-12)
      }
    }
  }

  private func tanhOracle(_ value: Double) -> Double {
    let double = Elementary.exponential(2 * value)
    return (double - 1) / (double + 1)
  }

  /// Fixed numbers of a few streams.
  private struct Draws {
    func callAsFunction(_ stream: Int, _ index: Int) -> Double {
      var values = [Double](repeating: 0, count: index + 1)
      RandomStream(seed: 2, purpose: .data, step: UInt64(stream)).fillNormal(&values)
      return values[index]
    }
  }
}

/// Values at the parameters of a store, part by part.
@Suite struct EvaluatorTests {
  @Test(arguments: [1, 4, 7, 11])
  func `parts give what one plan for all gives`(samplesAtOnce: Int) {
    let model = MLP(sizes: [3, 8, 2], activation: .tanh)
    let inputs = (0..<33).map { Float($0 % 7) / 7 - 0.3 }
    func values(_ samples: Int) -> [[Float]] {
      var graph = Graph()
      let output = model.output(samples: samples, in: &graph)
      let first = graph.sum(output, over: .columns)
      let store = ParameterStore<Float>(graph.parameters)
      for piece in graph.parameters {
        store.withMutableParameter(piece.name) { span in
          for index in span.indices { span[index] = Float(index % 5) * 0.2 - 0.3 }
        }
      }
      let evaluator = Evaluator(
        graph: graph, nodes: [output, first], samples: samples, store: store, numerics: .pinned)
      return evaluator.values(["x": inputs], samples: 11)
    }
    let (parts, whole) = (values(samplesAtOnce), values(11))
    #expect(parts.map(\.count) == [22, 11])
    for (part, all) in zip(parts.joined(), whole.joined()) { #expect(abs(part - all) < 1e-6) }
  }
}
