/// What colour a place between the ends of a range has.
enum ColorMap: Hashable {
  /// From dark to light.
  case sequential
  /// From red over white to blue, for values below, at and above a middle.
  case diverging

  /// The map for a range.
  init(_ range: ColorRange) {
    self = range.center == nil ? .sequential : .diverging
  }

  /// The colour at a place, 0...1.
  func color(at share: Double) -> ScreenColor {
    precondition((0...1).contains(share), "a place on a colour map is between 0 and 1")
    let colors = self == .sequential ? ColorMap.viridis : ColorMap.redWhiteBlue
    let place = share * Double(colors.count - 1)
    let index = min(Int(place), colors.count - 2)
    return colors[index].mixed(with: colors[index + 1], share: place - Double(index)).screenColor
  }

  /// Ten colours of viridis, evenly spaced.
  ///
  /// By Stéfan van der Walt and Nathaniel Smith, 2015, released under CC0: perceptually uniform,
  /// readable by colour-blind readers, and in grey a steady rise of lightness.
  private static let viridis: [PerceptualColor] = [
    0x440154, 0x482878, 0x3E4A89, 0x31688E, 0x26828E, 0x1F9E89, 0x35B779, 0x6DCD59, 0xB4DE2C,
    0xFDE725,
  ].map { PerceptualColor(ScreenColor($0)) }

  /// Red, nearly white and blue.
  ///
  /// The ends are those that Kenneth Moreland recommends ("Diverging Color Maps for Scientific
  /// Visualization", 2009): equally dark, and different under all common kinds of colour blindness.
  /// From each a straight line in Oklab leads to nearly white, which keeps hue and speed
  /// constant; Moreland's own middle is a grey, which would look like a colour for the neutral
  /// value, and raised to white his path leaves what a screen can show.
  private static let redWhiteBlue: [PerceptualColor] = [0xB40426, 0xF7F7F7, 0x3B4CC0]
    .map { PerceptualColor(ScreenColor($0)) }
}
