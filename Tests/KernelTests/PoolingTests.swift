import Protocol
import Testing

@testable import Kernel

/// Pooling, the order of flattened images, and sums over groups, by hand.
@Suite struct PoolingTests {
  /// One image of three by five positions and one channel: the last row and column are in no window.
  private static let image: [Double] = [
    1, 7, 2, 2, 9,
    7, 3, 2, 1, 9,
    9, 9, 9, 9, 9,
  ]

  private func values(
    _ input: [Double], _ shape: Shape, _ build: (inout Graph, Node) -> [Node]
  ) -> [[Double]] {
    var graph = Graph()
    let x = graph.input("x", shape)
    let outputs = build(&graph, x)
    let plan = Plan<Double>(
      graph: graph, outputs: outputs, store: ParameterStore([]), numerics: .pinned)
    plan.setInput("x", input)
    plan.run()
    return outputs.map { plan.value(of: $0) }
  }

  @Test func `the maximum and the mean of a window are those of its four positions`() {
    let result = values(Self.image, Shape(15, 1)) { graph, x in
      [
        graph.maxPool2x2(x, height: 3, width: 5), graph.meanPool2x2(x, height: 3, width: 5),
      ]
    }
    #expect(result == [[7, 2], [4.5, 1.75]])
  }

  @Test func `the derivative of a maximum goes to the first of equal values`() {
    let result = values(Self.image, Shape(15, 1)) { graph, x in
      graph.gradient(of: graph.maxPool2x2(x, height: 3, width: 5), withRespectTo: [x])
    }
    #expect(result == [[0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]])
  }

  @Test func `the derivative of a mean is a quarter in every window`() {
    let result = values(Self.image, Shape(15, 1)) { graph, x in
      graph.gradient(of: graph.meanPool2x2(x, height: 3, width: 5), withRespectTo: [x])
    }
    let (q, z) = (0.25, 0.0)
    #expect(result == [[q, q, q, q, z, q, q, q, q, z, z, z, z, z, z]])
  }

  @Test func `a window with a NaN has a NaN for its maximum`() {
    for place in 0..<4 {
      var window = [1.0, 2, 3, 4]
      window[place] = .nan
      let result = values(window, Shape(4, 1)) { graph, x in
        [graph.maxPool2x2(x, height: 2, width: 2)]
      }
      #expect(result[0][0].isNaN)
    }
  }

  @Test func `images become rows in the order channel, row, column`() {
    let images = Shape(stack: 2, rows: 3, columns: 2)
    let result = values((0..<12).map { Double($0) }, images) { graph, x in
      let rows = graph.imageRows(x)
      return [rows, graph.images(fromRows: rows, positions: 3)]
    }
    #expect(result[0] == [0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11])
    #expect(result[1] == (0..<12).map { Double($0) })
  }

  @Test func `a sum over groups adds neighbouring rows and columns`() {
    let result = values((0..<12).map { Double($0) }, Shape(2, 6)) { graph, x in
      [graph.sumGroups(x, rows: 2, columns: 3, scale: 0.5)]
    }
    #expect(result == [[12, 21]])
  }

  @Test(arguments: [1, 5, 16, 19])
  func `a patch layer is the sum of its filters' responses`(filters: Int) {
    let (samples, patches, size, classes) = (3, 4, 5, 2)
    var graph = Graph()
    let x = graph.input("x", Shape(samples * patches, size))
    let w = graph.input("w", Shape(classes * filters, size))
    let layer = graph.patchLayer(
      x, filters: w, patchesPerSample: patches, classes: classes, activation: .relu)
    let plan = Plan<Double>(
      graph: graph, outputs: [layer], store: ParameterStore([]), numerics: .pinned)
    var draws = Draws(seed: 7)
    let values = draws.numbers(samples * patches * size)
    let weights = draws.numbers(classes * filters * size)
    plan.setInput("x", values)
    plan.setInput("w", weights)
    plan.run()
    var expected: [Double] = []
    for sample in 0..<samples {
      for kind in 0..<classes {
        var sum = 0.0
        for patch in 0..<patches {
          for filter in 0..<filters {
            var response = 0.0
            for k in 0..<size {
              response +=
                values[(sample * patches + patch) * size + k]
                * weights[(kind * filters + filter) * size + k]
            }
            sum += max(response, 0)
          }
        }
        expected.append(sum / Double(filters))
      }
    }
    #expect(worstDifference(plan.value(of: layer), expected) < 1e-14)
  }
}
