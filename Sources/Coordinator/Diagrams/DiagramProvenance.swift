/// What made a diagram: written on it, so that a picture can be traced back to its numbers.
package struct DiagramProvenance: Hashable, Sendable {
  /// The sweep's name.
  package var sweep: String
  /// The catalog's file name, without the folders that it lies in.
  package var catalog: String
  /// The version of Phasegrid.
  package var version: String

  /// Names sweep, catalog and version.
  package init(sweep: String, catalog: String, version: String) {
    self.sweep = sweep
    self.catalog = catalog
    self.version = version
  }

  /// The parts of one line of words.
  var words: [String] { ["sweep \(sweep)", "catalog \(catalog)", "Phasegrid \(version)"] }
}
