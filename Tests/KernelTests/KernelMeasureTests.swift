import Testing

@testable import Kernel

@Suite struct KernelMeasureTests {
  @Test func `orthogonal rows have their number as effective rank`() {
    let rows = (0..<4).map { row in (0..<6).map { $0 == row ? 1.0 : 0 } }
    #expect(abs(EffectiveRank.value(rows) - 4) < 1e-12)
  }

  @Test func `rows on one line have an effective rank of one`() {
    #expect(abs(EffectiveRank.value([[1, 2, 2], [-2, -4, -4], [0.5, 1, 1]]) - 1) < 1e-6)
    #expect(EffectiveRank.value([]).isNaN && EffectiveRank.value([[0, 0]]).isNaN)
  }

  @Test func `the effective rank follows the squares of the singular values`() {
    // Squares 9 and 1: entropy of 0.9 and 0.1.
    let expected = Elementary.exponential(
      -0.9 * Elementary.logarithm(0.9) - 0.1 * Elementary.logarithm(0.1))
    #expect(abs(EffectiveRank.value([[3, 0], [0, 1]]) - expected) < 1e-12)
  }

  @Test func `cosines count by their size over all pairs`() {
    let kernels = UnitRows([[1, 0], [-2, 0], [0, 3], [0, 0]])
    #expect(kernels.count == 3)
    #expect(abs(KernelDirections.meanCosine(kernels) - 1.0 / 3) < 1e-15)
    #expect(abs(KernelDirections.alignedShare(kernels) - 1.0 / 3) < 1e-15)
    #expect(abs(KernelDirections.alignment(kernels, along: [0.6, 0.8]) - 2.0 / 3) < 1e-15)
    #expect(KernelDirections.meanCosine(UnitRows([[1, 0]])).isNaN)
  }

  @Test func `growth is the ratio of lengths of all tensors together`() {
    let growth = RelativeChange.growth([([3, 0], [0, 6]), ([4], [8])])
    #expect(growth == 2)
  }

  @Test func `equal patches with one target name the patch as direction`() {
    // All pixels of an image are equal, so every patch is (v, ..., v, 1) and B has rank one.
    let images = LabelledImages(
      pixels: Array(repeating: 0.5, count: 16) + Array(repeating: 0.5, count: 16), labels: [0, 1],
      classes: 2, extent: 4)
    let zero = Array(repeating: 0.0, count: 9)
    let product = PatchTargetProduct(images: images, offset: zero, targets: images.oneHotLabels)
    #expect(product.gap < 1e-7)
    let norm = (9 * 0.25 + 1).squareRoot()
    let direction = UnitRows([product.direction])
    let expected = Array(repeating: 0.5 / norm, count: 9) + [1 / norm]
    #expect(abs(KernelDirections.alignment(direction, along: expected) - 1) < 1e-12)
    // (1/n)² |patch|² |targets|² = ¼ · 3.25 · (2 classes · 4 positions).
    #expect(abs(product.singularValues[0] - (3.25 * 8 / 4).squareRoot()) < 1e-12)
  }

  @Test func `patches that are nothing but the offset leave the bias alone`() {
    let images = LabelledImages(
      pixels: Array(repeating: 0.5, count: 32), labels: [0, 1], classes: 2, extent: 4)
    let product = PatchTargetProduct(
      images: images, offset: images.meanPatch, targets: images.oneHotLabels)
    #expect(product.direction.dropLast().allSatisfy { $0 == 0 })
    #expect(abs(product.direction[9]) == 1)
  }

  @Test func `accuracy counts the greatest output, the first of equal ones`() {
    let outputs: [Float] = [1, 2, 0, 5, 5, 1, 0, 0, 1, .nan, 0, 3]
    #expect(Accuracy.value(outputs: outputs, labels: [1, 0, 2, 2]) == 0.75)
    #expect(Accuracy.value(outputs: outputs, labels: [1, 1, 2, 0]) == 0.5)
    #expect(Accuracy.value(outputs: [Float](), labels: []).isNaN)
  }

  @Test func `the score of attention is that of the head that has most`() {
    // Two samples, two heads, two tokens: head 1 looks from 1 to 0 with 0.9 and 0.7.
    let weights: [Double] =
      [1, 0, 0.2, 0.8] + [1, 0, 0.9, 0.1] + [1, 0, 0.4, 0.6] + [1, 0, 0.7, 0.3]
    let score = AttentionScores.value(
      weights: weights, heads: 2, tokens: 2, places: [(from: 1, to: 0), (from: 1, to: 0)])
    #expect(abs(score - 0.8) < 1e-15)
  }

  @Test func `the mean loss is that of all samples`() {
    #expect(MeanLoss.value([1, 2, 6] as [Float]) == 3)
    #expect(MeanLoss.value([Float]()).isNaN)
  }
}
