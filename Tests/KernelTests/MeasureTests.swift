import Kernel
import Protocol
import Testing

@Suite struct MeasureTests {
  @Test func `the relative change of a known step`() {
    #expect(RelativeChange.value(start: [3.0, 4], end: [3, 9]) == 1)
    #expect(RelativeChange.value(start: [Float(3), 4], end: [3, 4]) == 0)
  }

  @Test func `the relative change of two tensors adds squares`() {
    let together =
      RelativeChange.squares(start: [3.0], end: [6])
      + RelativeChange.squares(start: [4.0], end: [8])
    #expect(together.change == 25)
    #expect(together.start == 25)
    #expect(together.relativeChange == 1)
  }

  @Test func `weights that begin and stay at zero have no relative change`() {
    #expect(RelativeChange.value(start: [0.0], end: [0]).isNaN)
    #expect(RelativeChange.value(start: [0.0], end: [1]) == .infinity)
  }

  @Test func `amplitudes are products of the weights' sizes`() {
    let neurons = Neurons(input: [3.0, 4, 0, 0, 0, 2], output: [2.0, 7, -0.5])
    // The second neuron has no direction and is left out.
    #expect(neurons.amplitudes == [10, 1])
    #expect(neurons.directions == [0.6, 0.8, 0, 1])
  }

  @Test func `neurons on one ray are one direction`() {
    let neurons = Neurons(input: [1.0, 1, 2, 2, 5, 5], output: [1.0, -3, 0.1])
    #expect(abs(DirectionNumber.value(neurons) - 1) < 1e-15)
  }

  @Test func `two bins of equal amplitude are two directions`() {
    let neurons = Neurons(input: [1.0, 0.1, 0.1, -1], output: [2.0, -2])
    #expect(abs(DirectionNumber.value(neurons) - 2) < 1e-14)
  }

  @Test func `unequal shares count by their entropy`() {
    // Shares ¾ and ¼: exp(-(¾ ln ¾ + ¼ ln ¼)) = 4 / 3^¾.
    let neurons = Neurons(input: [1.0, 0, -1, 0.5], output: [3.0, (0.8).squareRoot()])
    let expected = 4 / Elementary.power(3, 0.75)
    #expect(abs(DirectionNumber.value(neurons) - expected) < 1e-14)
  }

  @Test func `one neuron in every bin is sixty directions`() {
    var input: [Double] = []
    for bin in 0..<60 {
      let angle = Elementary.sineAndCosine(turns: (Double(bin) + 0.5) / 60 - 0.5)
      input += [angle.cosine, angle.sine]
    }
    let neurons = Neurons(input: input, output: [Double](repeating: 1, count: 60))
    #expect(abs(DirectionNumber.value(neurons) - 60) < 1e-11)
  }

  @Test func `the angles on the cut of the circle share a bin with the first`() {
    let neurons = Neurons(input: [-1.0, 0, -1, -0.05], output: [1.0, 1])
    #expect(abs(DirectionNumber.value(neurons) - 1) < 1e-15)
  }

  @Test func `neurons without amplitude have no direction number`() {
    #expect(DirectionNumber.value(Neurons(input: [1.0, 0], output: [0.0])).isNaN)
  }

  @Test func `alignment weighs the cosines by amplitude`() {
    // Cosines 1, 0 and -0.6 with amplitudes 1, 2 and 5: (1 + 0 + 3) / 8.
    let neurons = Neurons(input: [1.0, 0, 0, 1, -3, 4], output: [1.0, 2, 1])
    #expect(abs(Alignment.value(neurons, along: [1, 0]) - 0.5) < 1e-15)
  }

  @Test func `the mean cosine of known pairs`() {
    // Pairs: |cos 90°| = 0, |cos 45°| twice = 0.7071.
    let neurons = Neurons(input: [1.0, 0, 0, -1, 1, 1], output: [1.0, 1, 1])
    let expected = (0.5.squareRoot() * 2) / 3
    #expect(abs(MeanAbsoluteCosine.value(neurons) - expected) < 1e-15)
  }

  @Test func `neurons on one line have mean cosine one`() {
    let neurons = Neurons(
      input: [1.0, 2, -2, -4, 0.5, 1, 3, 6, -1, -2], output: [1.0, 1, -1, 1, 1])
    #expect(abs(MeanAbsoluteCosine.value(neurons) - 1) < 1e-15)
  }

  @Test func `inactive neurons are no pairs`() {
    let neurons = Neurons(input: [1.0, 0, 2, 0, 0, 1], output: [1.0, 1, 0.0199])
    #expect(abs(MeanAbsoluteCosine.value(neurons) - 1) < 1e-15)
  }

  @Test func `the mean cosine of random directions in six dimensions is a third`() {
    let weights = TwoLayerWeights.draw(
      width: 500, inputs: 6, inputDeviation: 1, outputDeviation: 1, antisymmetric: false, seed: 0)
    let value = MeanAbsoluteCosine.value(Neurons(input: weights.input, output: weights.output))
    // E|cos| = Γ(3) / (√π Γ(3.5)) = 0.33953; a pair deviates by 0.24, 500 neurons by about 0.002.
    #expect(abs(value - 0.33953) < 0.005)
  }

  @Test func `one neuron makes no pair`() {
    #expect(MeanAbsoluteCosine.value(Neurons(input: [1.0, 0], output: [1.0])).isNaN)
  }

  @Test func `registered measures have names of their own`() {
    let names = MeasureRegistry.all.map(\.name)
    #expect(Set(names).count == names.count)
  }
}
