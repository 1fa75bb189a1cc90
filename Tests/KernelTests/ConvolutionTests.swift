import Protocol
import Testing

@testable import Kernel

/// A convolution's sizes.
struct ConvolutionSizes: Sendable, CustomTestStringConvertible {
  let images: Int
  let height: Int
  let width: Int
  let inputs: Int
  let outputs: Int

  var size: ImageSize { ImageSize(height: height, width: width) }
  var testDescription: String { "\(images) of \(height) x \(width), \(inputs) to \(outputs)" }

  static let all = [
    ConvolutionSizes(images: 1, height: 1, width: 1, inputs: 1, outputs: 1),
    ConvolutionSizes(images: 3, height: 2, width: 5, inputs: 1, outputs: 32),
    ConvolutionSizes(images: 2, height: 5, width: 14, inputs: 3, outputs: 16),
    ConvolutionSizes(images: 1, height: 9, width: 29, inputs: 16, outputs: 48),
    ConvolutionSizes(images: 2, height: 6, width: 28, inputs: 32, outputs: 33),
    ConvolutionSizes(images: 1, height: 3, width: 131, inputs: 5, outputs: 7),
  ]
}

/// The convolution and its weight's derivative against plain loops that add in the order that is
/// promised: the bits are equal.
@Suite struct ConvolutionTests {
  @Test(arguments: ConvolutionSizes.all)
  func `a convolution has the bits of plain loops in single precision`(sizes: ConvolutionSizes) {
    let loops = ConvolutionLoops<Float>(sizes)
    #expect(loops.planned().output == loops.output())
  }

  @Test(arguments: ConvolutionSizes.all)
  func `a convolution has the bits of plain loops in double precision`(sizes: ConvolutionSizes) {
    let loops = ConvolutionLoops<Double>(sizes)
    #expect(loops.planned().output == loops.output())
  }

  @Test(arguments: ConvolutionSizes.all)
  func `the derivative by the weight has the bits of plain loops in single precision`(
    sizes: ConvolutionSizes
  ) {
    let loops = ConvolutionLoops<Float>(sizes)
    #expect(loops.planned().weights == loops.weights())
  }

  @Test(arguments: ConvolutionSizes.all)
  func `the derivative by the weight has the bits of plain loops in double precision`(
    sizes: ConvolutionSizes
  ) {
    let loops = ConvolutionLoops<Double>(sizes)
    #expect(loops.planned().weights == loops.weights())
  }

  @Test func `a weight comes back from PyTorch's order`() {
    let values = Array(0..<(2 * 3 * 9))
    let rows = ConvolutionWeight.rows(fromChannelsFirst: values, channels: 3)
    // Output 1, row tap 2, column tap 0, channel 1: ((1 3 + 2) 3 + 0) 3 + 1 and ((1 3 + 1) 3 + 2) 3.
    #expect(rows[46] == 42)
    #expect(ConvolutionWeight.channelsFirst(fromRows: rows, channels: 3) == values)
  }

  @Test(arguments: [Activation.relu, .tanh])
  func `a derivative joined to a convolution has the bits of two passes`(activation: Activation) {
    var graph = Graph()
    let size = ImageSize(height: 5, width: 6)
    let x = graph.input("x", size.shape(3))
    let first = graph.input("first", Shape(17, 27))
    let second = graph.input("second", Shape(4, 9 * 17))
    let hidden = graph.convolution(x, weight: first, height: 5, width: 6, activation: activation)
    let pooled = graph.maxPool2x2(
      graph.convolution(hidden, weight: second, height: 5, width: 6, activation: .relu), height: 5,
      width: 6)
    let gradient = graph.gradient(of: graph.square(pooled), withRespectTo: [x])[0]
    func value(_ outputs: [Node]) -> [Float] {
      let plan = Plan<Float>(
        graph: graph, outputs: outputs, store: ParameterStore([]), numerics: .pinned)
      var draws = Draws(seed: 5)
      for (name, node) in [("x", x), ("first", first), ("second", second)] {
        plan.setInput(name, draws.numbers(node.shape.count).map { Float($0) })
      }
      plan.run()
      return plan.value(of: gradient)
    }
    let inner = graph.records.map(\.output)
    #expect(value([gradient]) == value([gradient] + inner))
  }
}

