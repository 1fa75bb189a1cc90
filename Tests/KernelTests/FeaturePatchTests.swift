import Testing

@testable import Kernel

/// The samples of label granularity and their labels.
@Suite struct FeaturePatchTests {
  /// Samples without noise, so that every number is a feature's amplitude or nothing.
  static func samples(
    _ pool: FeaturePatchGenerator.Pool = .pretraining, count: Int = 400, hardShare: Double = 0.5,
    change: (inout FeaturePatchGenerator) -> Void = { _ in }
  ) -> FeaturePatches {
    var generator = FeaturePatchGenerator()
    generator.dimension = 12
    generator.patches = 5
    generator.subtypes = 3
    generator.noise = 0
    change(&generator)
    return generator.samples(count: count, pool: pool, hardShare: hardShare, seed: 3)
  }

  /// The axes of a sample that are not zero, with their patch and amplitude.
  static func features(
    _ samples: FeaturePatches, _ sample: Int
  ) -> [(patch: Int, axis: Int, value: Float)] {
    let width = samples.values.count / samples.count
    return (0..<width).compactMap { index in
      let value = samples.values[sample * width + index]
      return value == 0 ? nil : (index / 12, index % 12, value)
    }
  }

  @Test func `a sample bears the feature of its class and that of its sub-class`() {
    let samples = Self.samples(hardShare: 0)
    for sample in 0..<samples.count {
      let features = Self.features(samples, sample).sorted { $0.axis < $1.axis }
      #expect(
        features.map(\.axis)
          == [samples.classes[sample], 2 + samples.classes[sample] * 3 + samples.subtypes[sample]])
      #expect(features.allSatisfy { (0.8...1.2).contains($0.value) })
      #expect(features[0].patch != features[1].patch)
      #expect(!samples.areHard[sample])
    }
  }

  @Test func `a hard sample bears a weak feature of the other class`() {
    let samples = Self.samples(hardShare: 1) { $0.wrongAmplitude = 0.2...0.3 }
    for sample in 0..<samples.count {
      let features = Self.features(samples, sample).sorted { $0.axis < $1.axis }
      #expect(
        features.map(\.axis)
          == [
            1 - samples.classes[sample],
            2 + samples.classes[sample] * 3 + samples.subtypes[sample],
          ])
      #expect((0.2...0.3).contains(features[0].value))
      #expect((0.8...1.2).contains(features[1].value))
      #expect(samples.areHard[sample])
    }
  }

  @Test func `classes, sub-classes and places all occur, and hard samples by their share`() {
    let samples = Self.samples(count: 4000, hardShare: 0.25)
    #expect(Set(samples.classes) == [0, 1])
    #expect(Set(samples.subtypes) == [0, 1, 2])
    let places = (0..<500).flatMap { Self.features(samples, $0).map(\.patch) }
    #expect(Set(places) == Set(0..<5))
    let hard = samples.areHard.filter { $0 }.count
    // Four deviations of a binomial around 1000.
    #expect(abs(hard - 1000) < 110)
  }

  @Test func `features of several patches have each of them once`() {
    let samples = Self.samples(hardShare: 0) { $0.patchesPerFeature = 2 }
    for sample in 0..<samples.count {
      let features = Self.features(samples, sample)
      #expect(Set(features.map(\.patch)).count == 4)
      #expect(features.filter { $0.axis < 2 }.count == 2)
    }
  }

  @Test func `noise is normal with its deviation`() {
    let samples = Self.samples(count: 2000) { $0.noise = 0.1 }
    // Axes that no feature has.
    let noise = samples.values.indices.filter { $0 % 12 > 7 }.map { Double(samples.values[$0]) }
    let mean = noise.reduce(0, +) / Double(noise.count)
    let variance = noise.reduce(0) { $0 + $1 * $1 } / Double(noise.count)
    #expect(abs(mean) < 2e-3)
    #expect(abs(variance - 0.01) < 5e-4)
  }

  @Test func `one more patch of hard samples can be noisy`() {
    let samples = Self.samples { $0.hardPatchNoise = 2 }
    for sample in 0..<samples.count {
      let patches = Dictionary(grouping: Self.features(samples, sample), by: \.patch)
      let noisy = patches.values.filter { $0.count == 12 }.count
      #expect(noisy == (samples.areHard[sample] ? 1 : 0))
      #expect(patches.count == (samples.areHard[sample] ? 3 : 2))
    }
  }

  @Test(arguments: FeaturePatchGenerator.Pool.allCases)
  func `a small set is the beginning of a large one`(pool: FeaturePatchGenerator.Pool) {
    let small = Self.samples(pool, count: 30) { $0.noise = 0.1 }
    let large = Self.samples(pool, count: 100) { $0.noise = 0.1 }
    #expect(small.values == Array(large.values.prefix(small.values.count)))
    #expect(small.classes == Array(large.classes.prefix(30)))
    #expect(small.subtypes == Array(large.subtypes.prefix(30)))
  }

  @Test func `pools are drawn independently`() {
    let pools = FeaturePatchGenerator.Pool.allCases.map { Self.samples($0).classes }
    #expect(Set(pools).count == 4)
  }

  /// Samples with every class and sub-class of four, many times.
  static let typed = Self.samples(count: 2000) {
    $0.dimension = 12
    $0.subtypes = 4
  }

  @Test(arguments: [
    (1, [0, 0, 0, 0]), (2, [0, 0, 1, 1]), (4, [0, 1, 2, 3]),
  ])
  func `coarse labels join neighbouring sub-classes`(granularity: Int, expected: [Int]) {
    let hierarchy = LabelHierarchy(granularity: granularity, subtypes: 4)
    let labels = hierarchy.labels(of: Self.typed, seed: 3)
    for sample in labels.indices {
      #expect(
        labels[sample]
          == Self.typed.classes[sample] * granularity + expected[Self.typed.subtypes[sample]])
    }
  }

  @Test func `fine labels split every sub-class at random`() {
    let labels = LabelHierarchy(granularity: 12, subtypes: 4).labels(of: Self.typed, seed: 3)
    for sample in labels.indices {
      #expect(labels[sample] / 12 == Self.typed.classes[sample])
      #expect(labels[sample] % 12 / 3 == Self.typed.subtypes[sample])
    }
    #expect(Set(labels) == Set(0..<24))
  }

  @Test func `noise leaves the class as it is`() {
    var hierarchy = LabelHierarchy(granularity: 4, subtypes: 4)
    let clean = hierarchy.labels(of: Self.typed, seed: 3)
    hierarchy.noise = 0.5
    let noisy = hierarchy.labels(of: Self.typed, seed: 3)
    #expect(zip(clean, noisy).allSatisfy { $0 / 4 == $1 / 4 })
    let changed = zip(clean, noisy).filter { $0 != $1 }.count
    // Half of them are drawn again, of which a quarter is as before.
    #expect(abs(changed - 750) < 90)
  }

  @Test func `random labels say nothing of the class`() {
    let labels = LabelHierarchy(granularity: 4, subtypes: 4, kind: .random)
      .labels(of: Self.typed, seed: 3)
    #expect(Set(labels) == Set(0..<8))
    let right = zip(labels, Self.typed.classes).filter { $0 / 4 == $1 }.count
    #expect(abs(right - 1000) < 90)
  }

  @Test func `membership has a row of ones a class`() {
    #expect(
      LabelHierarchy(granularity: 2, subtypes: 4).membership == [1, 1, 0, 0, 0, 0, 1, 1])
  }
}
