public import Protocol

/// What a network that was trained on fine labels makes of the coarse ones, and what it has learned.
///
/// Easy samples show the feature of their class; hard ones show that of their sub-class alone, and a
/// weak one of the other class. Source: "Towards Understanding the Effect of Pretraining Label
/// Granularity", arXiv 2303.16887.
public enum TransferMeasures {
  /// Easy samples, by the sums of probabilities.
  public static let easy = MeasureDescription(
    name: "easyAccuracy", label: "easy accuracy",
    meaning:
      "Share of easy test samples whose class has the greater sum of its labels' probabilities after"
      + " pretraining.")
  /// Hard samples, by the sums of probabilities.
  public static let hard = MeasureDescription(
    name: "hardAccuracy", label: "hard accuracy",
    meaning:
      "Share of hard test samples whose class has the greater sum of its labels' probabilities after"
      + " pretraining.")
  /// Easy samples after training these sums on classes.
  public static let easyMarginal = MeasureDescription(
    name: "easyAccuracyMarginal", label: "easy accuracy (marginal)",
    meaning:
      "Easy accuracy after the sums of probabilities were trained on the classes of the pretraining"
      + " samples.")
  /// Hard samples after training these sums on classes.
  public static let hardMarginal = MeasureDescription(
    name: "hardAccuracyMarginal", label: "hard accuracy (marginal)",
    meaning:
      "Hard accuracy after the sums of probabilities were trained on the classes of the pretraining"
      + " samples.")
  /// Easy samples with a new head.
  public static let easyFresh = MeasureDescription(
    name: "easyAccuracyFresh", label: "easy accuracy (fresh head)",
    meaning:
      "Share of easy test samples that the network with a new head for the classes has right after it"
      + " was trained on new samples.")
  /// Hard samples with a new head.
  public static let hardFresh = MeasureDescription(
    name: "hardAccuracyFresh", label: "hard accuracy (fresh head)",
    meaning:
      "Share of hard test samples that the network with a new head for the classes has right after it"
      + " was trained on new samples.")
  /// Rare over common features.
  public static let featureRatio = MeasureDescription(
    name: "featureRatio", label: "feature ratio",
    meaning:
      "How strongly filters see the features of sub-classes after pretraining, over those of classes:"
      + " means over features of the greatest |w · v| among filters.")
  /// The loss on fine labels.
  public static let pretrainingLoss = MeasureDescription(
    name: "pretrainingLoss", label: "pretraining loss",
    meaning:
      "Running mean, with a memory of 0.95, of the loss of the pretraining's batches at its end.")

  /// The strength of rare features over that of common ones.
  /// - Parameters:
  ///   - filters: The weights of the filters, filter by filter.
  ///   - dimension: The numbers of a filter; the first two are the common features' axes.
  ///   - rare: How many axes after these are those of rare features.
  /// - Returns: The ratio; NaN where no filter sees a common feature or the weights are no numbers.
  public static func featureRatio<Element: BinaryFloatingPoint>(
    filters: [Element], dimension: Int, rare: Int
  ) -> Double {
    precondition(
      filters.count.isMultiple(of: dimension) && 2 + rare <= dimension, "an axis a feature")
    func strength(_ axis: Int) -> Double {
      stride(from: axis, to: filters.count, by: dimension).reduce(0) {
        max($0, Double(filters[$1].magnitude))
      }
    }
    let common = (strength(0) + strength(1)) / 2
    let all = (2..<(2 + rare)).reduce(0) { $0 + strength($1) }
    return common > 0 ? all / Double(rare) / common : .nan
  }
}

/// The mean of numbers that come one by one, the older counting less.
public struct RunningMean: Hashable, Sendable {
  /// What the mean before counts for when the next number comes, from 0 to below 1.
  public let memory: Double
  /// The mean; NaN before the first number.
  public private(set) var value = Double.nan

  /// A mean without numbers.
  public init(memory: Double) {
    precondition((0..<1).contains(memory), "a mean forgets")
    self.memory = memory
  }

  /// Takes the next number; the first is the mean.
  public mutating func add(_ number: Double) {
    value = value.isNaN ? number : memory * value + (1 - memory) * number
  }
}

extension RunningMean: StageMemory {
  /// Appends the mean.
  public func encode(to writer: inout ByteWriter) { writer.write(value) }

  /// Takes over a mean.
  public mutating func restore(from reader: inout ByteReader) throws(FrameError) {
    value = try reader.readDouble()
  }
}
