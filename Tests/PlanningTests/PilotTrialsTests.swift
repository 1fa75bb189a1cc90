import Planning
import Protocol
import Testing

@Suite struct PilotTrialsTests {
  private static func keys(_ prices: [Double?]) throws -> (PilotTrials, [TrialKey]) {
    var pilot = PilotTrials()
    var keys: [TrialKey] = []
    for (index, price) in prices.enumerated() {
      let key = try #require(
        TrialKey(hexadecimal: String(repeating: "0", count: 62) + "\(10 + index)"))
      keys.append(key)
      pilot.add(key, price: price)
    }
    return (pilot, keys)
  }

  @Test func `equal prices are spread over the grid`() throws {
    let (pilot, keys) = try Self.keys(Array(repeating: 7, count: 12))
    #expect(pilot.spread(3) == [keys[2], keys[6], keys[10]])
  }

  @Test func `prices are spread from the cheap to the dear`() throws {
    let (pilot, keys) = try Self.keys([900, 1, 30, nil, 500, 2])
    #expect(pilot.spread(2) == [keys[1], keys[4]])
  }

  @Test func `no more than there are`() throws {
    let (pilot, keys) = try Self.keys([3, 2])
    #expect(pilot.spread(5) == [keys[1], keys[0]])
    #expect(PilotTrials().spread(5).isEmpty)
  }
}
