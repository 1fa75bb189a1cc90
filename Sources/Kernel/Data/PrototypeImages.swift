/// Noisy copies of random prototypes: images for which no file is needed.
public enum PrototypeImages {
  /// Rows of an image, and its columns.
  static let extent = 8
  /// How many prototypes there are, each the middle of a class.
  static let classes = 10

  /// Images clip(0.8 prototype + noise, 0, 1), the prototypes' pixels being uniform in [0, 1].
  ///
  /// Image i is of class i mod 10. Prototypes are tensor 0 of the purpose `data`, noise is tensor 1.
  /// - Parameters:
  ///   - count: How many images.
  ///   - noise: The standard deviation of the noise of a pixel.
  ///   - seed: The seed index of prototypes and noise.
  /// - Returns: The images with the numbers of their prototypes.
  public static func draw(count: Int, noise: Double, seed: UInt32) -> LabelledImages {
    let size = extent * extent
    var prototypes = [Double](repeating: 0, count: classes * size)
    RandomStream(seed: seed, purpose: .data, step: 0).fillUniform(&prototypes)
    var pixels = [Double](repeating: 0, count: count * size)
    RandomStream(seed: seed, purpose: .data, step: 1).fillNormal(&pixels)
    for image in 0..<count {
      for pixel in 0..<size {
        let middle = 0.8 * prototypes[image % classes * size + pixel]
        pixels[image * size + pixel] = min(max(middle + noise * pixels[image * size + pixel], 0), 1)
      }
    }
    return LabelledImages(
      pixels: pixels, labels: (0..<count).map { $0 % classes }, classes: classes, extent: extent)
  }
}
