package import Planning
package import Protocol
import Transport

/// The memory that the trials of a sweep take, each as a worker found it by trying one of its size.
package struct TrialMemory: Sendable {
  /// The bytes of each size that was tried, with the number of trials that it stands for.
  package let sizes: [(bytes: UInt64, count: Int)]
  /// The bytes of what a trial of each size keeps at most, with the number of such trials.
  package let kept: [(bytes: UInt64, count: Int)]
  /// How many sizes, the cheapest, were left, because the time was up.
  package let untriedCount: Int
  /// Why others cannot be trained; `nil` where all that were tried could be.
  package let refusal: String?

  /// The most sizes that are tried.
  static let sizesMax = 12
  /// How long after its start the worker begins to try another size: a plan is to be read at once.
  static let beginsWithinSeconds = 5
  /// How long after its start the worker is stopped in the middle of a size.
  static let endsWithinSeconds = 20

  /// Puts together what was found.
  package init(
    sizes: [(bytes: UInt64, count: Int)], kept: [(bytes: UInt64, count: Int)] = [],
    untriedCount: Int = 0, refusal: String? = nil
  ) {
    self.kept = kept.sorted { $0.bytes < $1.bytes }
    self.sizes = sizes.sorted { $0.bytes < $1.bytes }
    self.untriedCount = untriedCount
    self.refusal = refusal
  }

  /// Asks the worker program on this machine.
  /// - Parameters:
  ///   - sizes: The trials' sizes.
  ///   - prices: What trials cost, to put them in order where there are many sizes.
  ///   - files: The files that trials read.
  ///   - keep: What of each trial is kept.
  /// - Returns: What they take; a worker that cannot tell is a refusal, and no error: everything but
  ///   this can be planned.
  /// - Throws: ``TransportError`` when there is no worker.
  package static func found(
    for sizes: TrialSizes, prices: CostEstimate, files: [DataFile] = [],
    keep: KeepRequest = .nothing
  ) async throws -> TrialMemory {
    let representatives = sizes.representatives(sizesMax, prices: prices)
    guard !representatives.isEmpty else { return TrialMemory(sizes: []) }
    let program = try WorkerProgram.find()
    let estimates: [JSONValue]
    do throws(TransportError) {
      estimates = try await program.estimate(
        trials: .array(representatives.map { json($0.trial, sizes.study, files, keep) }),
        beginsWithinSeconds: beginsWithinSeconds, endsWithinSeconds: endsWithinSeconds)
    } catch {
      return TrialMemory(sizes: [], refusal: error.message)
    }
    guard estimates.count <= representatives.count else {
      return TrialMemory(sizes: [], refusal: "the worker answered of too many trials")
    }
    var found: [(bytes: UInt64, count: Int)] = []
    var kept: [(bytes: UInt64, count: Int)] = []
    var untriedCount = representatives.count - estimates.count
    var refusal: String?
    for (estimate, size) in zip(estimates, representatives) {
      if let bytes = estimate["memoryBytes"]?.integer {
        found.append((bytes: UInt64(clamping: bytes), count: size.count))
        let keptBytes = UInt64(clamping: estimate["keptBytes"]?.integer ?? 0)
        kept.append((bytes: keptBytes, count: size.count))
      } else if estimate["untried"]?.boolean == true {
        untriedCount += 1
      } else {
        refusal = refusal ?? estimate["refused"]?.string ?? "the worker does not say why"
      }
    }
    return TrialMemory(sizes: found, kept: kept, untriedCount: untriedCount, refusal: refusal)
  }

  /// The bytes of the trial that takes most; `nil` where none could be tried.
  package var greatestBytes: UInt64? { sizes.last?.bytes }

  /// The bytes that half of the trials do not exceed; `nil` where none could be tried or some were
  /// left.
  package var medianBytes: UInt64? {
    guard untriedCount == 0 else { return nil }
    let half = (sizes.reduce(0) { $0 + $1.count } + 1) / 2
    var before = 0
    return sizes.first { size in
      before += size.count
      return before >= half
    }?.bytes
  }

  /// The bytes of what the trial keeps that keeps most; `nil` where none could be tried.
  package var keptGreatestBytes: UInt64? { kept.last?.bytes }

  /// The bytes of what all trials keep that could be tried.
  package var keptTotalBytes: UInt64 {
    kept.reduce(0) { sum, size in
      let (product, overflows) = size.bytes.multipliedReportingOverflow(by: UInt64(size.count))
      let (total, exceeds) = sum.addingReportingOverflow(product)
      return overflows || exceeds ? .max : total
    }
  }

  /// How many trials take more than so many bytes.
  package func count(above bytes: UInt64) -> Int {
    sizes.reduce(0) { $0 + ($1.bytes > bytes ? $1.count : 0) }
  }

  /// A trial as the worker reads it: what has its default is left out.
  static func json(
    _ trial: TrialSpecification, _ study: StudyDescription, _ files: [DataFile],
    _ keep: KeepRequest = .nothing
  ) -> JSONValue {
    let parameters = study.parameters.compactMap { parameter in
      trial.parameters[parameter.name].flatMap { value in
        value == parameter.defaultValue ? nil : JSONValue.Member(parameter.name, value.json)
      }
    }
    return [
      "study": .string(trial.study),
      "parameters": .object(parameters),
      "seeds": .object(
        trial.seeds.sorted { $0.key < $1.key }.map { .init($0.key, .integer(Int64($0.value))) }),
      "replicate": .integer(Int64(trial.replicate)),
      "numerics": .string(trial.numerics.rawValue),
      "files": .object(
        Dictionary(files.map { ($0.digest, $0.path) }) { first, _ in first }
          .sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }),
      "keep": .array(keep.words.map { .string($0) }),
    ]
  }
}
