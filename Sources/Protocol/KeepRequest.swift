/// What of each trial a sweep wants to have beside its result.
///
/// It determines no number of a result, so it is no part of the trial key.
public struct KeepRequest: Hashable, Sendable {
  /// When the model's parameters are kept.
  public enum Moment: Hashable, Sendable, Comparable {
    /// After so many steps; 0 is before the first.
    case step(UInt64)
    /// At the end of the training.
    case final

    /// The moment in words: a number of steps, or `final`.
    public var word: String {
      switch self {
      case .step(let step): "\(step)"
      case .final: "final"
      }
    }

    /// The moment of a word; `nil` for anything but `final` and a number of steps.
    public init?(word: some StringProtocol) {
      if word == "final" {
        self = .final
      } else if let step = UInt64(word), step <= Limits.keptStepMax {
        self = .step(step)
      } else {
        return nil
      }
    }
  }

  /// The moments of the parameters, ascending.
  public var parameters: [Moment]
  /// After how many steps each the loss is kept, at least 1; `nil` for not at all.
  public var curveInterval: UInt32?
  /// The matrices that are kept, by name.
  public var matrices: [String]

  /// Asks for nothing but the result.
  public static let nothing = KeepRequest()

  /// Asks for some things.
  public init(
    parameters: [Moment] = [], curveInterval: UInt32? = nil, matrices: [String] = []
  ) {
    self.parameters = Set(parameters).sorted()
    self.curveInterval = curveInterval
    self.matrices = Set(matrices).sorted()
  }

  /// Whether nothing is asked for.
  public var isEmpty: Bool { words.isEmpty }

  /// Each thing that is asked for, in words that the wire and the catalog have: `parameters 0`,
  /// `parameters final`, `curves 50`, `matrix cosineW`.
  public var words: [String] {
    parameters.map { "parameters \($0.word)" } + (curveInterval.map { ["curves \($0)"] } ?? [])
      + matrices.map { "matrix \($0)" }
  }

  /// The request that consists of such words; `nil` where one of them is none.
  public init?(words: [String]) {
    self.init()
    for word in words {
      let parts = word.split(separator: " ", omittingEmptySubsequences: false)
      guard parts.count == 2 else { return nil }
      switch parts[0] {
      case "parameters":
        guard let moment = Moment(word: parts[1]) else { return nil }
        parameters.append(moment)
      case "curves":
        guard curveInterval == nil, let interval = UInt32(parts[1]), interval > 0 else {
          return nil
        }
        curveInterval = interval
      case "matrix": matrices.append(String(parts[1]))
      default: return nil
      }
    }
    self = KeepRequest(
      parameters: parameters, curveInterval: curveInterval, matrices: matrices)
  }
}