/// Images, weights and cotangents of a convolution, and what plain loops make of them.
struct ConvolutionLoops<Element: Scalar> {
  let sizes: ConvolutionSizes
  let images: [Element]
  let weight: [Element]
  let bias: [Element]
  let cotangents: [Element]

  init(_ sizes: ConvolutionSizes) {
    self.sizes = sizes
    var draws = Draws(seed: 3)
    let positions = sizes.images * sizes.size.positions
    images = draws.numbers(positions * sizes.inputs).map { Element($0) }
    weight = draws.numbers(9 * sizes.inputs * sizes.outputs).map { Element($0) }
    bias = draws.numbers(sizes.outputs).map { Element($0) }
    cotangents = draws.numbers(positions * sizes.outputs).map { Element($0) }
  }

  /// What the plan computes.
  func planned() -> (output: [Element], weights: [Element]) {
    var graph = Graph()
    let (inputs, outputs) = (sizes.inputs, sizes.outputs)
    let positions = sizes.size.positions
    let x = graph.input("x", Shape(stack: sizes.images, rows: positions, columns: inputs))
    let w = graph.input("w", Shape(outputs, 9 * inputs))
    let b = graph.input("b", Shape(1, outputs))
    let g = graph.input("g", Shape(stack: sizes.images, rows: positions, columns: outputs))
    let output = graph.convolution(
      x, weight: w, bias: b, height: sizes.height, width: sizes.width, activation: .relu)
    let weights = graph.convolutionWeights(x, g, size: sizes.size)
    let plan = Plan<Element>(
      graph: graph, outputs: [output, weights], store: ParameterStore([]), numerics: .pinned)
    plan.setInput("x", images)
    plan.setInput("w", weight)
    plan.setInput("b", bias)
    plan.setInput("g", cotangents)
    plan.run()
    return (plan.value(of: output), plan.value(of: weights))
  }

  /// The rectified convolution, tap by tap and channel by channel.
  func output() -> [Element] {
    var result: [Element] = []
    for image in 0..<sizes.images {
      for y in 0..<sizes.height {
        for x in 0..<sizes.width {
          for output in 0..<sizes.outputs {
            var sum: Element = 0
            for k in 0..<(9 * sizes.inputs) {
              sum.addProduct(under(k, image, y, x), weight[output * 9 * sizes.inputs + k])
            }
            result.append(max(sum + bias[output], 0))
          }
        }
      }
    }
    return result
  }

  /// The derivative by the weight, band by band.
  func weights() -> [Element] {
    let depth = 9 * sizes.inputs
    let bandRows = max(1, 128 / sizes.width)
    var result = Array(repeating: Element(0), count: sizes.outputs * depth)
    for image in 0..<sizes.images {
      for start in stride(from: 0, to: sizes.height, by: bandRows) {
        let rows = start..<min(start + bandRows, sizes.height)
        for output in 0..<sizes.outputs {
          for k in 0..<depth {
            var sum: Element = 0
            for y in rows {
              for x in 0..<sizes.width {
                let place = (image * sizes.height + y) * sizes.width + x
                sum.addProduct(under(k, image, y, x), cotangents[place * sizes.outputs + output])
              }
            }
            result[output * depth + k] += sum
          }
        }
      }
    }
    return result
  }

  /// The image's element under tap and channel `k` of a position, zero outside.
  private func under(_ k: Int, _ image: Int, _ y: Int, _ x: Int) -> Element {
    let (tap, channel) = k.quotientAndRemainder(dividingBy: sizes.inputs)
    let (row, column) = (y + tap / 3 - 1, x + tap % 3 - 1)
    guard (0..<sizes.height).contains(row), (0..<sizes.width).contains(column) else { return 0 }
    return images[((image * sizes.height + row) * sizes.width + column) * sizes.inputs + channel]
  }
}
