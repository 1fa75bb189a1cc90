import Protocol

/// The rule that changes a model's parameters, with everything that it can be told.
struct OptimizerParameters: ParameterGroup {
  /// The rules.
  enum Rule: String, CaseIterable {
    case adamW = "adamw"
    case adam
    case descent = "gradient-descent"
    case capped = "capped-descent"
  }
  /// How the rate goes over the steps.
  enum Schedule: String, CaseIterable {
    case constant
    case warmUpCosine = "warm-up-cosine"
  }
  /// How often the rate follows its schedule.
  enum ScheduleUnit: String, CaseIterable {
    case step
    case epoch
  }
  /// What weight decay acts on.
  enum Decayed: String, CaseIterable {
    case all
    case matrices
  }

  /// The rules that the study offers; the first is its default.
  var rules: [Rule]
  /// The default rate.
  var learningRate: Double
  /// The default decay.
  var weightDecay = 0.0
  /// The default momentum of gradient descent.
  var momentum = 0.0
  /// The default schedule.
  var schedule = Schedule.constant
  /// The default share of the training in which the rate rises.
  var warmUpShare = 0.1
  /// The default rate at the start over that at the peak.
  var warmUpFrom = 0.1
  /// The default time of half a cosine over that of the training.
  var cosineShare = 0.9
  /// The default rate at the end over that at the peak.
  var floor = 0.1
  /// The default length above which gradients are shortened; 0 for never.
  var clipNorm = 0.0
  /// Whether the study trains in batches, so that there are epochs of several steps.
  var hasEpochs = false

  /// Of the rules that follow a schedule.
  private var hasFreeRules: Bool { rules.contains { $0 != .capped } }

  private static let free = "optimizer.rule != '\(Rule.capped.rawValue)'"
  private static let adaptive =
    "optimizer.rule in ['\(Rule.adamW.rawValue)', '\(Rule.adam.rawValue)']"
  private static let scheduled =
    "\(free) and optimizer.schedule == '\(Schedule.warmUpCosine.rawValue)'"

  var parameters: [ParameterDescription] {
    var result: [ParameterDescription] = [
      .choice(
        "optimizer.rule", label: "optimiser", among: rules, default: rules[0],
        meaning:
          "What changes the parameters: Adam with decoupled or usual weight decay, gradient"
          + " descent, or gradient descent whose steps are as long as the layers allow."),
      .real(
        "optimizer.learningRate", label: "learning rate", default: learningRate, 1e-9...100,
        meaning: "The learning rate at its peak; of capped descent the greatest step."),
    ]
    if rules.contains(.capped) {
      result.append(
        .real(
          "optimizer.relativeStep", label: "δ", default: 0.05, 1e-4...1,
          meaning: "No layer moves by more than this share of its length in one step.",
          activeWhen: "optimizer.rule == '\(Rule.capped.rawValue)'"))
    }
    if rules.contains(.descent) {
      result.append(
        .real(
          "optimizer.momentum", label: "momentum", default: momentum, 0...0.9999,
          meaning: "How much of the last step's direction is kept.",
          activeWhen: "optimizer.rule == '\(Rule.descent.rawValue)'"))
    }
    if rules.contains(.adam) || rules.contains(.adamW) { result += adaptiveParameters }
    guard hasFreeRules else { return result }
    result += freeParameters + scheduleParameters
    if hasEpochs {
      result.append(
        .choice(
          "optimizer.schedulePer", label: "schedule per", among: ScheduleUnit.allCases,
          default: .step, meaning: "Whether the rate changes after every step, or every epoch.",
          activeWhen: Self.scheduled))
    }
    return result
  }

  private var adaptiveParameters: [ParameterDescription] {
    [
      .real(
        "optimizer.beta1", label: "β₁", default: 0.9, 0...0.99999,
        meaning: "The decay of Adam's mean gradient.", activeWhen: Self.adaptive),
      .real(
        "optimizer.beta2", label: "β₂", default: 0.999, 0...0.999999,
        meaning: "The decay of Adam's mean square.", activeWhen: Self.adaptive),
      .real(
        "optimizer.epsilon", label: "ε", default: 1e-8, 1e-16...1,
        meaning: "What Adam adds to the root.", activeWhen: Self.adaptive),
    ]
  }

