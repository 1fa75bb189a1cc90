/// A picture with the numbers behind it.
package protocol Diagram: Sendable {
  /// The picture as an SVG document; the same numbers give the same bytes.
  func render() -> String
  /// The numbers as comma-separated values with a header.
  func table() -> String
}
