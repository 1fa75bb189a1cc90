/// Images of handwritten digits, 8 x 8 pixels from 0 to 1.
public enum DigitImages {
  /// How many there are.
  public static let countMax = 200

  /// The first images of the set.
  ///
  /// Pixels are multiples of 1/16. Source: Alpaydin and Kaynak, "Optical Recognition of Handwritten
  /// Digits", UCI Machine Learning Repository, 1998.
  /// - Parameter count: How many, at most ``countMax``.
  /// - Returns: The images with their digits.
  public static func first(_ count: Int) -> LabelledImages {
    precondition((1...countMax).contains(count), "\(count) of \(countMax) images")
    let lines = DigitPixels.lines.utf8.split(separator: UInt8(ascii: "\n")).prefix(count)
    return LabelledImages(
      pixels: lines.flatMap { line in
        line.dropFirst(2).map { Double($0 - UInt8(ascii: "a")) / 16 }
      },
      labels: lines.map { Int($0[$0.startIndex] - UInt8(ascii: "0")) }, classes: 10, extent: 8)
  }
}
