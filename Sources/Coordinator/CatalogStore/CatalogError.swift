import GRDB
package import Protocol

/// Why a catalog could not be opened, read or written.
package struct CatalogError: Diagnosable {
  /// The stable names of the catalog's errors.
  package struct Code: Hashable, Sendable {
    /// The dotted name.
    package let rawValue: String
    /// How a program that meets the error ends.
    package let exitStatus: ExitStatus

    init(_ rawValue: String, _ exitStatus: ExitStatus) {
      self.rawValue = rawValue
      self.exitStatus = exitStatus
    }

    /// There is no catalog at the path.
    package static let missing = Code("catalog.missing", .inputOutput)
    /// The path is a directory or a device.
    package static let notAFile = Code("catalog.not-a-file", .inputOutput)
    /// The file may not be read.
    package static let unreadable = Code("catalog.unreadable", .inputOutput)
    /// The file or its directory may not be written.
    package static let notWritable = Code("catalog.not-writable", .inputOutput)
    /// The file is something else than a catalog.
    package static let notACatalog = Code("catalog.not-a-catalog", .malformedFile)
    /// The file is a catalog that lost or changed some of its bytes.
    package static let damaged = Code("catalog.damaged", .malformedFile)
    /// A newer program has written the catalog.
    package static let newer = Code("catalog.newer", .inputOutput)
    /// An older program has written the catalog, and a reader does not change it.
    package static let older = Code("catalog.older", .inputOutput)
    /// Another process writes the catalog.
    package static let locked = Code("catalog.locked", .inputOutput)
    /// The file system cannot lock files.
    package static let lockUnsupported = Code("catalog.lock-unsupported", .inputOutput)
    /// Another process kept the file busy for too long.
    package static let busy = Code("catalog.busy", .inputOutput)
    /// No space is left for the catalog.
    package static let full = Code("catalog.full", .inputOutput)
    /// The operating system failed to read or write the file.
    package static let inputOutput = Code("catalog.input-output", .inputOutput)
    /// The catalog has no sweep of this name.
    package static let unknownSweep = Code("catalog.unknown-sweep", .usage)
    /// The catalog has no such trial.
    package static let unknownTrial = Code("catalog.unknown-trial", .usage)
    /// Several trials answer to the same beginning of a key.
    package static let ambiguousTrial = Code("catalog.ambiguous-trial", .usage)
    /// A sweep of this name trains another study.
    package static let otherStudy = Code("catalog.other-study", .malformedFile)
    /// Trials were planned for another revision of their numeric profile.
    package static let outdatedNumerics = Code("catalog.outdated-numerics", .malformedFile)
    /// The trial has an attempt of this number already.
    package static let attemptExists = Code("catalog.attempt-exists", .internalFault)
    /// A folder for what is kept exists, or cannot be written.
    package static let folder = Code("catalog.folder", .inputOutput)
    /// A catalog is to take itself over, or to be written over a file that is there.
    package static let occupied = Code("catalog.occupied", .usage)
    /// Nothing is kept of the trials that were asked for.
    package static let nothingKept = Code("catalog.nothing-kept", .malformedFile)
    /// Something that must not happen.
    package static let internalFault = Code("catalog.internal", .internalFault)
  }

  /// Which error it is.
  package let kind: Code
  /// What was being done, to what, and why it failed.
  package let message: String
  /// What to do about it.
  package let remedy: String
  /// What the database said, for a developer.
  package let underlying: String?

  /// The dotted name.
  package var code: String { kind.rawValue }
  /// How a program that meets this error ends.
  package var exitStatus: ExitStatus { kind.exitStatus }
  /// Whether the same call may succeed later, once a person or another program has made room.
  package var isTransient: Bool {
    kind == .full || kind == .inputOutput || kind == .busy
  }

  init(_ kind: Code, _ message: String, remedy: String, underlying: String? = nil) {
    self.kind = kind
    self.message = message
    self.remedy = remedy
    self.underlying = underlying
  }

  /// Puts a failure of the database into words.
  /// - Parameters:
  ///   - error: what the database threw; a ``CatalogError`` stays as it is.
  ///   - purpose: what was being done, as the continuation of "cannot".
  ///   - path: the catalog.
  init(_ error: any Error, purpose: String, path: String) {
    if let error = error as? CatalogError {
      self = error
      return
    }
    if error is ColumnError || error is JSONError || error is RowDecodingError {
      self.init(
        .damaged, "cannot \(purpose) in the catalog '\(path)': a row of it is damaged: \(error)",
        remedy: CatalogError.damagedRemedy)
      return
    }
    guard let error = error as? DatabaseError else {
      self.init(
        .internalFault, "cannot \(purpose) in the catalog '\(path)': \(error)",
        remedy: "Report this with the command that led to it.")
      return
    }
    let words = CatalogError.words(of: error, path: path)
    self.init(
      words.kind, "cannot \(purpose) in the catalog '\(path)': \(words.reason)",
      remedy: words.remedy, underlying: "\(error)")
  }

  private static func words(
    of error: DatabaseError, path: String
  ) -> (kind: Code, reason: String, remedy: String) {
    switch error.resultCode {
    case .SQLITE_FULL:
      return (.full, "no space is left for it", "Free space on the disk that holds '\(path)'.")
    case .SQLITE_IOERR:
      return (
        .inputOutput, "the operating system reports an error (\(error.extendedResultCode))",
        "Check the disk that holds '\(path)', its free space and its quota."
      )
    case .SQLITE_CORRUPT, .SQLITE_NOTADB:
      return (.damaged, "the file is damaged", damagedRemedy)
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      return (
        .busy, "another program keeps it busy",
        "Close the other program that writes to '\(path)' and try again."
      )
    case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
      return (
        .notWritable, "it may not be written",
        "Give yourself write permission for the file and its directory, or copy both elsewhere."
      )
    case .SQLITE_CANTOPEN:
      return (
        .unreadable, "the file cannot be opened",
        "Check the permissions of '\(path)' and of its directory."
      )
    default:
      return (
        .internalFault, "the database says '\(error.message ?? "nothing")'",
        "Report this with the command that led to it."
      )
    }
  }

  static let damagedRemedy =
    "Restore the file from a copy, or save what can be read with `sqlite3 FILE .recover`."
}
