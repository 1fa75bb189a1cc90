import Foundation
import Scheduling
import Testing

/// Nodes that crash, vanish, come back, repeat themselves, answer late and lie, coordinators that
/// die, clocks that jump, and people who change their minds, under a virtual clock.
///
/// Each schedule is a function of its seed. A failure names the seed; with
/// `PHASEGRID_SIMULATION_SEED=n` in the environment that one alone is played and its events are
/// printed.
@Suite struct SchedulerSimulationTests {
  private static let seedsPerPart = 1250
  /// The seed to replay; `nil` for all.
  private static let chosenSeed = ProcessInfo.processInfo.environment["PHASEGRID_SIMULATION_SEED"]
    .flatMap { UInt64($0) }

  @Test(arguments: 0..<8)
  func `under any schedule every trial has one outcome and the sweep ends`(part: Int) {
    if let seed = SchedulerSimulationTests.chosenSeed {
      if part == 0 { replay(seed) }
      return
    }
    var copies = 0
    var events = 0
    var restarts = 0
    var setAside = 0
    for number in 0..<SchedulerSimulationTests.seedsPerPart {
      let seed = UInt64(part * SchedulerSimulationTests.seedsPerPart + number)
      var simulation = Simulation(seed: seed)
      simulation.play()
      copies += simulation.copyCount
      events += simulation.eventCount
      restarts += simulation.restartCount
      setAside += simulation.setAsideCount
      guard simulation.fault == nil else { return replay(seed) }
    }
    // A simulation in which nothing happens would prove nothing.
    #expect(events > 100 * SchedulerSimulationTests.seedsPerPart)
    #expect(copies > 100)
    #expect(restarts > 100)
    #expect(setAside > 100)
  }

  @Test func `the same seed gives the same actions`() {
    var first = Simulation(seed: 42, keepsLog: true)
    var second = Simulation(seed: 42, keepsLog: true)
    first.play()
    second.play()
    #expect(first.actions == second.actions)
  }

  /// Assignments as `trial#attempt`.
  private static func shortened(_ words: String) -> String {
    words.replacing(
      /(?:Scheduling\.)?Assignment\(trial: [^0-9]*([0-9]+)\), attempt: [^0-9]*([0-9]+)\)\)/
    ) { "\($0.1)#\($0.2)" }
  }

  /// Plays one schedule, with all that happens in words when it fails.
  private func replay(_ seed: UInt64) {
    var simulation = Simulation(seed: seed, keepsLog: true)
    simulation.play()
    let isChosen = SchedulerSimulationTests.chosenSeed != nil
    if isChosen || simulation.fault != nil {
      let words = simulation.log.suffix(isChosen ? .max : 400).joined(separator: "\n")
      print(SchedulerSimulationTests.shortened(words))
    }
    #expect(
      simulation.fault == nil,
      "seed \(seed): replay it with PHASEGRID_SIMULATION_SEED=\(seed)")
  }
}
