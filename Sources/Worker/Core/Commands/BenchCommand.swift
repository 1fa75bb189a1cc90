import Kernel
import Protocol

/// Measures how fast a workload is trained on one thread.
enum BenchCommand {
  static func run(
    workload name: String, seconds: Double, plain: Bool, numerics: NumericProfile
  ) throws {
    guard let workload = Workload.all.first(where: { $0.name == name }) else {
      let nearest = nearestName(to: name, among: Workload.all.map(\.name))
      throw WorkerCommand.usage(
        "'\(name)' is no workload." + (nearest.map { " Did you mean '\($0)'?" } ?? ""))
    }
    try NumericsRestart.ensure(numerics)
    let stepper = try WorkloadStepper(workload, numerics: numerics, plain: plain)
    let rates = measure(seconds: seconds, stepper.step)
    let perProcessorSecond = median(rates.perProcessorSecond)
    let document: JSONValue = [
      "peer": "phasegrid",
      "version": .string(Release.number),
      "workload": .string(name),
      "mode": plain ? "plain" : "offered",
      "status": "ok",
      "steps_per_s": .real(median(rates.perSecond)),
      "steps_per_cpu_s": .real(perProcessorSecond),
      "best_steps_per_cpu_s": .real(rates.perProcessorSecond.max() ?? .nan),
      "blocks": .integer(Int64(rates.perSecond.count)),
      "gflops": .real(perProcessorSecond * Double(workload.operationCount) * 1e-9),
      "flop_per_step": .integer(Int64(workload.operationCount)),
      "first_call_s": .real(rates.firstSeconds),
      "loss": .real(stepper.lastValue),
      "threads": 1,
      "prune_last": .boolean(!plain && workload.hasNeedlessParts),
      "numerics": .string(numerics.rawValue),
      "core": .string(BLAS.coreName),
      "tier": .string("\(KernelTier.chosen)"),
    ]
    try StandardStreams.write(document.text + "\n")
  }

  /// The rates of the blocks of a measurement, in steps per second.
  private struct Rates {
    var perSecond: [Double] = []
    var perProcessorSecond: [Double] = []
    var firstSeconds = 0.0
  }

  /// Processor time of a block, in seconds: long enough for the clock, short enough for many.
  private static let blockSeconds = 0.02

  /// Warms up, then measures blocks of steps until the time is over, three at least.
  private static func measure(seconds: Double, _ step: () -> Void) -> Rates {
    var rates = Rates()
    var start = Clock.seconds
    step()
    rates.firstSeconds = Clock.seconds - start
    var processorStart = Clock.processorSeconds
    var warm = 0
    repeat {
      step()
      warm += 1
    } while Clock.processorSeconds - processorStart < min(1, seconds / 3)
    let stepSeconds = max((Clock.processorSeconds - processorStart) / Double(warm), 1e-9)
    let count = max(1, Int(blockSeconds / stepSeconds))
    (start, processorStart) = (Clock.seconds, Clock.processorSeconds)
    // Where others take the processor, the wall clock ends it after six times the time.
    while (Clock.processorSeconds - processorStart < seconds && Clock.seconds - start < 6 * seconds)
      || rates.perSecond.count < 3
    {
      let (wall, processor) = (Clock.seconds, Clock.processorSeconds)
      for _ in 0..<count { step() }
      rates.perSecond.append(Double(count) / max(Clock.seconds - wall, 1e-9))
      rates.perProcessorSecond.append(
        Double(count) / max(Clock.processorSeconds - processor, 1e-9))
    }
    return rates
  }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let half = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
  }
}
