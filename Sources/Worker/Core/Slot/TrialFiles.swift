import Kernel
import Protocol

/// The files of users that trials read, found by the SHA-256 of their content.
///
/// What was read last is kept, since the trials that follow mostly read it again; but it counts towards
/// the memory of whatever trial comes, so that only little is kept beside what this one reads.
final class TrialFiles {
  /// The most bytes of files that are kept beside those of a trial.
  static let keptBytesMax = 32 << 20

  private struct Kept {
    let digest: String
    let content: SafetensorsReader
    let byteCount: Int
  }

  private let folder: String?
  private var paths: [String: String] = [:]
  private var kept: [Kept] = []

  /// Files of a folder, each called by its SHA-256.
  /// - Parameter folder: `nil` for none but those that are added.
  init(folder: String? = nil) {
    self.folder = folder
  }

  /// Says where a file is.
  func add(_ path: String, digest: String) { paths[digest] = path }

  /// The content of some files, checked against their SHA-256.
  /// - Parameter digests: The files of a trial.
  /// - Returns: The content by SHA-256.
  /// - Throws: `worker.input-output`, `worker.malformed`, `kernel.safetensors`.
  func contents(_ digests: Set<String>) throws -> [String: SafetensorsReader] {
    var others = 0
    // The latest are last.
    for file in kept.reversed() where !digests.contains(file.digest) {
      others += file.byteCount
      if others > TrialFiles.keptBytesMax { kept.removeAll { $0.digest == file.digest } }
    }
    var result: [String: SafetensorsReader] = [:]
    for digest in digests.sorted() { result[digest] = try content(digest) }
    return result
  }

  private func content(_ digest: String) throws -> SafetensorsReader {
    if let place = kept.firstIndex(where: { $0.digest == digest }) {
      let found = kept.remove(at: place)
      kept.append(found)
      return found.content
    }
    guard FileDigest.isOne(digest), let path = paths[digest] ?? folder.map({ "\($0)/\(digest)" })
    else {
      throw WorkerError(
        .malformed, "The file with the SHA-256 \(digest) is not at hand.",
        remedy: "Name the file itself.")
    }
    let bytes = try StandardStreams.read(path, countMax: FileDigest.fileBytesMax)
    let found = FileDigest.text(of: bytes)
    guard found == digest else {
      throw WorkerError(
        .malformed, "The file '\(path)' has the SHA-256 \(found), not \(digest).",
        remedy: "Run the sweep again, so that the file is read anew.")
    }
    let content = try SafetensorsReader(bytes)
    kept.append(Kept(digest: digest, content: content, byteCount: bytes.count))
    return content
  }

  /// Reads the files that parameters name by a path, and names them by their SHA-256 instead.
  /// - Parameters:
  ///   - parameters: What a user wrote.
  ///   - study: Whose parameters they are.
  ///   - folder: What a path that is not whole begins at.
  /// - Throws: `worker.input-output`, `worker.malformed`.
  func name(
    _ parameters: inout [String: ParameterValue], of study: StudyDescription, in folder: String
  ) throws(WorkerError) {
    for parameter in study.parameters where parameter.type == .file {
      guard case .text(let text)? = parameters[parameter.name], !text.isEmpty,
        !FileDigest.isOne(text)
      else { continue }
      let path = text.hasPrefix("/") ? text : "\(folder)/\(text)"
      let bytes = try StandardStreams.read(path, countMax: FileDigest.fileBytesMax)
      let digest = FileDigest.text(of: bytes)
      add(path, digest: digest)
      parameters[parameter.name] = .text(digest)
    }
  }
}
