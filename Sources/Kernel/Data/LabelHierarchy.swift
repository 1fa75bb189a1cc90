/// Labels that are finer or coarser than the sub-classes of two classes.
///
/// With g labels a class, sub-class c of k has the label f = floor(c g / k) of its class while g ≤ k,
/// so that neighbouring sub-classes share one; with more labels every sub-class is split at random
/// into g / k. With the probability ρ the label is any of its class instead. The label of class y is
/// y g + f. Sample i takes the indices 3 i to 3 i + 2 of the stream, whatever g and ρ.
public struct LabelHierarchy: Hashable, Sendable {
  /// Where labels come from.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// From classes and sub-classes.
    case hierarchy
    /// From nowhere: each is any of all labels of both classes.
    case random
  }

  /// g, the labels of a class.
  public var granularity: Int
  /// k, the sub-classes of a class.
  public var subtypes: Int
  /// ρ, the share of samples whose label is any of its class.
  public var noise: Double
  /// Where labels come from.
  public var kind: Kind

  /// Puts a hierarchy together.
  public init(granularity: Int, subtypes: Int, noise: Double = 0, kind: Kind = .hierarchy) {
    precondition(
      granularity > 0 && subtypes > 0
        && (granularity.isMultiple(of: subtypes) || subtypes.isMultiple(of: granularity)),
      "sub-classes share labels evenly or are split evenly")
    self.granularity = granularity
    self.subtypes = subtypes
    self.noise = noise
    self.kind = kind
  }

  /// Labels of both classes together.
  public var count: Int { 2 * granularity }

  /// The position of the labels' numbers among those of the purpose `data`, after the samples'.
  static let step = 2 * UInt64(FeaturePatchGenerator.Pool.allCases.count)

  /// The labels of samples.
  /// - Parameters:
  ///   - samples: The samples.
  ///   - seed: The seed index of the purpose `data`.
  /// - Returns: Numbers from 0 to below ``count``.
  public func labels(of samples: FeaturePatches, seed: UInt32) -> [Int] {
    var draws = [Double](repeating: 0, count: 3 * samples.count)
    RandomStream(seed: seed, purpose: .data, step: Self.step).fillUniform(&draws)
    return samples.classes.indices.map { sample in
      let (split, fate, any) = (draws[3 * sample], draws[3 * sample + 1], draws[3 * sample + 2])
      if kind == .random { return FeaturePatchGenerator.pick(any, of: count) }
      let own = samples.classes[sample] * granularity
      if fate < noise { return own + FeaturePatchGenerator.pick(any, of: granularity) }
      let subtype = samples.subtypes[sample]
      guard granularity > subtypes else { return own + subtype * granularity / subtypes }
      let parts = granularity / subtypes
      return own + subtype * parts + FeaturePatchGenerator.pick(split, of: parts)
    }
  }

  /// Which labels are of which class: a row a class, 1 for its labels and 0 for the others.
  public var membership: [Float] {
    (0..<2).flatMap { label in
      (0..<count).map { $0 / granularity == label ? 1 : 0 }
    }
  }
}
