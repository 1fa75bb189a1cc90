extension TransportError.Code {
  /// No POSIX shell answered on the node: a restricted or broken login shell.
  package static let nodeShell = TransportError.Code("node.shell")
  /// A program that the start of a worker needs is not on the node.
  package static let nodeTool = TransportError.Code("node.tool")
  /// The node's work directory cannot be made or is not ours alone.
  package static let nodeWorkDirectory = TransportError.Code("node.work-directory")
  /// Programs may not be run from the node's work directory.
  package static let nodeNoExec = TransportError.Code("node.noexec")
  /// The node's work directory has no space left.
  package static let nodeDiskFull = TransportError.Code("node.disk-full")
  /// There is no worker program for the node's kind of machine.
  package static let nodeArchitecture = TransportError.Code("node.architecture")
  /// The worker program did not arrive as it was sent.
  package static let nodeUpload = TransportError.Code("node.upload")
  /// The worker program does not run on the node.
  package static let nodeWorker = TransportError.Code("node.worker")
  /// The node's processor lacks what the pinned numerics need.
  package static let nodeProcessor = TransportError.Code("node.processor")
  /// The node has little memory left.
  package static let nodeMemory = TransportError.Code("node.memory")
  /// The node's clock is wrong, or this machine's is.
  package static let nodeClock = TransportError.Code("node.clock")
  /// The node is busy with other programs.
  package static let nodeLoad = TransportError.Code("node.load")
  /// The node ends what a session leaves behind, our workers among it.
  package static let nodeKillUserProcesses = TransportError.Code("node.kill-user-processes")
  /// Workers of another release run on the node.
  package static let nodeOtherWorkers = TransportError.Code("node.other-workers")
  /// The node answered things that make no sense.
  package static let nodeAnswers = TransportError.Code("node.answers")
}
