/// What `phasegrid-worker describe` says: the worker, how it computes, and what it can train.
public struct WorkerDescription: Hashable, Sendable {
  /// A numeric profile that the worker knows.
  public struct Profile: Hashable, Sendable {
    /// The profile's name; a coordinator may meet names that it does not know.
    public var name: String
    /// The profile's revision, part of every trial key.
    public var revision: UInt32

    /// Pairs a name with a revision.
    public init(name: String, revision: UInt32) {
      self.name = name
      self.revision = revision
    }
  }

  /// The worker's release.
  public var release: String
  /// The version of the wire that it speaks.
  public var wireVersion: UInt16
  /// The numeric profiles that it knows.
  public var profiles: [Profile]
  /// The kernels that OpenBLAS picks on this machine when it is told nothing.
  public var core: String
  /// The studies that it can train.
  public var studies: [StudyDescription]

  /// Puts a description together.
  public init(
    release: String, wireVersion: UInt16, profiles: [Profile], core: String,
    studies: [StudyDescription]
  ) {
    self.release = release
    self.wireVersion = wireVersion
    self.profiles = profiles
    self.core = core
    self.studies = studies
  }

  /// The description as JSON.
  public var json: JSONValue {
    [
      "release": .string(release),
      "wireVersion": .integer(Int64(wireVersion)),
      "numericProfiles": .array(
        profiles.map { ["name": .string($0.name), "revision": .integer(Int64($0.revision))] }),
      "core": .string(core),
      "studies": .array(studies.map(\.json)),
    ]
  }

  /// Reads what a worker says of itself.
  /// - Throws: ``DocumentError`` `document.malformed` with the member that is wrong.
  public init(json: JSONValue) throws(DocumentError) {
    let reader = JSONReader(json, path: "worker")
    release = try reader.text("release")
    let version = try reader.member("wireVersion")
    guard let wireVersion = UInt16(exactly: try version.index()) else {
      throw version.malformed("a whole number of 16 bits")
    }
    self.wireVersion = wireVersion
    profiles = try reader.member("numericProfiles").list { reader throws(DocumentError) in
      Profile(name: try reader.text("name"), revision: try reader.member("revision").index())
    }
    core = try reader.text("core")
    studies = try reader.member("studies").list { reader throws(DocumentError) in
      try StudyDescription(reader)
    }
  }
}
