import Kernel
import Protocol

/// Measures how fast a workload is trained on one thread, or what the core can do at most.
enum BenchCommand {
  static func run(
    workload name: String, seconds: Double, plain: Bool, numerics: NumericProfile
  ) throws {
    if name == peakName {
      try NumericsRestart.ensure(numerics)
      return try StandardStreams.write(peak(seconds: seconds).text + "\n")
    }
    guard let workload = Workload.all.first(where: { $0.name == name }) else {
      let nearest = nearestName(to: name, among: Workload.all.map(\.name) + [peakName])
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

  /// What is given in place of a workload to measure the core itself.
  private static let peakName = "peak"

  /// The orders of the square matrices whose product the library is measured by.
  private static let peakOrders = [1024, 2048]

  /// The most floating-point operations per second: of chained multiply-adds, and of the library's
  /// product, the best of its orders.
  private static func peak(seconds: Double) -> JSONValue {
    var products: [Double] = []
    var chains = 0.0
    for order in peakOrders {
      let peak = ProcessorPeak(order: order)
      let operations = 2 * Double(order) * Double(order) * Double(order)
      let share = seconds / Double(peakOrders.count + 1)
      products.append(
        median(measure(seconds: share, peak.squareProduct).perProcessorSecond) * operations)
      guard chains == 0 else { continue }
      chains =
        median(measure(seconds: share, peak.multiplyAdds).perProcessorSecond)
        * Double(ProcessorPeak.multiplyAddOperations)
    }
    return [
      "peer": "phasegrid", "version": .string(Release.number), "workload": .string(peakName),
      "mode": .string(peakName), "status": "ok", "fma_gflops": .real(chains * 1e-9),
      "sgemm_gflops": .real((products.max() ?? .nan) * 1e-9), "threads": 1,
      "core": .string(BLAS.coreName), "tier": .string("\(KernelTier.chosen)"),
    ]
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
