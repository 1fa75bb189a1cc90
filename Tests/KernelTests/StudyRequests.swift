import Kernel
import Protocol
import Testing

/// Requests of small trials, made as planning makes them.
enum StudyRequests {
  /// Small sizes of every study, so that a trial takes milliseconds.
  static let small: [String: [String: ParameterValue]] = [
    "idle": [:],
    "two-layer-phase-diagram": ["width": .integer(50), "init.gamma": .real(1.2)],
    "initial-condensation": [
      "width": .integer(50), "init.gamma": .real(1.8), "data.samples": .integer(10),
      "data.dimension": .integer(2),
    ],
    "convolution-condensation": [
      "model.channels": .integer(4), "data.samples": .integer(20), "init.deviation": .real(0.01),
    ],
    "dropout-condensation": [
      "model.width": .integer(12), "data.samples": .integer(6), "data.testSamples": .integer(21),
      "training.steps": .integer(12),
    ],
    "label-granularity": [
      "labels.granularity": .integer(4), "labels.noise": .real(0.2), "data.subtypes": .integer(4),
      "data.dimension": .integer(12), "data.patches": .integer(4), "data.samples": .integer(40),
      "data.hardShare": .real(0.2), "data.testSamples": .integer(60), "model.filters": .integer(6),
      "training.steps": .integer(6), "training.batch": .integer(8), "transfer.steps": .integer(4),
      "transfer.samples": .integer(20),
    ],
    "anchor-functions": [
      "data.samples": .integer(20), "data.testSamples": .integer(12), "model.width": .integer(8),
      "model.keyWidth": .integer(8), "model.feedForward": .integer(8),
      "training.steps": .integer(5), "training.batch": .integer(4),
    ],
    "composite-anchors": [
      "data.testSamples": .integer(12), "model.width": .integer(8), "model.keyWidth": .integer(8),
      "model.feedForward": .integer(8), "training.steps": .integer(5),
      "training.batch": .integer(4),
    ],
    "matching-reasoning": [
      "data.samples": .integer(20), "data.testSamples": .integer(12), "model.width": .integer(8),
      "model.keyWidth": .integer(8), "model.feedForward": .integer(8),
      "model.vocabulary": .integer(45), "training.steps": .integer(5),
      "training.batch": .integer(4), "training.lookEvery": .integer(2),
    ],
    "supervised": [
      "data.file": SuppliedFile.digest(SuppliedFile.images), "model.depth": .integer(1),
      "model.width": .integer(6), "training.steps": .integer(5), "training.batch": .integer(4),
      "finetune.steps": .integer(3), "measure.curvature": .boolean(true),
    ],
  ]

  /// The trial of a study with the named parameters, else its defaults.
  static func specification(
    _ study: String, _ parameters: [String: ParameterValue], replicate: UInt32 = 0,
    seeds: [String: UInt32] = [:]
  ) throws -> TrialSpecification {
    let resolver = try StudyResolver(
      try #require(StudyRegistry.study(named: study)).description)
    return resolver.specification(
      of: try resolver.resolve(parameters), numerics: .pinned,
      seeds: resolver.seeds(fixed: seeds, replicate: replicate), replicate: replicate)
  }

  /// Trains a specified trial.
  static func train(_ trial: TrialSpecification) throws -> TrainingReport {
    var request = TrainingRequest(
      key: trial.key, numerics: trial.numerics, parameters: trial.parameters,
      seeds: trial.seeds, replicate: trial.replicate)
    request.files = SuppliedFile.known
    return try #require(StudyRegistry.study(named: trial.study)).train(request)
  }

  /// Trains a small trial of a study with some parameters changed.
  static func trainSmall(
    _ study: String, _ changes: [String: ParameterValue] = [:], replicate: UInt32 = 0,
    seeds: [String: UInt32] = [:]
  ) throws -> TrainingReport {
    let parameters = try #require(small[study]).merging(changes) { _, new in new }
    return try train(
      try specification(study, parameters, replicate: replicate, seeds: seeds))
  }
}

extension TrainingReport {
  /// The measure of this name as one number.
  func number(_ name: String) throws -> Double {
    try #require(measures.first { $0.name == name }?.values.first)
  }

  /// The bits of all numbers, for comparisons that must be exact.
  var bits: [UInt64] { measures.flatMap { $0.values.map(\.bitPattern) } }
}
