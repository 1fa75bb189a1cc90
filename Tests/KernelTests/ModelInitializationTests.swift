import Protocol
import Testing

@testable import Kernel

/// Laws of single tensors.
@Suite struct TensorInitializationTests {
  private let fans = TensorFans(fanIn: 16, fanOut: 9)

  private func entries(
    _ law: TensorInitialization, _ shape: Shape = Shape(200, 500), step: UInt64 = 0
  ) -> [Double] {
    law.entries(
      shape, fans: fans, from: RandomStream(seed: 3, purpose: .initialization, step: step))
  }

  private func moments(_ values: [Double]) -> (mean: Double, variance: Double) {
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    return (mean, variance)
  }

  @Test func `normal entries are the stream's numbers times the deviation`() {
    var normal = [Double](repeating: 0, count: 7)
    RandomStream(seed: 3, purpose: .initialization, step: 1).fillNormal(&normal)
    #expect(entries(.normal(.number(0.25)), Shape(1, 7), step: 1) == normal.map { $0 * 0.25 })
  }

  @Test func `one index of a stream is one of its normal numbers`() {
    let stream = RandomStream(seed: 3, purpose: .data, step: 8)
    var normal = [Double](repeating: 0, count: 5)
    stream.fillNormal(&normal)
    #expect((0..<5).map { stream.normal(index: $0) } == normal)
  }

  /// Of 10^5 entries the mean's deviation is 0.003 of one entry's, the variance's at most 0.005 of
  /// the variance: five times that is allowed.
  @Test(arguments: [
    (TensorInitialization.normal(.number(2)), 4.0), (.uniform(.number(2)), 4.0 / 3),
    // 1 - 2 b phi(b) / (2 Phi(b) - 1), phi(2) = 0.0539909665, Phi(2) = 0.9772498681.
    (.truncatedNormal(.number(2), bound: 2), 4 * 0.7737413),
    // phi(0.5) = 0.3520653268, Phi(0.5) = 0.6914624613.
    (.truncatedNormal(.number(2), bound: 0.5), 4 * 0.0805887),
  ])
  func `entries have their law's moments`(law: TensorInitialization, variance: Double) {
    let found = moments(entries(law))
    #expect(abs(found.mean) < 0.015 * variance.squareRoot())
    #expect(abs(found.variance / variance - 1) < 0.025)
  }

  @Test(arguments: [0.1, 0.5, 2, 3])
  func `truncated entries stay within their bounds and reach towards them`(bound: Double) {
    let values = entries(.truncatedNormal(.number(4), bound: bound), Shape(50, 100))
    let greatest = values.map(abs).max() ?? 0
    #expect(greatest <= 4 * bound)
    #expect(greatest > 4 * bound * 0.95)
  }

  @Test func `truncated entries within the bounds are those of the normal law`() {
    let (normal, truncated) = (
      entries(.normal(.number(1))), entries(.truncatedNormal(.number(1), bound: 2))
    )
    let changed = zip(normal, truncated).filter { $0 != $1 }
    #expect(changed.allSatisfy { abs($0.0) > 2 })
    #expect(changed.count == normal.filter { abs($0) > 2 }.count)
  }

  @Test func `uniform entries lie between minus and plus the scale`() {
    let values = entries(.uniform(.number(0.5)))
    #expect(values.allSatisfy { abs($0) < 0.5 })
    #expect((values.max() ?? 0) > 0.499 && (values.min() ?? 0) < -0.499)
  }

  @Test(arguments: [(1, 1), (5, 5), (23, 7), (7, 23), (64, 64), (1, 9)])
  func `an orthogonal matrix has orthonormal columns or rows`(rows: Int, columns: Int) {
    let values = entries(.orthogonal(gain: .number(3)), Shape(rows, columns))
    let (count, length) = rows < columns ? (rows, columns) : (columns, rows)
    func entry(_ vector: Int, _ place: Int) -> Double {
      values[rows < columns ? vector * columns + place : place * columns + vector]
    }
    var products: [Double] = []
    for a in 0..<count {
      for b in 0..<count {
        products.append((0..<length).reduce(0) { $0 + entry(a, $1) * entry(b, $1) } / 9)
      }
    }
    let identity = (0..<(count * count)).map { $0 % (count + 1) == 0 ? 1.0 : 0 }
    #expect(worstDifference(products, identity) < 1e-14)
  }

