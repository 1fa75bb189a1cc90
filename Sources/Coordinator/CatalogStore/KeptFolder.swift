import Foundation
import Planning
package import Protocol

/// What is kept of trials, as files in a folder: safetensors for parameters, comma-separated values
/// for curves and matrices, and `manifest.csv` with a line a file.
///
/// The folder is made beside its place and put there when it is whole; one that exists stays as it
/// is.
package struct KeptFolder {
  /// How much was written.
  package struct Summary: Hashable, Sendable {
    /// Files beside the manifest.
    package var files = 0
    /// Trials that have any.
    package var trials = 0
    /// Trials of which nothing is kept.
    package var trialsWithout = 0
    /// Bytes of the files beside the manifest.
    package var bytes = 0
  }

  private let catalog: Catalog
  private let sweep: SweepRecord

  /// Prepares to write what the catalog has of a sweep's trials.
  package init(of sweep: SweepRecord, in catalog: Catalog) {
    self.catalog = catalog
    self.sweep = sweep
  }

  /// Writes the folder.
  /// - Parameters:
  ///   - path: Where; there must be nothing yet.
  ///   - condition: Which trials, as in ``Catalog/results(of:where:)``; `nil` for all.
  /// - Returns: How much was written.
  /// - Throws: `catalog.folder` where the folder exists or cannot be written; `catalog.nothing-kept`
  ///   where there is nothing to write; what ``Catalog/results(of:where:)`` throws.
  package func write(
    to path: String, where condition: Protocol.Expression? = nil
  ) async throws -> Summary {
    let target = URL(fileURLWithPath: path).standardizedFileURL
    try refuseExisting(target)
    let rows = try await catalog.results(of: sweep, where: condition).rows
    let draft = target.deletingLastPathComponent()
      .appendingPathComponent(".\(target.lastPathComponent).\(UUID().uuidString)")
    do {
      try make(draft)
      let summary = try await fill(draft, rows)
      guard summary.files > 0 else { throw nothingKept(rows.count) }
      try refuseExisting(target)
      guard rename(draft.path, target.path) == 0 else {
        throw unwritable(target.path, String(cString: strerror(errno)))
      }
      return summary
    } catch {
      // The draft is of no use; that it cannot be removed either would say nothing new.
      try? FileManager.default.removeItem(at: draft)
      throw error
    }
  }

  private func fill(_ folder: URL, _ rows: [ResultRow]) async throws -> Summary {
    let axes = sweep.definition.axes.map(\.name)
    var manifest = CSVLine.text(
      ["trial"] + axes + ["replicate", "outcome", "kind", "name", "step", "file"])
    var summary = Summary()
    var written: [TrialKey: [KeptFile]] = [:]
    for row in rows {
      let files: [KeptFile]
      if let known = written[row.key] {
        files = known
      } else {
        files = try await self.files(of: row.key)
        for file in files { try write(file, in: folder) }
        written[row.key] = files.map(\.withoutBytes)
        summary.files += files.count
        summary.bytes += files.reduce(0) { $0 + $1.bytes.count }
        if files.isEmpty { summary.trialsWithout += 1 } else { summary.trials += 1 }
      }
      let cell =
        [row.key.description] + row.values.map(\.canonicalText)
        + ["\(row.replicate)", row.outcome?.word ?? ""]
      // A trial of which nothing is kept has a line too, so that it is not overlooked.
      for fields in files.isEmpty ? [["", "", "", ""]] : files.map(\.fields) {
        manifest += CSVLine.text(cell + fields)
      }
    }
    try write(Array(manifest.utf8), named: "manifest.csv", in: folder)
    return summary
  }

  private func files(of key: TrialKey) async throws -> [KeptFile] {
    let things = try await catalog.keptThings(of: key, asked: sweep.definition.keep)
    let curves = try await catalog.measuredCurves(of: key)
    return things.map { KeptFile($0, of: key) } + curves.map { KeptFile($0, of: key) }
  }

  private func make(_ folder: URL) throws(CatalogError) {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    } catch {
      throw unwritable(folder.path, error.localizedDescription)
    }
  }

  private func write(_ file: KeptFile, in folder: URL) throws(CatalogError) {
    try write(file.bytes, named: file.name, in: folder)
  }

  private func write(
    _ bytes: [UInt8], named name: String, in folder: URL
  ) throws(CatalogError) {
    let file = folder.appendingPathComponent(name)
    do {
      try Data(bytes).write(to: file, options: .withoutOverwriting)
    } catch {
      throw unwritable(file.path, error.localizedDescription)
    }
  }

  private func refuseExisting(_ target: URL) throws(CatalogError) {
    guard FileManager.default.fileExists(atPath: target.path) else { return }
    throw CatalogError(
      .folder, "cannot write what is kept to '\(target.path)': it exists",
      remedy: "Name a folder that does not exist yet.")
  }

  private func unwritable(_ path: String, _ reason: String) -> CatalogError {
    CatalogError(
      .folder, "cannot write what is kept to '\(path)': \(reason)",
      remedy: "Name a folder in a place that exists, may be written to and has room.")
  }

  private func nothingKept(_ trialCount: Int) -> CatalogError {
    CatalogError(
      .nothingKept,
      "cannot write what is kept of the sweep '\(sweep.definition.name)': nothing is, of the"
        + " \(trialCount) chosen trials",
      remedy: sweep.definition.keep.isEmpty
        ? "Say in the sweep file what to keep, and run it again."
        : "Choose trials that were trained, or train them with `phasegrid resume`.")
  }
}

