package import Protocol

/// What a probe found out about a node; what it could not tell is `nil`.
///
/// Everything in it came from the node: numbers are within bounds, texts are short and can be shown.
package struct NodeFacts: Hashable, Sendable {
  /// A worker program in the work directory.
  package struct Program: Hashable, Sendable {
    /// The SHA-256 that its directory is named by, 64 hexadecimal digits.
    package var digest: String
    /// Whether the file has that SHA-256.
    package var isIntact: Bool
    /// The release that it says it is.
    package var release: String?
  }

  /// A process of a worker.
  package struct Process: Hashable, Sendable {
    /// Its number on the node.
    package var identifier: Int64
    /// How long it has been there, in seconds.
    package var ageSeconds: Int64
    /// The SHA-256 of its program.
    package var digest: String
    /// What it does: `daemon`, `slot`, `serve`.
    package var role: String
    /// The directory that it works for, below the work directory; empty for a slot.
    package var directory: String
  }

  /// The directory of one catalog's worker on one machine.
  package struct Holding: Hashable, Sendable {
    /// The bytes of results that no coordinator has collected.
    package var resultBytes: Int64
    /// The name of the machine whose worker wrote it; homes may be shared.
    package var machine: String
    /// Which catalog the results are for.
    package var catalog: UniqueID
  }

  /// Something wrong that the node said itself.
  package struct Complaint: Hashable, Sendable {
    /// The short name of a failure, as in `failed` of a script.
    package var code: String
    /// What is wrong.
    package var words: String
  }

  /// What `uname -m` says, for instance `x86_64`.
  package var machine: String?
  /// What `uname -s` says.
  package var system: String?
  /// What `uname -r` says.
  package var kernel: String?
  /// The name and version of the distribution.
  package var distribution: String?
  /// Who we are there.
  package var user: String?
  /// Our home directory.
  package var home: String?
  /// Our login shell.
  package var shell: String?
  /// The machine's name below the work directory.
  package var identity: String?
  /// The work directory, absolute.
  package var workDirectory: String?
  /// Whether the work directory is there.
  package var hasWorkDirectory = false
  /// What is free where the work directory is or would be, in bytes.
  package var freeBytes: Int64?
  /// All memory, in bytes.
  package var memoryBytes: Int64?
  /// The memory that programs can have, in bytes.
  package var availableMemoryBytes: Int64?
  /// The load average of the last minute.
  package var load: Double?
  /// The logical processors that are online.
  package var processors: Int64?
  /// The physical cores that are online.
  package var cores: Int64?
  /// What the processor calls itself.
  package var processorModel: String?
  /// Which of `avx2`, `fma` and `avx512f` the processor has.
  package var features: Set<String>?
  /// Which programs of those that are of use are there; `sha256` stands for any that tells it.
  package var tools: Set<String>?
  /// Whether programs may be run from the work directory.
  package var mayRunPrograms: Bool?
  /// Whether what is started there belongs to a session of logind.
  package var isSession = false
  /// Whether our processes may stay when no session of ours is there.
  package var lingers = false
  /// Whether the system ends what a session leaves behind.
  package var killsUserProcesses = false
  /// Whether a worker can be started so that it outlives the session all the same.
  package var canLeaveSession = false
  /// What the node's clock says, in seconds since 1970.
  package var clockSeconds: Int64?
  /// The worker programs.
  package var programs: [Program] = []
  /// Our processes.
  package var processes: [Process] = []
  /// The directories of workers.
  package var holdings: [Holding] = []
  /// What is wrong with the work directory.
  package var complaints: [Complaint] = []
  /// The names of facts that made no sense, at most a few.
  package var malformed: [String] = []

  /// The bytes of results that no coordinator has collected.
  package var resultBytes: Int64 { holdings.reduce(0) { $0 + $1.resultBytes } }
}