  @Test func `the first column of an orthogonal matrix has the direction of its draws`() {
    let shape = Shape(4, 2)
    let (normal, orthogonal) = (
      entries(.normal(.number(1)), shape), entries(.orthogonal(gain: .number(1)), shape)
    )
    let norm = stride(from: 0, to: 8, by: 2).reduce(0) { $0 + normal[$1] * normal[$1] }
    let expected = stride(from: 0, to: 8, by: 2).map { normal[$0] / norm.squareRoot() }
    let found = stride(from: 0, to: 8, by: 2).map { orthogonal[$0] }
    #expect(worstDifference(found, expected) < 1e-15)
  }

  @Test(arguments: [
    (InitializationScale.number(0.02), 0.02), (.power(of: .fanIn, -0.5), 0.25),
    (.power(of: .fanOut, 0.5), 3.0), (.power(of: .fans, -0.5, factor: 10), 2.0),
    (.power(of: .number(100), -1, factor: 3), 0.03),
  ])
  func `a scale is a factor times a power`(scale: InitializationScale, value: Double) {
    #expect(abs(scale.value(fans) / value - 1) < 1e-14)
  }

  @Test(arguments: [
    (TensorInitialization.normal(.number(1)), TensorInitialization.normal(.number(0.125))),
    (.uniform(.number(1)), .uniform(.number(0.125))),
    (.truncatedNormal(.number(1), bound: 2), .truncatedNormal(.number(0.125), bound: 2)),
    (.orthogonal(gain: .number(1)), .orthogonal(gain: .number(0.125))),
  ])
  func `every scale multiplies the same numbers`(
    whole: TensorInitialization, eighth: TensorInitialization
  ) {
    let shape = Shape(6, 11)
    #expect(entries(eighth, shape) == entries(whole, shape).map { $0 * 0.125 })
  }
}

/// Laws of all pieces of a model.
@Suite struct ModelInitializationTests {
  private var transformer: Transformer {
    Transformer(vocabulary: 7, tokens: 4, width: 6, hidden: 5, heads: 1, keyWidth: 3, layers: 2)
  }

  private func values(
    _ initialization: ModelInitialization, _ model: any Model, seed: UInt32 = 1
  ) throws -> [String: [Double]] {
    var result: [String: [Double]] = [:]
    for (layout, values) in try initialization.values(of: model, seed: seed) {
      result[layout.name] = values
    }
    return result
  }

  @Test(arguments: [
    ("blocks.0.qkv.weight", ParameterRole.weight), ("blocks.0.qkv.bias", .bias),
    ("tok.weight", .embedding), ("pos.weight", .position),
    ("blocks.1.ln2.weight", .normalizationWeight),
    ("lnf.bias", .normalizationBias), ("blocks.1.fixed.alpha", .factor), ("A", .weight),
    ("conv1.weight", .weight),
  ])
  func `a name tells the role`(name: String, role: ParameterRole) {
    #expect(ParameterRole(of: name) == role)
  }

