import Glibc
import Protocol

/// A study that trains nothing: it measures what it costs to hand trials out and collect them.
///
/// Every trial reports a number that is drawn from its key, so results that were lost, doubled or
/// mixed up are seen.
struct IdleStudy: Study {
  let description = StudyDescription(
    name: "idle",
    title: "Wait, and report one number",
    summary: """
      Trains nothing. A trial waits and reports a number drawn from its trial key. It measures the \
      cost of the orchestration itself and shows how a sweep behaves when trials are long, diverge \
      or crash.
      """,
    source: "This project.",
    revision: 1,
    parameters: [
      ParameterDescription(
        name: "seconds", label: "seconds", type: .real, defaultValue: .real(0), minimum: 0,
        maximum: 3600, unit: "s", meaning: "How long a trial waits."),
      ParameterDescription(
        name: "index", label: "index", type: .integer, defaultValue: .integer(0), minimum: 0,
        maximum: 1e9,
        meaning: "Tells trials apart, so that a sweep can have as many as one likes."),
      ParameterDescription(
        name: "ending", label: "ending", type: .choice(Ending.allCases.map(\.rawValue)),
        defaultValue: .text(Ending.completed.rawValue),
        meaning:
          "How a trial ends after its wait: it completes, reports divergence, or ends the process"
          + " that trains it with abort()."),
    ],
    measures: [draw],
    // What a core would do while a trial waits, so that `plan` prices the wait.
    cost: "2000000000 * seconds")

  /// The number that a trial reports.
  private static let draw = MeasureDescription(
    name: "draw", label: "draw",
    meaning: "A number in [0, 1) made of the first 53 bits of the trial key.")

  private enum Ending: String, CaseIterable {
    case completed, diverged, crash
  }

  func train(_ request: TrainingRequest) throws(KernelError) -> TrainingReport {
    let reader = try ParameterReader(request.parameters, of: description)
    guard request.initial == nil else {
      throw KernelError(
        .initial, "Study 'idle' trains nothing and cannot begin with given parameters.",
        remedy: "Leave them out.")
    }
    wait(seconds: reader.real("seconds"))
    let outcome: TrialOutcome
    switch reader.choice("ending", as: Ending.self) {
    case .completed: outcome = .completed(.steps)
    case .diverged: outcome = .diverged
    case .crash: abort()
    }
    return TrainingReport(
      outcome: outcome,
      measures: [
        MeasureValue(name: IdleStudy.draw.name, number: IdleStudy.draw(from: request.key))
      ],
      steps: 0)
  }

  func rehearsal(of parameters: [String: ParameterValue]) -> [String: ParameterValue] {
    parameters.merging(["seconds": .real(0), "ending": .text(Ending.completed.rawValue)]) { $1 }
  }

  func verdicts(on rows: [StudyRow]) -> [StatementVerdict] { [] }

  /// The number in [0, 1) whose binary digits are the first 53 bits of a key.
  static func draw(from key: TrialKey) -> Double {
    Double(key.leadingWord >> 11) * 0x1p-53
  }

  /// Sleeps in short pieces, so that a signal that ends one of them early does not end the wait.
  private func wait(seconds: Double) {
    let end = ContinuousClock.now + .seconds(seconds)
    while true {
      let left = (end - ContinuousClock.now) / .seconds(1)
      guard left > 0 else { return }
      usleep(UInt32(min(left, 0.5) * 1e6) + 1)
    }
  }
}
