import Glibc
import Kernel
import Protocol

/// Trains one trial here and prints its result: the way to look into a cell.
enum TrainCommand {
  /// The most bytes of a file; it must fit a pipe.
  static let bytesMax = 32 << 10

  static func run(file name: String) throws {
    let bytes = try StandardStreams.read(name, countMax: bytesMax)
    let file = try TrialFile(bytes, subject: StandardStreams.subject(name))
    let study = try StudyLookup.study(named: file.study)
    let resolver = try StudyResolver(study.description)
    let cell = try resolver.resolve(file.parameters)
    if let reason = resolver.violation(of: cell) {
      throw WorkerError(
        .malformed, "Study '\(file.study)' cannot train this combination: \(reason).",
        remedy: "Change one of these parameters.")
    }
    if let purpose = file.seeds.keys.sorted().first(where: {
      !study.description.seedPurposes.contains($0)
    }) {
      let known = study.description.seedPurposes.joined(separator: ", ")
      throw WorkerError(
        .malformed, "Study '\(file.study)' draws no random numbers for '\(purpose)'.",
        remedy: known.isEmpty ? "Leave 'seeds' out." : "Set the seeds of \(known).")
    }
    if !NumericsCheck.isEnvironmentRight(for: file.numerics) {
      throw try restart(name, bytes, numerics: file.numerics)
    }
    if let fault = NumericsCheck.fault(of: file.numerics, core: BLAS.coreName) {
      throw WorkerError(
        .processor, fault, remedy: "Use another machine, or the numeric profile 'native'.")
    }
    let specification = resolver.specification(
      of: cell, numerics: file.numerics,
      seeds: resolver.seeds(fixed: file.seeds, replicate: file.replicate),
      replicate: file.replicate)
    let result = try train(specification)
    try StandardStreams.write(document(specification, result).indentedText + "\n")
  }

  private static func train(_ specification: TrialSpecification) throws -> TrialResult {
    let entry = Shard.Entry(
      key: specification.key, attempt: AttemptNumber(1), replicate: specification.replicate,
      parameters: specification.parameters, seeds: specification.seeds)
    let shard = Shard(
      study: specification.study, revision: specification.revision,
      numerics: specification.numerics, limits: TrialLimits(), shared: [:], entries: [])
    let result = try TrialRunner().run(entry, of: shard)
    if case .failed(_, let words) = result.outcome {
      throw WorkerError(
        .malformed, "The trial cannot be trained: \(words)",
        remedy: "Change the parameter that it names.")
    }
    return result
  }

  /// Starts this program anew with the environment that OpenBLAS reads when it is loaded.
  /// - Returns: Why that did not work; otherwise it does not return.
  private static func restart(
    _ name: String, _ bytes: [UInt8], numerics: NumericProfile
  ) throws(SystemError) -> WorkerError {
    if name == "-" {
      // What was read is given once more. The pipe holds it all: nobody reads it before the restart.
      let pipe = try Descriptor.pipe()
      try pipe.writing.doNotBlock()
      guard try pipe.writing.write(bytes[...]) == bytes.count,
        dup2(pipe.reading.number, STDIN_FILENO) >= 0
      else { throw SystemError("a pipe for standard input", number: ENOBUFS) }
    }
    let environment = Environment.entries(changing: NumericsCheck.environment(for: numerics))
    let error = OwnProgram.restart(["train", name], environment: environment)
    return WorkerError(
      .inputOutput, "The worker cannot start itself: \(error.words).",
      remedy: "Make /proc available: it finds itself there.")
  }

  /// What `train` prints.
  static func document(
    _ specification: TrialSpecification, _ result: TrialResult
  ) -> JSONValue {
    [
      "key": .string(result.key.description),
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
