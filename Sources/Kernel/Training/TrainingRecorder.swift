public import Protocol
import Synchronization

/// Takes down what a sweep wants to have kept of a training: the loss every so many steps, the
/// parameters at some of them, matrices.
///
/// It reads and changes nothing: a training gives the same bits with it and without. A study hands it
/// to each of its trainers, and the steps of one go on from those of the one before.
public final class TrainingRecorder: Sendable {
  /// The name of the curve of the training's loss.
  public static let lossCurve = "loss"

  /// What is wanted.
  public let request: KeepRequest
  private let moments: Set<UInt64>
  private let metadata: [(name: String, text: String)]
  private let state: Mutex<RecordedThings>

  /// Prepares to take down what is wanted.
  /// - Parameters:
  ///   - request: What that is.
  ///   - metadata: Free text for the files of parameters.
  public init(_ request: KeepRequest, metadata: [(name: String, text: String)] = []) {
    self.request = request
    self.metadata = metadata
    state = Mutex(RecordedThings(asked: request.words))
    moments = Set(
      request.parameters.compactMap { if case .step(let step) = $0 { step } else { nil } })
  }

  /// Why what is wanted cannot be kept; `nil` while it can.
  public var refusal: String? { state.withLock { $0.refusal } }

  /// The steps of the trainings so far: those of the next one are counted from here.
  var stepsSoFar: UInt64 { state.withLock { $0.step } }

  /// What was taken down so far.
  var recorded: RecordedThings { state.withLock { $0 } }

  /// Goes on from what was taken down elsewhere.
  func restore(_ recorded: RecordedThings) { state.withLock { $0 = recorded } }

  /// Takes down what is wanted of a step.
  /// - Parameters:
  ///   - record: The step, counted from the first of its training.
  ///   - before: The steps of the trainings before.
  ///   - isLast: Whether the training ends here.
  ///   - tensors: Gives the parameters.
  func note(
    _ record: StepRecord, after before: UInt64, isLast: Bool, tensors: () -> [NamedTensor]
  ) {
    let step = before + record.step
    let isPoint = request.curveInterval.map { isLast || step.isMultiple(of: UInt64($0)) } ?? false
    let isMoment = moments.contains(step)
    guard isPoint || isMoment || isLast else { return }
    state.withLock { state in
      state.step = max(state.step, step)
      if isPoint, let step = UInt32(exactly: step), state.steps.last != step, state.add(bytes: 8) {
        state.steps.append(step)
        state.losses.append(Float(record.loss))
      }
    }
    // Where a stage begins, the one before has kept this step.
    let name = KeepRequest.Moment.step(step).word
    guard isMoment, !has(.parameters, name) else { return }
    keep(parameters: tensors(), name: name, step: step)
  }

  /// Keeps a matrix, if it is wanted.
  /// - Parameters:
  ///   - matrix: Its description.
  ///   - side: How many rows and columns it has.
  ///   - values: Computes the elements, row by row.
  public func keep(
    _ matrix: MeasureDescription, side: Int, values: () -> [Float]
  ) {
    guard request.matrices.contains(matrix.name), !has(.matrix, matrix.name) else { return }
    let (count, overflows) = side.multipliedReportingOverflow(by: 4 * side)
    let step = stepsSoFar
    guard state.withLock({ $0.add(bytes: overflows ? .max / 2 : count) }) else { return }
    let thing = KeptThing.matrix(matrix.name, columns: side, values: values(), step: step)
    state.withLock { $0.things.append(thing) }
  }

  /// All that was kept.
  /// - Parameter tensors: The parameters at the end.
  /// - Returns: Parameters and matrices in the order in which they came, then the loss.
  public func finish(_ tensors: [NamedTensor]) -> KeptThings {
    if request.parameters.contains(.final), !tensors.isEmpty {
      keep(parameters: tensors, name: KeepRequest.Moment.final.word, step: stepsSoFar)
    }
    return state.withLock { state in
      var things = state.things
      if !state.steps.isEmpty {
        things.append(
          .curve(TrainingRecorder.lossCurve, steps: state.steps, values: state.losses))
      }
      return KeptThings(asked: request.words, things: things)
    }
  }

  private func has(_ kind: KeptThing.Kind, _ name: String) -> Bool {
    state.withLock { $0.things.contains { $0.kind == kind && $0.name == name } }
  }

  private func keep(parameters tensors: [NamedTensor], name: String, step: UInt64) {
    let count = tensors.reduce(0) { $0 + 8 * $1.values.count }
    // More than there can be is not even written down to be counted.
    guard count / 2 <= Limits.keptBytesMax else {
      _ = state.withLock { $0.add(bytes: count) }
      return
    }
    let bytes = SafetensorsWriter.bytes(tensors, metadata: metadata)
    state.withLock { state in
      guard state.add(bytes: bytes.count) else { return }
      state.things.append(KeptThing(kind: .parameters, name: name, step: step, bytes: bytes))
    }
  }
}

extension RecordedThings {
  /// Counts bytes that are to be added.
  /// - Returns: Whether they may be.
  fileprivate mutating func add(bytes count: Int) -> Bool {
    guard refusal == nil else { return false }
    byteCount += count
    guard byteCount <= Limits.keptBytesMax, losses.count < Limits.keptPointsMax else {
      refusal =
        "What it is to keep has more than \(Limits.keptBytesMax >> 20) MiB or"
        + " \(Limits.keptPointsMax) points of a curve: keep fewer moments, larger steps or no"
        + " matrix."
      return false
    }
    return true
  }
}
