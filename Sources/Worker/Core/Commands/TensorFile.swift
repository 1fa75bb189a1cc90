import Glibc
import Kernel
import Protocol

/// Parameters as safetensors files on disk.
enum TensorFile {
  /// The most bytes of a file.
  static let bytesMax = 1 << 32

  /// What stands beside the parameters of a study's training.
  static func metadata(of study: String) -> [(name: String, text: String)] {
    [("study", study), ("release", Release.number)]
  }

  /// The tensors of a file.
  /// - Throws: `worker.input-output`, `kernel.safetensors`.
  static func read(_ name: String) throws -> [NamedTensor] {
    try SafetensorsReader(try StandardStreams.read(name, countMax: bytesMax)).namedTensors()
  }

  /// Writes tensors, whole or not at all: a reader never finds half a file.
  /// - Throws: `worker.input-output`.
  static func write(
    _ tensors: [NamedTensor], metadata: [(name: String, text: String)], to path: String
  ) throws(WorkerError) {
    let temporary = "\(path).\(getpid()).new"
    do throws(SystemError) {
      let file = try Descriptor.open(
        temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o666)
      do throws(SystemError) {
        try file.writeAll(SafetensorsWriter.bytes(tensors, metadata: metadata))
        guard fdatasync(file.number) == 0, rename(temporary, path) == 0 else {
          throw SystemError("replacing \(path)")
        }
      } catch {
        unlink(temporary)
        throw error
      }
    } catch {
      throw WorkerError(
        .inputOutput, "The parameters cannot be written to '\(path)': \(error.words).",
        remedy: "Name a file in a folder that can be written.")
    }
  }
}
