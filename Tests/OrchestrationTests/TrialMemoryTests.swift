import Orchestration
import Testing

@Suite struct TrialMemoryTests {
  @Test func `the median counts trials and not sizes`() {
    let memory = TrialMemory(sizes: [(900, 1), (100, 7), (500, 2)])
    #expect(memory.greatestBytes == 900)
    #expect(memory.medianBytes == 100)
    #expect(TrialMemory(sizes: [(100, 1), (200, 3), (300, 1)]).medianBytes == 200)
    #expect(TrialMemory(sizes: [(100, 2), (200, 2)]).medianBytes == 100)
  }

  @Test func `trials above a limit are counted`() {
    let memory = TrialMemory(sizes: [(900, 1), (100, 7), (500, 2)])
    #expect(memory.count(above: 99) == 10)
    #expect(memory.count(above: 100) == 3)
    #expect(memory.count(above: 900) == 0)
  }

  @Test func `the median is unknown while sizes were left`() {
    let memory = TrialMemory(sizes: [(900, 1), (100, 7)], untriedCount: 2)
    #expect(memory.greatestBytes == 900 && memory.medianBytes == nil)
  }

  @Test func `what could not be tried is not known`() {
    let memory = TrialMemory(sizes: [], refusal: "no processor")
    #expect(memory.greatestBytes == nil && memory.medianBytes == nil)
  }
}
