import Kernel
import Protocol

/// What this worker says of itself.
enum DescribeCommand {
  /// The document that `describe` prints.
  static var document: JSONValue {
    WorkerDescription(
      release: Release.number,
      wireVersion: Limits.wireVersion,
      profiles: NumericProfile.allCases.map { .init(name: $0.rawValue, revision: $0.revision) },
      core: BLAS.coreName,
      studies: StudyRegistry.all.map(\.description)
    ).json
  }
}
