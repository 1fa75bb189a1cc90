public import Protocol

/// Into how many groups of one direction the neurons that matter fall.
///
/// Neurons whose amplitude is more than 0.01 of the greatest are kept. The one of the greatest
/// amplitude and all whose cosine with it is above 0.95 are a group; the same goes on with the others.
/// Cost: inputs · groups · neurons multiply-adds. Source: Zhang and Xu, "Implicit Regularization of
/// Dropout", arXiv 2207.05952; the greedy rule is ours.
public struct CondensedGroups: Sendable {
  /// How many groups.
  public static let countMeasure = MeasureDescription(
    name: "condensedDirections", label: "m_eff",
    meaning:
      "Groups of neurons of one direction (cosine above 0.95 with the group's greatest), among neurons"
      + " with an amplitude above 0.01 of the greatest.")
  /// Groups a neuron.
  public static let share = MeasureDescription(
    name: "condensedShare", label: "m_eff / m",
    meaning: "Groups of neurons of one direction over the neurons that are grouped.")
  /// How much the greatest groups have.
  public static let greatestThree = MeasureDescription(
    name: "topThreeShare", label: "top 3",
    meaning: "Share of the amplitudes |a| |w| that the three groups with most of it have.")

  /// The amplitude of each group, in the order in which they are found.
  public let amplitudes: [Double]
  /// The neurons that are grouped.
  public let neuronCount: Int

  /// A neuron of a group has at least this cosine with its greatest one.
  static let cosineMin = 0.95
  /// The share of the greatest amplitude above which a neuron is kept.
  static let activeShare = 0.01

  /// Groups neurons.
  /// - Parameters:
  ///   - neurons: The neurons.
  ///   - areLines: Whether a direction and its opposite are one, as for an odd activation.
  public init(_ neurons: Neurons, areLines: Bool) {
    let active = neurons.active(above: CondensedGroups.activeShare)
    let inputs = active.inputCount
    var open = (0..<active.count).sorted {
      (active.amplitudes[$0], $1) > (active.amplitudes[$1], $0)
    }
    var amplitudes: [Double] = []
    while let first = open.first {
      func isOfGroup(_ neuron: Int) -> Bool {
        var cosine = 0.0
        for entry in 0..<inputs {
          cosine +=
            active.directions[first * inputs + entry] * active.directions[neuron * inputs + entry]
        }
        return neuron == first || (areLines ? abs(cosine) : cosine) > CondensedGroups.cosineMin
      }
      amplitudes.append(open.filter(isOfGroup).reduce(0) { $0 + active.amplitudes[$1] })
      open.removeAll(where: isOfGroup)
    }
    self.amplitudes = amplitudes
    neuronCount = active.count
  }

  /// The number of groups.
  public var count: Int { amplitudes.count }

  /// Groups a neuron; NaN without neurons.
  public var groupsPerNeuron: Double { Double(count) / Double(neuronCount) }

  /// The share of the three groups that have most; NaN without neurons.
  public var shareOfGreatestThree: Double {
    let ordered = amplitudes.sorted(by: >)
    return ordered.prefix(3).reduce(0, +) / ordered.reduce(0, +)
  }
}
