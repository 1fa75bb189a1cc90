public import Protocol

/// How far the kernels of a convolution have gathered on one line, as numbers of their cosines.
///
/// A kernel is a vector of its weights and its bias; cosines count by their size, since a kernel and
/// its opposite are one for an odd activation.
public enum KernelDirections {
  /// The mean over pairs.
  public static let meanCosine = MeasureDescription(
    name: "kernelCosine", label: "mean |cos|",
    meaning:
      "Mean of |cos| over all pairs of kernels, with their biases; 1 when all lie on one line.")
  /// The share of pairs on one line.
  public static let alignedShare = MeasureDescription(
    name: "kernelPairs", label: "share of |cos| > 0.95",
    meaning: "Share of the pairs of kernels whose |cos| is more than 0.95.")
  /// Along the direction of theory.
  public static let alignment = MeasureDescription(
    name: "kernelAlignment", label: "alignment",
    meaning:
      "Mean of |cos| between the kernels and the first left singular vector of B, the mean product"
      + " of an image's patches with its target.")
  /// How clearly the data name a direction.
  public static let gap = MeasureDescription(
    name: "dataGap", label: "s₂ / s₁",
    meaning:
      "Second singular value of B over the first, B being the mean product of an image's patches with"
      + " its target; near 0 when the data name one direction clearly.")
  /// How much they have grown.
  public static let growth = MeasureDescription(
    name: "kernelGrowth", label: "|K| / |K₀|",
    meaning: "Length of all kernels together, with their biases, over that at the start.")

  /// A cosine above this is that of one line.
  static let alignedMin = 0.95

  /// The mean of |cos| over pairs; NaN with fewer than two kernels.
  public static func meanCosine(_ kernels: UnitRows) -> Double {
    mean(kernels.cosines.map(\.magnitude))
  }

  /// The share of pairs with |cos| above 0.95; NaN with fewer than two kernels.
  public static func alignedShare(_ kernels: UnitRows) -> Double {
    mean(kernels.cosines.map { $0.magnitude > alignedMin ? 1 : 0 })
  }

  /// The mean of |cos| with a direction of unit length; NaN without kernels.
  public static func alignment(_ kernels: UnitRows, along direction: [Double]) -> Double {
    mean(kernels.cosines(with: direction).map(\.magnitude))
  }

  private static func mean(_ values: [Double]) -> Double {
    values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
  }
}

/// What the data say to small kernels: B = (1/n) Σ patches of i (10 x P) ⊗ targets of i, reshaped to
/// 10 rows.
///
/// Near zero the kernels K and the output weights A obey dK/dt = B A and dA/dt = Bᵀ K, so that the
/// kernels turn to the first left singular vector of B. The tenth entry of a patch is the 1 of the
/// bias. Source: "Understanding the Initial Condensation of Convolutional Neural Networks", arXiv
/// 2305.09947.
public struct PatchTargetProduct: Sendable {
  /// The singular values, greatest first.
  public let singularValues: [Double]
  /// The direction that kernels turn to, of unit length: nine weights and the bias.
  public let direction: [Double]

  /// Puts the matrix of images together and takes it apart.
  /// - Parameters:
  ///   - images: The images.
  ///   - offset: What every patch is lessened by, nine numbers.
  ///   - targets: One row of `classes` numbers an image: the targets, or what is left of them.
  public init(images: LabelledImages, offset: [Double], targets: [Double]) {
    let classes = images.classes
    precondition(targets.count == images.count * classes, "one row of targets an image")
    let positions = (images.extent - 2) * (images.extent - 2)
    var rows = [[Double]](
      repeating: [Double](repeating: 0, count: positions * classes), count: 10)
    for image in 0..<images.count {
      let target = targets[image * classes..<(image + 1) * classes]
      for (position, patch) in images.patches(of: image).enumerated() {
        for tap in 0..<10 {
          let entry = tap < 9 ? patch[tap] - offset[tap] : 1
          for (column, value) in target.enumerated() where value != 0 {
            rows[tap][position * classes + column] += entry * value
          }
        }
      }
    }
    let scale = 1 / Double(images.count)
    let values = SingularValues(ofRows: rows.map { row in row.map { $0 * scale } })
    singularValues = values.values
    direction = values.firstLeft
  }

  /// The second singular value over the first.
  public var gap: Double { singularValues[1] / singularValues[0] }
}
