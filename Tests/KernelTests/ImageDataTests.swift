import Testing

@testable import Kernel

@Suite struct ImageDataTests {
  static let digits = DigitImages.first(DigitImages.countMax)

  @Test func `digits have the pixels of the file`() {
    let pixels = Self.digits.pixels.map { Int($0 * 16) }
    #expect(pixels.count == 200 * 64)
    #expect(pixels.reduce(0, +) == 62_230)
    #expect(Array(pixels.prefix(16)) == [0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0])
    #expect(Array(pixels[(199 * 64)..<(199 * 64 + 8)]) == [0, 0, 6, 15, 5, 0, 0, 0])
  }

  @Test func `digits have the labels of the file`() {
    let counts = (0..<10).map { digit in Self.digits.labels.filter { $0 == digit }.count }
    #expect(counts == [21, 19, 20, 21, 19, 20, 21, 20, 19, 20])
    #expect(Self.digits.labels.last == 9)
  }

  @Test func `fewer digits are the first ones`() {
    let few = DigitImages.first(7)
    #expect(few.labels == Array(0...6))
    #expect(few.pixels == Array(Self.digits.pixels.prefix(7 * 64)))
  }

  @Test func `prototypes' images differ from each other by noise alone`() {
    let clean = PrototypeImages.draw(count: 30, noise: 0, seed: 7)
    #expect(clean.labels == (0..<30).map { $0 % 10 })
    #expect(Array(clean.pixels.prefix(640)) == Array(clean.pixels.suffix(640)))
    #expect(clean.pixels.allSatisfy { (0...0.8).contains($0) })
    let noisy = PrototypeImages.draw(count: 500, noise: 0.15, seed: 7)
    let clean500 = PrototypeImages.draw(count: 500, noise: 0, seed: 7)
    let inside = noisy.pixels.indices.filter { (0.3...0.5).contains(clean500.pixels[$0]) }
    let squares = inside.reduce(0.0) {
      let difference = noisy.pixels[$1] - clean500.pixels[$1]
      return $0 + difference * difference
    }
    let deviation = (squares / Double(inside.count)).squareRoot()
    #expect(abs(deviation - 0.15) < 0.005)
    #expect(noisy.pixels.allSatisfy { (0...1).contains($0) })
    #expect(PrototypeImages.draw(count: 10, noise: 0, seed: 8).pixels != clean.pixels)
  }

  @Test func `patches are the windows of an image, row by row`() {
    let images = LabelledImages(
      pixels: (0..<32).map(Double.init), labels: [0, 1], classes: 2, extent: 4)
    #expect(
      images.patches(of: 1) == [
        [16, 17, 18, 20, 21, 22, 24, 25, 26], [17, 18, 19, 21, 22, 23, 25, 26, 27],
        [20, 21, 22, 24, 25, 26, 28, 29, 30], [21, 22, 23, 25, 26, 27, 29, 30, 31],
      ])
    #expect(
      images.meanPatch == [10.5, 11.5, 12.5, 14.5, 15.5, 16.5, 18.5, 19.5, 20.5])
    #expect(images.oneHotLabels == [1, 0, 0, 1])
  }
}
