import Kernel
import Protocol

/// Computes a case again whose numbers somebody else has computed, and says how far it is from
/// them.
enum ReplayCommand {
  /// The most bytes of a case or a manifest.
  static let bytesMax = 1 << 30

  /// - Returns: Whether every tensor is within its bound.
  static func run(
    file name: String, manifest manifestName: String?, numerics: NumericProfile
  ) throws -> Bool {
    try NumericsRestart.ensure(numerics)
    let reader = try SafetensorsReader(
      try StandardStreams.read(name, countMax: bytesMax))
    let fileName = name.split(separator: "/").last.map(String.init) ?? name
    let replayed = try ReplayCase(
      file: reader, manifest: try manifestName.map(manifest(in:)), fileName: fileName)
    let lines =
      try replayed.replay(Float.self, numerics: numerics)
      + replayed.replay(Double.self, numerics: numerics)
    let failed = lines.filter { !$0.isAccepted }.count
    let verdict =
      failed == 0
      ? "\(replayed.name): ok, \(lines.count) of \(lines.count) tensors within their bounds"
      : "\(replayed.name): FAILED, \(failed) of \(lines.count) tensors beyond their bounds"
    try StandardStreams.write((lines.map(\.text) + [verdict]).joined(separator: "\n") + "\n")
    return failed == 0
  }

  private static func manifest(in name: String) throws(WorkerError) -> JSONValue {
    let bytes = try StandardStreams.read(name, countMax: bytesMax)
    do throws(JSONError) {
      return try JSONValue(parsing: bytes)
    } catch {
      let line = bytes.prefix(error.offset).count { $0 == UInt8(ascii: "\n") } + 1
      throw WorkerError(
        .malformed,
        "\(StandardStreams.subject(name)) is no JSON: line \(line): \(error.message).",
        remedy: "Give the manifest as it was written beside the cases.")
    }
  }
}
