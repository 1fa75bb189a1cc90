import Testing

@testable import Diagrams

@Suite struct ColorMapTests {
  private func colors(_ map: ColorMap, from: Double = 0, to: Double = 1) -> [PerceptualColor] {
    (0...40).map { step in
      PerceptualColor(map.color(at: from + (to - from) * Double(step) / 40))
    }
  }

  @Test func `the ends and the middle are the published colours`() {
    #expect(ColorMap.sequential.color(at: 0).text == "#440154")
    #expect(ColorMap.sequential.color(at: 1).text == "#fde725")
    #expect(ColorMap.diverging.color(at: 0).text == "#b40426")
    #expect(ColorMap.diverging.color(at: 0.5).text == "#f7f7f7")
    #expect(ColorMap.diverging.color(at: 1).text == "#3b4cc0")
  }

  @Test func `the sequential map only becomes lighter`() {
    let lightness = colors(.sequential).map(\.lightness)
    #expect(zip(lightness, lightness.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test(arguments: [(0.0, 0.5), (0.5, 1.0)])
  func `each half of the diverging map runs at constant speed`(from: Double, to: Double) {
    let half = colors(.diverging, from: from, to: to)
    let steps = zip(half, half.dropFirst()).map { $0.distance(to: $1) }
    let mean = Statistics.mean(steps)
    // A straight line in Oklab; what is left is the cut to what a screen shows.
    #expect(steps.allSatisfy { abs($0 - mean) < 0.05 * mean })
  }

  @Test func `both ends of the diverging map are equally dark`() {
    let half = colors(.diverging)
    #expect(abs(half[0].lightness - half[40].lightness) < 0.02)
  }

  @Test(arguments: [0x000000, 0xffffff, 0xb40426, 0x1f9e89, 0x123456] as [UInt32])
  func `a colour comes back from Oklab`(digits: UInt32) {
    let color = ScreenColor(digits)
    #expect(PerceptualColor(color).screenColor.text == color.text)
  }

  @Test func `white is lightness one without colour`() {
    let white = PerceptualColor(ScreenColor(0xffffff))
    #expect(abs(white.lightness - 1) < 1e-6 && abs(white.a) < 1e-6 && abs(white.b) < 1e-6)
  }
}
