import Testing

@testable import Kernel

@Suite struct CondensedGroupTests {
  /// Neurons of these angles in degrees and amplitudes.
  static func neurons(_ entries: [(angle: Double, amplitude: Double)]) -> Neurons {
    Neurons(
      input: entries.flatMap { entry in
        let (sine, cosine) = Elementary.sineAndCosine(turns: entry.angle / 360)
        return [cosine, sine]
      }, output: entries.map(\.amplitude))
  }

  @Test func `neurons within 18 degrees of the greatest are a group`() {
    // cos 18.2° = 0.95.
    let groups = CondensedGroups(
      Self.neurons([(10, 1), (0, 5), (-18, 1), (19, 2), (180, 1)]), areLines: false)
    #expect(groups.count == 3)
    #expect(groups.neuronCount == 5)
    #expect(worst(groups.amplitudes, [7, 2, 1]) < 1e-12)
    #expect(abs(groups.groupsPerNeuron - 0.6) < 1e-15)
  }

  @Test func `opposite neurons are one group of lines`() {
    let groups = CondensedGroups(Self.neurons([(0, 5), (179, 1), (90, 2)]), areLines: true)
    #expect(worst(groups.amplitudes, [6, 2]) < 1e-12)
  }

  @Test func `neurons that hardly matter are left out`() {
    let groups = CondensedGroups(Self.neurons([(0, 5), (90, 0.049), (180, 0.06)]), areLines: false)
    #expect(groups.neuronCount == 2)
    #expect(groups.count == 2)
  }

  @Test func `the share of the greatest three is that of the amplitudes`() {
    let groups = CondensedGroups(
      Self.neurons([(0, 4), (72, 1), (144, 3), (216, 2), (288, 2)]), areLines: false)
    #expect(abs(groups.shareOfGreatestThree - 0.75) < 1e-12)
  }

  @Test func `lines fill their bins twice as densely`() {
    // Angles 3° apart are in different bins of half a turn, and opposite ones in the same.
    let four = Self.neurons([(1, 1), (4, 1), (181, 1), (184, 1)])
    #expect(abs(DirectionNumber.value(four, areLines: true) - 2) < 1e-12)
    #expect(abs(DirectionNumber.value(four) - 2) < 1e-12)
    let opposite = Self.neurons([(1, 1), (181, 1)])
    #expect(abs(DirectionNumber.value(opposite, areLines: true) - 1) < 1e-12)
    #expect(abs(DirectionNumber.value(opposite) - 2) < 1e-12)
  }

  @Test func `roughness compares second differences`() {
    #expect(FunctionShape.roughness([0, 0, 1, 0], target: [0, 0, 0.5, 1]) == 6)
    #expect(FunctionShape.roughness([0, 1, 0], target: [0, 1, 2]).isNaN)
  }

  @Test func `the test error is the mean square`() {
    #expect(FunctionShape.meanSquaredError([1, 2], [0, 4]) == 2.5)
    #expect(FunctionShape.meanSquaredError([], []).isNaN)
  }

  private func worst(_ one: [Double], _ other: [Double]) -> Double {
    one.count == other.count ? zip(one, other).map { abs($0 - $1) }.max() ?? 0 : .infinity
  }
}

/// The functions that few samples are drawn from.
@Suite struct FittedFunctionTests {
  @Test func `two rectifiers are zero between their kinks`() {
    let samples = FittedFunction.twoReLU.samples(count: 8, dimension: 1, isTest: false, seed: 0)
    #expect(samples.points.first == -1 && samples.points.last == 1)
    let third = 1.0 / 3
    let steps = (0..<8).map { 2 * Double($0) / 7 - 1 }
    for (index, x) in steps.enumerated() {
      #expect(abs(samples.points[index] - x) < 1e-15)
      #expect(abs(samples.targets[index] - max(abs(x) - third, 0) / 2) < 1e-15)
    }
  }

  @Test func `two hyperbolic tangents are odd and go from -2 to 2`() {
    let samples = FittedFunction.twoTanh.samples(count: 21, dimension: 1, isTest: false, seed: 0)
    #expect(samples.points[0] == -10 && samples.points[20] == 10)
    // tanh 16 + tanh 4, and tanh 7 - tanh 5 at 1.
    #expect(abs(samples.targets[20] - 1.9993292997390417) < 1e-12)
    #expect(abs(samples.targets[11] - 8.913268134957963e-5) < 1e-15)
    #expect((0..<21).allSatisfy { abs(samples.targets[$0] + samples.targets[20 - $0]) < 1e-15 })
  }

  @Test func `one sample is in the middle`() {
    let samples = FittedFunction.twoTanh.samples(count: 1, dimension: 1, isTest: false, seed: 0)
    #expect(samples.points == [0] && samples.targets == [0])
  }

  @Test func `a sum has normal inputs, others for the test`() {
    let training = FittedFunction.tanhOfSum.samples(
      count: 400, dimension: 4, isTest: false, seed: 1)
    let test = FittedFunction.tanhOfSum.samples(count: 400, dimension: 4, isTest: true, seed: 1)
    #expect(training.points.count == 1600 && training.points != test.points)
    let squares = training.points.reduce(0) { $0 + $1 * $1 } / 1600
    #expect(abs(squares - 1) < 0.15)
    #expect(zip(training.targets, 0..<400).allSatisfy { abs($0.0) < 1 })
    let first = training.input(0).dropLast().reduce(0, +)
    #expect(training.targets[0].sign == first.sign)
  }
}
