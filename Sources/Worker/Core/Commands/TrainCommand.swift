import Glibc
import Kernel
import Protocol

/// Trains one trial here and prints its result: the way to look into a cell.
enum TrainCommand {
  /// The most bytes of a file; it must fit a pipe.
  static let bytesMax = 32 << 10

  /// Trains what a file says.
  /// - Parameters:
  ///   - name: The file, or `-` for standard input.
  ///   - initial: A safetensors file of the parameters to begin with; `nil` to draw them.
  ///   - export: Where the parameters at the end go; `nil` for nowhere.
  ///   - checkpoint: The file that the trial goes on from if it is there, and where its checkpoints
  ///     go until it ends; `nil` for none.
  /// - Throws: ``WorkerError``, ``KernelError``, ``StudyError``.
  static func run(
    file name: String, initial: String?, export: String?, checkpoint: String?
  ) throws {
    let bytes = try StandardStreams.read(name, countMax: bytesMax)
    var file = try TrialFile(bytes, subject: StandardStreams.subject(name))
    let files = TrialFiles()
    for (digest, path) in file.files { files.add(path, digest: digest) }
    let folder =
      name.contains("/") ? String(name[..<(name.lastIndex(of: "/") ?? name.endIndex)]) : "."
    try files.name(
      &file.parameters, of: try StudyLookup.study(named: file.study).description,
      in: folder.isEmpty ? "/" : folder)
    let specification = try file.specification()
    try NumericsRestart.ensure(file.numerics) {
      if name == "-" { try giveStandardInput(bytes) }
    }
    let runner = try TrialRunner(files: files)
    runner.initial = try initial.map(TensorFile.read)
    runner.keepsTensors = export != nil
    if let checkpoint, let seconds = CheckpointPace.wantedSeconds {
      runner.checkpoints = SlotCheckpoints(
        file: { _ in checkpoint }, leastSeconds: seconds, notify: tell)
    }
    let result = try train(specification, runner, keep: file.keep)
    if let export { try write(runner.tensors, of: specification, to: export) }
    let document = document(specification, result, initial: initial)
    try StandardStreams.write(document.indentedText + "\n")
    if let checkpoint { unlink(checkpoint) }
  }

  /// Says on standard error what there is to say of checkpoints.
  private static func tell(_ key: TrialKey, _ notice: CheckpointFile.Notice) {
    guard case .remark(let words) = notice else { return }
    // Who cannot hear it has the result.
    try? Descriptor(dup(STDERR_FILENO)).writeAll(Array("phasegrid-worker: \(words)\n".utf8))
  }

  /// Trains a trial.
  /// - Throws: `worker.malformed` where it cannot be trained.
  static func train(
    _ specification: TrialSpecification, _ runner: TrialRunner, keep: KeepRequest = .nothing
  ) throws(WorkerError) -> TrialResult {
    let entry = Shard.Entry(
      key: specification.key, attempt: AttemptNumber(1), replicate: specification.replicate,
      parameters: specification.parameters, seeds: specification.seeds)
    let shard = Shard(
      study: specification.study, revision: specification.revision,
      numerics: specification.numerics, limits: TrialLimits(), keep: keep, shared: [:],
      entries: [])
    let result = runner.run(entry, of: shard)
    if case .failed(_, let words) = result.outcome {
      throw WorkerError(
        .malformed, "The trial cannot be trained: \(words)",
        remedy: "Change the parameter that it names.")
    }
    return result
  }

  private static func write(
    _ tensors: [NamedTensor], of specification: TrialSpecification, to path: String
  ) throws(WorkerError) {
    guard !tensors.isEmpty else {
      throw WorkerError(
        .malformed, "Study '\(specification.study)' has no parameters to write to '\(path)'.",
        remedy: "Leave --export out.")
    }
    try TensorFile.write(
      tensors, metadata: TensorFile.metadata(of: specification.study), to: path)
  }

  /// Gives what was read once more, to the program that is started anew: the pipe holds it all, and
  /// nobody reads it before.
  static func giveStandardInput(_ bytes: [UInt8]) throws(SystemError) {
    let pipe = try Descriptor.pipe()
    try pipe.writing.doNotBlock()
    guard try pipe.writing.write(bytes[...]) == bytes.count,
      dup2(pipe.reading.number, STDIN_FILENO) >= 0
    else { throw SystemError("a pipe for standard input", number: ENOBUFS) }
  }

  /// What `train` prints: what begins with given parameters is no trial of a sweep and has no key.
  static func document(
    _ specification: TrialSpecification, _ result: TrialResult, initial: String?
  ) -> JSONValue {
    [
      "key": initial == nil ? .string(result.key.description) : .null,
      "study": .string(specification.study),
      "revision": .integer(Int64(specification.revision)),
      "parameters": .object(
        specification.parameters.sorted { $0.key < $1.key }.map { .init($0.key, $0.value.json) }),
      "seeds": .object(
        specification.seeds.sorted { $0.key < $1.key }.map {
          .init($0.key, .integer(Int64($0.value)))
        }),
      "replicate": .integer(Int64(specification.replicate)),
      "numerics": [
        "profile": .string(specification.numerics.rawValue),
        "revision": .integer(Int64(specification.numerics.revision)),
        "core": .string(result.core),
      ],
      "outcome": result.outcome.json,
      "measures": .object(result.measures.map { .init($0.name, json(of: $0)) }),
      "steps": .integer(Int64(clamping: result.steps)),
      "cpuSeconds": .real(result.cpuSeconds),
      "wallSeconds": .real(result.wallSeconds),
      "peakMemoryBytes": .integer(Int64(clamping: result.peakMemoryBytes)),
      "kept": .array(
        result.kept.things.map { thing in
          [
            "kind": .string(thing.kind.rawValue), "name": .string(thing.name),
            "step": .integer(Int64(clamping: thing.step)),
            "bytes": .integer(Int64(thing.bytes.count)),
          ]
        }),
      "release": .string(Release.number),
    ]
  }

  /// A number, the numbers of a vector, or a curve with its steps.
  private static func json(of measure: MeasureValue) -> JSONValue {
    let values = JSONValue.array(measure.values.map { .real($0) })
    if !measure.steps.isEmpty {
      return [
        "steps": .array(measure.steps.map { .integer(Int64($0)) }),
        "values": values,
      ]
    }
    return measure.values.count == 1 ? .real(measure.values[0]) : values
  }
}
