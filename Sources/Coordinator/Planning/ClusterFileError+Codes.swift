extension ClusterFileError {
  /// The stable names of the errors of cluster files; `docs/CLUSTERS.md` lists them.
  package struct Code: Hashable, Sendable {
    /// The dotted name.
    package let rawValue: String

    init(_ rawValue: String) { self.rawValue = rawValue }

    /// The file cannot be opened or read, or is a directory.
    package static let unreadable = Code("cluster.unreadable")
    /// The file is larger than a cluster file may be.
    package static let tooLarge = Code("cluster.too-large")
    /// The file is not UTF-8, or holds a NUL byte.
    package static let encoding = Code("cluster.encoding")
    /// The file is no YAML.
    package static let syntax = Code("cluster.syntax")
    /// The file uses an anchor, an alias, a tag or a second document.
    package static let unsupportedSyntax = Code("cluster.unsupported-syntax")
    /// A key is given twice.
    package static let duplicateKey = Code("cluster.duplicate-key")
    /// A key is not known.
    package static let unknownKey = Code("cluster.unknown-key")
    /// A key that is needed is not there.
    package static let missingKey = Code("cluster.missing-key")
    /// Two keys exclude each other.
    package static let conflict = Code("cluster.conflict")
    /// A value is of another form than its key takes.
    package static let wrongType = Code("cluster.wrong-type")
    /// A number is out of its key's range, or a list too long.
    package static let range = Code("cluster.range")
    /// The lease is no time from 5 s to 24 h.
    package static let lease = Code("cluster.lease")
    /// The list of nodes is empty.
    package static let noNodes = Code("cluster.no-nodes")
    /// The list of nodes is too long.
    package static let tooManyNodes = Code("cluster.too-many-nodes")
    /// A host is not of the form `[user@]host[:port]`.
    package static let host = Code("cluster.host")
    /// A node's name has letters that it may not have.
    package static let nodeName = Code("cluster.node-name")
    /// Two nodes have the same name, or are the same place.
    package static let duplicateNode = Code("cluster.duplicate-node")
    /// A file or directory is named in a way that is not understood.
    package static let path = Code("cluster.path")
    /// What a catalog keeps of a cluster is malformed.
    package static let record = Code("cluster.record")
  }
}
