/// Square images of one channel with a class each.
public struct LabelledImages: Equatable, Sendable {
  /// The pixels, image by image and row by row.
  public var pixels: [Double]
  /// The class of each image, from 0.
  public var labels: [Int]
  /// How many classes there are.
  public var classes: Int
  /// Rows of an image, and its columns.
  public var extent: Int

  /// Puts images together.
  public init(pixels: [Double], labels: [Int], classes: Int, extent: Int) {
    precondition(
      pixels.count == labels.count * extent * extent, "every image has extent x extent pixels")
    precondition(labels.allSatisfy { (0..<classes).contains($0) }, "every label is a class")
    self.pixels = pixels
    self.labels = labels
    self.classes = classes
    self.extent = extent
  }

  /// The number of images.
  public var count: Int { labels.count }

  /// One row an image: 1 in the column of its class, 0 elsewhere.
  public var oneHotLabels: [Double] {
    labels.flatMap { label in (0..<classes).map { $0 == label ? 1.0 : 0 } }
  }

  /// The windows of three by three pixels of one image, row by row of positions: each window's nine
  /// pixels row by row.
  public func patches(of image: Int) -> [[Double]] {
    let start = image * extent * extent
    return (0..<(extent - 2)).flatMap { row in
      (0..<(extent - 2)).map { column in
        (0..<9).map { tap in
          pixels[start + (row + tap / 3) * extent + column + tap % 3]
        }
      }
    }
  }

  /// The mean of all windows of three by three pixels.
  public var meanPatch: [Double] {
    var sum = [Double](repeating: 0, count: 9)
    var windows = 0
    for image in 0..<count {
      for patch in patches(of: image) {
        for tap in 0..<9 { sum[tap] += patch[tap] }
        windows += 1
      }
    }
    return sum.map { $0 / Double(windows) }
  }
}
