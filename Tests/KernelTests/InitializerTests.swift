import Kernel
import Testing

@Suite struct InitializerTests {
  static func weights(
    width: Int, antisymmetric: Bool = false, seed: UInt32 = 0
  ) -> TwoLayerWeights {
    TwoLayerWeights.draw(
      width: width, inputs: 3, inputDeviation: 2, outputDeviation: 0.5,
      antisymmetric: antisymmetric, seed: seed)
  }

  @Test func `input and output weights take different tensors of the stream`() {
    let weights = InitializerTests.weights(width: 4)
    var normal = [Double](repeating: 0, count: 4)
    RandomStream(seed: 0, purpose: .initialization, step: 1).fillNormal(&normal)
    #expect(weights.output == normal.map { $0 * 0.5 })
    #expect(weights.input.count == 12)
    #expect(weights.input.prefix(4).map { $0 / 4 } != weights.output)
  }

  @Test func `a narrow network is the beginning of a wide one`() {
    let narrow = InitializerTests.weights(width: 4)
    let wide = InitializerTests.weights(width: 10)
    #expect(Array(wide.input.prefix(12)) == narrow.input)
    #expect(Array(wide.output.prefix(4)) == narrow.output)
  }

  @Test func `antisymmetric doubling adds the copies with the opposite output weight`() {
    let half = TwoLayerWeights(input: [1, 2, 3, 4], output: [5, -6])
    #expect(
      half.antisymmetricallyDoubled()
        == TwoLayerWeights(input: [1, 2, 3, 4, 1, 2, 3, 4], output: [5, -6, -5, 6]))
  }

  @Test func `an antisymmetric network is drawn from half as many neurons`() {
    let doubled = InitializerTests.weights(width: 8, antisymmetric: true)
    #expect(doubled == InitializerTests.weights(width: 4).antisymmetricallyDoubled())
  }

  @Test func `another seed draws other weights`() {
    #expect(InitializerTests.weights(width: 4, seed: 1) != InitializerTests.weights(width: 4))
  }

  @Test func `an odd width cannot be antisymmetric`() async {
    await #expect(processExitsWith: .failure) {
      _ = InitializerTests.weights(width: 3, antisymmetric: true)
    }
  }

  @Test func `the four points carry the constant one`() {
    let samples = LinePoints.fourPoints.samples
    #expect(samples.inputs == [-1, 1, -1.0 / 3, 1, 1.0 / 3, 1, 1, 1])
    #expect(samples.targets == [0.6, -0.3, 0.1, 0.8])
    #expect(samples.inputCount == 2)
  }

  @Test func `the notebook's target is flat inside and rises outside`() {
    let targets = LinePoints.book.samples.targets
    let expected = [0.2 * 2 / 3, 0, 0, 0.2 * 2 / 3]
    #expect(zip(targets, expected).allSatisfy { abs($0 - $1) < 1e-15 })
  }

  @Test func `the script's points are three`() {
    #expect(LinePoints.threePoints.samples.targets == [-0.5, 0, 1])
    #expect(LinePoints.threePoints.samples.inputs == [-0.5, 1, 0, 1, 0.5, 1])
  }

  @Test func `sine samples follow their formula`() {
    let samples = SineSamples.sineOfSum(count: 4, dimension: 2, phase: 0.5, offset: 0.3, seed: 1)
    var draws = [Double](repeating: 0, count: 8)
    RandomStream(seed: 1, purpose: .data, step: 0).fillUniform(&draws)
    let first = (-1 + 2 * draws[0], -1 + 2 * draws[1])
    #expect(Array(samples.inputs.prefix(3)) == [first.0, first.1, 1])
    let target = Elementary.sine(first.0 + first.1 + 0.5) + 0.3
    #expect(abs(samples.targets[0] - target) < 1e-15)
  }

  @Test func `the notebook's sine samples follow their formula`() {
    let samples = SineSamples.sumOfSines(count: 3, dimension: 2, seed: 2)
    let (x, y) = (samples.inputs[0], samples.inputs[1])
    #expect(samples.inputs.allSatisfy { $0 >= -4 && $0 <= 2 })
    let target = 3.5 * (Elementary.sine(5 * x + 1) + Elementary.sine(5 * y + 1))
    #expect(abs(samples.targets[0] - target) < 1e-14)
  }

  @Test func `the theory direction weighs inputs by their targets`() {
    let samples = RegressionSamples(points: [[1, 0], [0, 2]], targets: [3, 0.5])
    // Σ y (x, 1) = (3, 1, 3.5), of length √22.25.
    let direction = samples.targetWeightedDirection
    let expected = [3, 1, 3.5].map { $0 / 22.25.squareRoot() }
    #expect(zip(direction, expected).allSatisfy { abs($0 - $1) < 1e-15 })
  }
}
