/// Samples made of patches, one class feature and one sub-class feature among noise.
public struct FeaturePatches: Equatable, Sendable {
  /// The numbers of all patches: sample by sample, patch by patch.
  public var values: [Float] = []
  /// The class of each sample, 0 or 1.
  public var classes: [Int] = []
  /// The sub-class of each sample within its class, from 0.
  public var subtypes: [Int] = []
  /// Whether the class feature of each sample is replaced by a weak one of the other class.
  public var areHard: [Bool] = []

  /// The number of samples.
  public var count: Int { classes.count }
}

/// Draws samples of two classes with k sub-classes each.
///
/// A sample of class y and sub-class c has P patches of d numbers, noise N(0, σ²) in all of them. In
/// an easy sample s patches at random places bear the common feature a v_y, a uniform in 0.8...1.2;
/// in a hard one these bear a† v_(1-y) instead, a weak feature of the wrong class. Other s patches
/// bear the rare feature a v_(y,c). Features are axes: v_y the axis y, v_(y,c) the axis 2 + y k + c.
/// Sample i takes the indices from i (3 + P + 2 s) of one stream, and for its noise from i P d of
/// another: a small set is the beginning of a large one, and sets of other noise or amplitudes are
/// drawn alike. Source: after "Towards Understanding the Effect of Pretraining Label Granularity",
/// arXiv 2303.16887; the ranges of amplitudes are ours.
public struct FeaturePatchGenerator: Hashable, Sendable {
  /// Independent sets of samples.
  public enum Pool: UInt64, Hashable, Sendable, CaseIterable {
    /// What is trained on first.
    case pretraining = 0
    /// What is trained on afterwards.
    case transfer = 1
    /// A test of easy samples.
    case easyTest = 2
    /// A test of hard samples.
    case hardTest = 3
  }

  /// d, the numbers of a patch.
  public var dimension = 64
  /// P, the patches of a sample.
  public var patches = 8
  /// s, the patches that bear each feature.
  public var patchesPerFeature = 1
  /// k, the sub-classes of a class.
  public var subtypes = 8
  /// σ, the standard deviation of the noise.
  public var noise = 0.1
  /// The standard deviation of the noise in one further patch of hard samples; 0 for none.
  public var hardPatchNoise = 0.0
  /// a†, the range of the wrong feature's amplitude.
  public var wrongAmplitude = 0.1...0.5

  /// A generator with the default sizes.
  public init() {}

  /// The patches of a hard sample that differ from mere noise.
  public var patchesUsed: Int { 2 * patchesPerFeature + (hardPatchNoise > 0 ? 1 : 0) }

  /// The range of a feature's amplitude.
  static let amplitude = 0.8...1.2

  /// Draws samples.
  /// - Parameters:
  ///   - count: How many.
  ///   - pool: Of which set.
  ///   - hardShare: With which probability a sample is hard.
  ///   - seed: The seed index of the purpose `data`.
  /// - Returns: The samples.
  public func samples(
    count: Int, pool: Pool, hardShare: Double, seed: UInt32
  ) -> FeaturePatches {
    precondition(
      2 + 2 * subtypes <= dimension && patchesUsed <= patches,
      "there is an axis for every feature and a patch for each of its copies")
    let stride = 3 + patches + 2 * patchesPerFeature
    var draws = [Double](repeating: 0, count: count * stride)
    RandomStream(seed: seed, purpose: .data, step: 2 * pool.rawValue).fillUniform(&draws)
    var normals = [Double](repeating: 0, count: count * patches * dimension)
    RandomStream(seed: seed, purpose: .data, step: 2 * pool.rawValue + 1).fillNormal(&normals)
    var result = FeaturePatches()
    result.values.reserveCapacity(normals.count)
    for sample in 0..<count {
      let own = draws[sample * stride..<(sample + 1) * stride]
      let first = own.startIndex
      let label = Self.pick(own[first], of: 2)
      let subtype = Self.pick(own[first + 1], of: subtypes)
      let isHard = own[first + 2] < hardShare
      let places = Self.permutation(own[(first + 3)..<(first + 3 + patches)])
      let start = sample * patches * dimension
      var numbers = normals[start..<(start + patches * dimension)].map { $0 * noise }
      if isHard && hardPatchNoise > 0 {
        let patch = places[2 * patchesPerFeature] * dimension
        for entry in patch..<(patch + dimension) {
          numbers[entry] = normals[start + entry] * hardPatchNoise
        }
      }
      for (copy, uniform) in own[(first + 3 + patches)...].enumerated() {
        let isCommon = copy < patchesPerFeature
        let range = isCommon && isHard ? wrongAmplitude : Self.amplitude
        let axis =
          isCommon ? (isHard ? 1 - label : label) : 2 + label * subtypes + subtype
        numbers[places[copy] * dimension + axis] +=
          range.lowerBound + (range.upperBound - range.lowerBound) * uniform
      }
      result.values.append(contentsOf: numbers.map { Float($0) })
      result.classes.append(label)
      result.subtypes.append(subtype)
      result.areHard.append(isHard)
    }
    return result
  }

  /// An order of as many places as there are numbers, after Fisher and Yates.
  private static func permutation(_ uniforms: ArraySlice<Double>) -> [Int] {
    var places = Array(0..<uniforms.count)
    for index in places.indices.reversed().dropLast() {
      places.swapAt(index, pick(uniforms[uniforms.startIndex + index], of: index + 1))
    }
    return places
  }

  /// A whole number from 0 to below a limit, from a uniform number of (0, 1).
  static func pick(_ uniform: Double, of limit: Int) -> Int {
    min(Int(uniform * Double(limit)), limit - 1)
  }
}