/// One file of the folder.
private struct KeptFile {
  let kind: String
  let thing: String
  let step: UInt64?
  let name: String
  var bytes: [UInt8]

  init(_ kept: KeptThing, of key: TrialKey) {
    let isTensors = kept.kind == .parameters
    self.init(
      kind: kept.kind.rawValue, thing: kept.name, step: kept.step, key: key,
      ending: isTensors ? "safetensors" : "csv", bytes: kept.bytes)
    if let points = kept.points {
      bytes = KeptFile.table(
        ["step", kept.name], zip(points.steps, points.values).map { ["\($0)", "\($1)"] })
    } else if let rows = kept.rows {
      bytes = KeptFile.table(nil, rows.map { row in row.map { "\($0)" } })
    }
  }

  init(_ measure: MeasureValue, of key: TrialKey) {
    let isCurve = !measure.steps.isEmpty
    self.init(
      kind: isCurve ? "curve" : "vector", thing: measure.name,
      step: measure.steps.last.map { UInt64($0) }, key: key, ending: "csv", bytes: [])
    let places = isCurve ? measure.steps.map { "\($0)" } : measure.values.indices.map { "\($0)" }
    bytes = KeptFile.table(
      [isCurve ? "step" : "index", measure.name],
      zip(places, measure.values).map { [$0, "\($1)"] })
  }

  private init(
    kind: String, thing: String, step: UInt64?, key: TrialKey, ending: String, bytes: [UInt8]
  ) {
    self.kind = kind
    self.thing = thing
    self.step = step
    // What a node calls a thing must not lead out of the folder.
    let safe = thing.utf8.map { byte in
      let scalar = Unicode.Scalar(byte)
      let isPlain =
        scalar.properties.isASCIIHexDigit || scalar.properties.isAlphabetic
        || ("0"..."9").contains(scalar) || scalar == "."
      return isPlain && byte < 0x80 ? String(scalar) : "%\(String(byte, radix: 16))"
    }.joined()
    name = "\(key.description.prefix(16))-\(kind)-\(safe).\(ending)"
    self.bytes = bytes
  }

  /// The file's columns in the manifest.
  var fields: [String] { [kind, thing, step.map { "\($0)" } ?? "", name] }

  /// What the manifest needs of it.
  var withoutBytes: KeptFile {
    var file = self
    file.bytes = []
    return file
  }

  private static func table(_ header: [String]?, _ rows: [[String]]) -> [UInt8] {
    var text = header.map(CSVLine.text) ?? ""
    for row in rows { text += CSVLine.text(row) }
    return Array(text.utf8)
  }
}