  private var freeParameters: [ParameterDescription] {
    [
      .real(
        "optimizer.weightDecay", label: "weight decay", default: weightDecay, 0...100,
        meaning: "How much weight decay; with AdamW beside the gradient, else in it.",
        activeWhen: Self.free),
      .choice(
        "optimizer.decayed", label: "decayed", among: Decayed.allCases, default: .all,
        meaning: "What is decayed: all parameters, or no biases and no LayerNorm.",
        activeWhen: "\(Self.free) and optimizer.weightDecay > 0"),
      .real(
        "optimizer.clipNorm", label: "clip", default: clipNorm, 0...1e6,
        meaning: "Gradients that are longer together are shortened to this; 0 for never.",
        activeWhen: Self.free),
    ]
  }

  private var scheduleParameters: [ParameterDescription] {
    [
      .choice(
        "optimizer.schedule", label: "schedule", among: Schedule.allCases, default: schedule,
        meaning: "How the rate goes: constant, or a straight rise and then half a cosine down.",
        activeWhen: Self.free),
      .real(
        "optimizer.warmUpShare", label: "warm-up", default: warmUpShare, 0...1,
        meaning: "The share of the training in which the rate rises.", activeWhen: Self.scheduled),
      .real(
        "optimizer.warmUpFrom", label: "first rate", default: warmUpFrom, 0...1,
        meaning: "The rate at the start over that at the peak.", activeWhen: Self.scheduled),
      .real(
        "optimizer.cosineShare", label: "cosine", default: cosineShare, 0...10,
        meaning: "The time of half a cosine after the warm-up, over that of the training.",
        activeWhen: Self.scheduled),
      .real(
        "optimizer.floor", label: "last rate", default: floor, 0...1,
        meaning: "The rate at the end of the cosine over that at the peak.",
        activeWhen: Self.scheduled),
    ]
  }

  /// The rule that a request asks for.
  /// - Parameters:
  ///   - reader: The request's parameters.
  ///   - steps: The steps of the whole training.
  ///   - stepsPerEpoch: The steps in which every sample occurs once.
  ///   - peak: The rate at its peak, where a stage has one of its own.
  /// - Returns: The optimiser.
  func optimizer(
    _ reader: ParameterReader, steps: UInt64, stepsPerEpoch: UInt64 = 1, peak: Double? = nil
  ) -> any Optimizer {
    let rate = peak ?? reader.real("optimizer.learningRate")
    let rule = reader.choice("optimizer.rule", as: Rule.self)
    guard rule != .capped else {
      return CappedGradientDescent(
        bound: .rate(rate), changeFraction: reader.real("optimizer.relativeStep"))
    }
    let schedule = schedule(reader, peak: rate, steps: steps, stepsPerEpoch: stepsPerEpoch)
    let weightDecay = reader.real("optimizer.weightDecay")
    let decays: DecayedPieces =
      reader.choice("optimizer.decayed", as: Decayed.self) == .all ? .all : .allButBiasesAndNorms
    let optimizer: any Optimizer =
      if rule == .descent {
        GradientDescent(
          learningRate: schedule, momentum: reader.real("optimizer.momentum"),
          weightDecay: weightDecay, decays: decays)
      } else {
        Adam(
          learningRate: schedule, beta1: reader.real("optimizer.beta1"),
          beta2: reader.real("optimizer.beta2"), epsilon: reader.real("optimizer.epsilon"),
          weightDecay: weightDecay, decay: rule == .adamW ? .decoupled : .inGradient,
          decays: decays)
      }
    let clipNorm = reader.real("optimizer.clipNorm")
    return clipNorm > 0 ? GradientClipping(normMax: clipNorm, of: optimizer) : optimizer
  }

  private func schedule(
    _ reader: ParameterReader, peak: Double, steps: UInt64, stepsPerEpoch: UInt64
  ) -> LearningRateSchedule {
    guard reader.choice("optimizer.schedule", as: Schedule.self) == .warmUpCosine else {
      return .constant(peak)
    }
    let isPerEpoch =
      hasEpochs && reader.choice("optimizer.schedulePer", as: ScheduleUnit.self) == .epoch
    let hold = isPerEpoch ? stepsPerEpoch : 1
    // The length of the training in units of the schedule, the last one perhaps not whole.
    let length = Double((steps + hold - 1) / hold)
    func units(_ name: String) -> UInt64 { UInt64((reader.real(name) * length).rounded()) }
    return .warmUpThenCosine(
      first: peak * reader.real("optimizer.warmUpFrom"), peak: peak,
      floor: peak * reader.real("optimizer.floor"), warmUpSteps: units("optimizer.warmUpShare"),
      cosineSteps: units("optimizer.cosineShare")
    ).held(forSteps: hold)
  }
}
