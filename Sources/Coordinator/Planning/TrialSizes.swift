package import Protocol

/// The different sizes among the trials of a sweep: one trial stands for all those that cannot differ
/// in the memory that they take.
///
/// Trials are of one size where their whole numbers, choices and truth values are the same, and their
/// real numbers are zero, one, or neither alike: rates, exponents and scales change no extent.
package struct TrialSizes: Sendable {
  /// A trial, and for how many it stands.
  package struct Size: Sendable {
    /// One of the trials.
    package let trial: TrialSpecification
    /// How many trials there are like it.
    package internal(set) var count: Int
  }

  /// What a parameter says of the size.
  private enum Extent: Hashable {
    case exact(ParameterValue)
    case zero, one, other

    init(_ value: ParameterValue) {
      guard case .real(let number) = value else {
        self = .exact(value)
        return
      }
      self = number == 0 ? .zero : number == 1 ? .one : .other
    }
  }

  /// How many trials were added.
  package private(set) var trialCount = 0
  /// The trials' study.
  package let study: StudyDescription
  private var sizes: [Size] = []
  private var positions: [[Extent]: Int] = [:]

  /// Sizes of no trials yet.
  package init(_ study: StudyDescription) {
    self.study = study
  }

  /// Adds a trial of the study.
  package mutating func add(_ trial: TrialSpecification) {
    trialCount += 1
    let key = study.parameters.map { Extent(trial.parameters[$0.name] ?? $0.defaultValue) }
    if let position = positions[key] {
      sizes[position].count += 1
    } else {
      positions[key] = sizes.count
      sizes.append(Size(trial: trial, count: 1))
    }
  }

  /// How many different sizes there are.
  package var count: Int { sizes.count }

  /// At most so many sizes that stand for all, the dearest first: where there are more, neighbours in
  /// price are put together, and the dearest of them stands for them.
  package func representatives(_ countMax: Int, prices: CostEstimate) -> [Size] {
    let order = sizes.map { (size: $0, price: prices.price(of: $0.trial) ?? 0) }
      .enumerated().sorted { ($1.element.price, $0.offset) < ($0.element.price, $1.offset) }
      .map(\.element.size)
    let blocks = min(countMax, order.count)
    return (0..<blocks).map { block in
      let range = (block * order.count / blocks)..<((block + 1) * order.count / blocks)
      return Size(
        trial: order[range.lowerBound].trial, count: order[range].reduce(0) { $0 + $1.count })
    }
  }
}
