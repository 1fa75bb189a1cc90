import Glibc

/// A colour of a screen, each component 0...1 (sRGB).
struct ScreenColor: Hashable {
  /// The red component.
  var red: Double
  /// The green component.
  var green: Double
  /// The blue component.
  var blue: Double

  init(red: Double, green: Double, blue: Double) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// A colour from its six hexadecimal digits as a number.
  init(_ digits: UInt32) {
    red = Double(digits >> 16 & 255) / 255
    green = Double(digits >> 8 & 255) / 255
    blue = Double(digits & 255) / 255
  }

  /// The colour as SVG writes it: `#rrggbb`.
  var text: String {
    let bytes = [red, green, blue].map { UInt8((min(max($0, 0), 1) * 255).rounded()) }
    let digits = Array("0123456789abcdef")
    return bytes.reduce("#") { text, byte in
      text + String([digits[Int(byte >> 4)], digits[Int(byte & 15)]])
    }
  }
}

/// A colour in Oklab (Björn Ottosson, 2020): equal distances look about equally different, and a
/// straight line to a grey keeps its hue.
struct PerceptualColor: Hashable {
  /// Lightness, 0 (black) to 1 (white).
  var lightness: Double
  /// From green (negative) to red.
  var a: Double
  /// From blue (negative) to yellow.
  var b: Double

  init(lightness: Double, a: Double, b: Double) {
    self.lightness = lightness
    self.a = a
    self.b = b
  }

  init(_ color: ScreenColor) {
    let red = PerceptualColor.linear(color.red)
    let green = PerceptualColor.linear(color.green)
    let blue = PerceptualColor.linear(color.blue)
    let long = cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    let medium = cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    let short = cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    self.init(
      lightness: 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
      a: 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
      b: 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short)
  }

  /// The colour on a screen, cut to what a screen can show.
  var screenColor: ScreenColor {
    let long = PerceptualColor.cube(lightness + 0.3963377774 * a + 0.2158037573 * b)
    let medium = PerceptualColor.cube(lightness - 0.1055613458 * a - 0.0638541728 * b)
    let short = PerceptualColor.cube(lightness - 0.0894841775 * a - 1.2914855480 * b)
    return ScreenColor(
      red: PerceptualColor.gamma(
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
      green: PerceptualColor.gamma(
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
      blue: PerceptualColor.gamma(
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short))
  }

  /// The colour a share of the way to another.
  func mixed(with other: PerceptualColor, share: Double) -> PerceptualColor {
    PerceptualColor(
      lightness: lightness + share * (other.lightness - lightness),
      a: a + share * (other.a - a), b: b + share * (other.b - b))
  }

  /// How different two colours look.
  func distance(to other: PerceptualColor) -> Double {
    let light = lightness - other.lightness
    return (light * light + (a - other.a) * (a - other.a) + (b - other.b) * (b - other.b))
      .squareRoot()
  }

  private static func cube(_ root: Double) -> Double { root * root * root }

  private static func linear(_ component: Double) -> Double {
    component <= 0.04045 ? component / 12.92 : pow((component + 0.055) / 1.055, 2.4)
  }

  private static func gamma(_ component: Double) -> Double {
    let value = component <= 0.0031308 ? 12.92 * component : 1.055 * pow(component, 1 / 2.4) - 0.055
    return min(max(value, 0), 1)
  }
}
