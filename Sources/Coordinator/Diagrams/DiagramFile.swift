import Foundation

/// Diagrams on disk.
package enum DiagramFile {
  /// A format that a diagram can be written in, named by the file's extension.
  package enum Format: String, Sendable, CaseIterable {
    /// The picture as we draw it.
    case svg
    /// Pixels, 300 to the inch.
    case png
    /// A page of the picture's size.
    case pdf
    /// The numbers behind the picture.
    case csv
  }

  /// The format that a file name asks for.
  ///
  /// - Throws: `diagram.file-type` for any other extension.
  package static func format(of path: String) throws(DiagramError) -> Format {
    let name = (path as NSString).pathExtension.lowercased()
    guard let format = Format(rawValue: name) else {
      let known = Format.allCases.map { "." + $0.rawValue }.joined(separator: ", ")
      throw DiagramError(
        .fileType,
        "a diagram is to be written to \(path), whose name ends in none of \(known)",
        remedy: "Give the file one of these endings.")
    }
    return format
  }

  /// Writes a diagram in the format that the file's name asks for.
  ///
  /// The file appears whole or not at all: it is written beside its place and then renamed.
  ///
  /// - Parameters:
  ///   - diagram: the diagram.
  ///   - path: the file, ending in `.svg`, `.png`, `.pdf` or `.csv`.
  ///   - environment: where `PATH` says what may be started.
  /// - Throws: `diagram.file-type`, `diagram.unwritable`, `diagram.converter-missing` or
  ///   `diagram.converter-failed`.
  package static func write(
    _ diagram: some Diagram, to path: String,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) async throws(DiagramError) {
    let format = try format(of: path)
    let target = URL(fileURLWithPath: path)
    switch format {
    case .svg: try replace(target, with: Data(diagram.render().utf8))
    case .csv: try replace(target, with: Data(diagram.table().utf8))
    case .png, .pdf:
      let converter = try SVGConverter(environment: environment)
      let contents = try await converter.convert(diagram.render(), to: format, beside: target)
      try replace(target, with: contents)
    }
  }

  private static func replace(_ target: URL, with contents: Data) throws(DiagramError) {
    let draft = DiagramFile.draft(beside: target)
    do {
      try contents.write(to: draft)
      guard rename(draft.path, target.path) == 0 else {
        throw CocoaError(.fileWriteUnknown)
      }
    } catch {
      // The draft is of no use; that it cannot be removed either would say nothing new.
      try? FileManager.default.removeItem(at: draft)
      throw unwritable(target.path, error)
    }
  }

  /// A name in the same folder that nothing else uses, so that a rename can put it in place.
  static func draft(beside target: URL) -> URL {
    target.deletingLastPathComponent()
      .appendingPathComponent(".\(target.lastPathComponent).\(UUID().uuidString)")
  }

  static func unwritable(_ path: String, _ error: any Error) -> DiagramError {
    DiagramError(
      .unwritable, "the diagram cannot be written to \(path): \(error.localizedDescription)",
      remedy: "Check that the folder exists, may be written to and has room.",
      underlying: String(describing: error))
  }
}
