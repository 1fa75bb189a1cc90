package import Protocol

extension TransportError {
  /// The error for a `failed` that a script on a node answered.
  /// - Parameters:
  ///   - node: Which node.
  ///   - code: The script's short name of the failure.
  ///   - words: What it said of it.
  package init(node: NodeName, failure code: String, words: String) {
    let words = words.isEmpty ? "it did not say why" : words
    switch code {
    case "disk-full":
      self.init(
        .nodeDiskFull, "Node '\(node)' has no space for the work directory: \(words).",
        remedy: "Free space there, or name another 'workDirectory' for it in the cluster file.")
    case "work-directory":
      self.init(
        .nodeWorkDirectory, "The work directory of node '\(node)' cannot be used: \(words).",
        remedy: "Make it a directory of your own, or name another 'workDirectory' for it in the "
          + "cluster file.")
    case "noexec":
      self.init(
        .nodeNoExec,
        "Node '\(node)' does not let programs be run from its work directory: "
          + "\(words).",
        remedy: "Name a 'workDirectory' for it in the cluster file on a file system that is not "
          + "mounted noexec.")
    case "tool":
      self.init(
        .nodeTool, "Node '\(node)' has no program '\(words)', which the start of a worker needs.",
        remedy: "Install it there (Debian: coreutils), or take the node out of the cluster file.")
    case "digest":
      self.init(
        .nodeUpload,
        "The worker program did not arrive at node '\(node)' as it was sent: "
          + "\(words).",
        remedy: "Try again; if it happens twice, look at the node's disk and network.")
    case "execution":
      self.init(
        .nodeWorker, "The worker program does not run on node '\(node)': \(words).",
        remedy:
          "Check that the program in workers/ was built for this kind of machine ('uname -m') "
          + "and that /proc is mounted there.")
    default:
      self.init(
        .nodeShell, "Node '\(node)' failed with '\(code)': \(words).",
        remedy: "Use a coordinator of this release; if it is one, report this.")
    }
  }

  /// The error for a node whose kind of machine no worker program was built for.
  /// - Parameters:
  ///   - node: Which node.
  ///   - machine: What its `uname -m` says.
  package init(node: NodeName, noWorkerFor machine: String) {
    self.init(
      .nodeArchitecture, "There is no worker program for node '\(node)', which is '\(machine)'.",
      remedy: "Build phasegrid-worker on a machine of that kind and put it at workers/\(machine)/"
        + "phasegrid-worker, or take the node out of the cluster file.")
  }
}