  @Test func `the longest name counts before the role`() {
    var initialization = ModelInitialization(weights: .constant(1))
    initialization.pieces = [
      "weight": .constant(2), "proj.weight": .constant(3), "blocks.1.proj.weight": .constant(4),
    ]
    let names = ["blocks.0.qkv.weight", "blocks.0.proj.weight", "blocks.1.proj.weight", "x.bias"]
    #expect(
      names.map { initialization.law(of: $0) }
        == [.constant(2), .constant(3), .constant(4), .constant(0)])
  }

  @Test func `constants are what they are and the rest is drawn by its fan-in`() throws {
    let initialization = ModelInitialization(weights: .normal(.power(of: .fanIn, -1)))
    let values = try values(initialization, transformer)
    #expect(values["blocks.0.ln1.weight"] == Array(repeating: 1, count: 6))
    #expect(values["blocks.1.ff1.bias"] == Array(repeating: 0, count: 5))
    var normal = [Double](repeating: 0, count: 30)
    // Before it: tok, pos, qkv, proj, ff1.
    RandomStream(seed: 1, purpose: .initialization, step: 5).fillNormal(&normal)
    #expect(
      worstDifference(values["blocks.0.ff2.weight"] ?? [], normal.map { $0 / 5 }) < 1e-15)
  }

  @Test func `models that differ in constants are drawn alike`() throws {
    let initialization = ModelInitialization(weights: .normal(.power(of: .fanIn, -0.8)))
    var other = transformer
    (other.normalization, other.biases) = (.before, [.head])
    let (first, second) = (
      try values(initialization, transformer), try values(initialization, other)
    )
    for name in ["tok.weight", "blocks.1.ff2.weight", "head.weight"] {
      #expect(first[name] == second[name], "\(name)")
    }
  }

  @Test func `a bias may be drawn by the fan-in of its layer`() throws {
    let values = try values(.frameworkDefault, MLP(sizes: [100, 4000, 1], activation: .relu))
    let bias = values["layers.0.bias"] ?? []
    #expect(bias.allSatisfy { abs($0) < 0.1 } && (bias.max() ?? 0) > 0.099)
  }

  @Test func `fans of a convolution count its taps`() {
    let model = ConvolutionalNetwork(
      channels: [4, 8], height: 4, width: 4, classes: 3, activation: .relu)
    let layouts = model.parameters
    let fans = layouts.filter { $0.name.hasPrefix("conv2") }.map {
      ModelInitialization.fans(of: $0, among: layouts)
    }
    #expect(fans == Array(repeating: TensorFans(fanIn: 36, fanOut: 72), count: 2))
  }

  @Test func `a doubled network is zero at the start and its half that of a narrow one`() throws {
    var initialization = ModelInitialization(
      weights: .normal(.number(1)), biases: .normal(.number(0.5)))
    let narrow = try values(initialization, MLP(sizes: [3, 5, 4, 2], activation: .tanh))
    initialization.isAntisymmetric = true
    let model = MLP(sizes: [3, 5, 8, 2], activation: .tanh)
    let doubled = try values(initialization, model)
    #expect(doubled["layers.0.weight"] == narrow["layers.0.weight"])
    let (inner, bias) = (narrow["layers.1.weight"] ?? [], narrow["layers.1.bias"] ?? [])
    #expect(doubled["layers.1.weight"] == inner + inner && doubled["layers.1.bias"] == bias + bias)
    #expect(doubled["layers.2.bias"] == [0, 0])
    let fixture = ModelFixture(model, loss: .meanSquaredError)
    for (name, values) in doubled { fixture.set(name, values) }
    #expect(fixture.output().allSatisfy { abs($0) < 1e-14 })
    #expect(fixture.gradient("layers.2.weight").contains { abs($0) > 1e-3 })
  }

  @Test func `a doubled network is scaled by its whole width`() throws {
    var initialization = ModelInitialization(weights: .normal(.power(of: .fanIn, -0.5)))
    initialization.isAntisymmetric = true
    let values = try values(initialization, MLP(sizes: [1, 8, 1], bias: false, activation: .tanh))
    var normal = [Double](repeating: 0, count: 4)
    RandomStream(seed: 1, purpose: .initialization, step: 1).fillNormal(&normal)
    let expected = normal.map { $0 / 8.0.squareRoot() }
    #expect(
      worstDifference(values["layers.1.weight"] ?? [], expected + expected.map { -$0 }) < 1e-15)
  }

  @Test func `a tensor that was read lies as the kernel has it`() throws {
    let model = ConvolutionalNetwork(
      channels: [2], height: 2, width: 2, classes: 1, activation: .relu)
    var initialization = ModelInitialization(weights: .constant(0))
    let numbers = (0..<2).map { Double($0) }
    initialization.take([NamedTensor(name: "fc.weight", shape: [1, 2], values: numbers)])
    let values = try values(initialization, model)
    #expect(values["fc.weight"] == numbers)
  }

  @Test func `a tensor of another shape is refused`() throws {
    var initialization = ModelInitialization(weights: .constant(0))
    initialization.take([NamedTensor(name: "tok.weight", shape: [2], values: [1, 2])])
    let error = #expect(throws: KernelError.self) {
      _ = try initialization.values(of: transformer, seed: 0)
    }
    #expect(error?.kind == .initial)
    #expect(error?.message.contains("tok.weight") == true)
  }

  @Test func `named pieces alone are drawn again and as before`() throws {
    let model = MLP(sizes: [3, 4, 2], activation: .relu)
    let store = ParameterStore<Float>(
      ModelProblem(model: model, loss: .crossEntropy, samples: 1).graph.parameters)
    let initialization = ModelInitialization(weights: .normal(.number(1)))
    try initialization.draw(model, into: store, seed: 1)
    let (first, head) = (store.parameter("layers.0.weight"), store.parameter("layers.1.weight"))
    try initialization.draw(model, into: store, seed: 2, only: ["layers.1.weight"])
    #expect(store.parameter("layers.0.weight") == first)
    #expect(store.parameter("layers.1.weight") != head)
    let expected = try values(initialization, model, seed: 2)["layers.1.weight"] ?? []
    #expect(store.parameter("layers.1.weight") == expected.map { Float($0) })
  }
}
