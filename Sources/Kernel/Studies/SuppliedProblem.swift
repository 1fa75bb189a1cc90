import Protocol

/// The samples, models and losses of one trial on a user's data.
struct SuppliedProblem {
  /// One stage: what is trained on, what is tested on, and the model.
  struct Part {
    /// What is trained on.
    var training: SuppliedSamples
    /// What is held back; `nil` for no test.
    var test: SuppliedSamples?
    /// The model as it is looked at.
    var model: any Model
  }

  /// The first stage.
  let first: Part
  /// The second; `nil` for none.
  let second: Part?
  /// What is lowered in all stages.
  let loss: LossDescription
  let reader: ParameterReader
  let request: TrainingRequest

  /// Puts together what a request asks for.
  /// - Throws: `kernel.data` where the file is not at hand, or its samples do not fit.
  init(_ reader: ParameterReader, _ request: TrainingRequest) throws(KernelError) {
    let file = try Self.file("data.file", reader, request)
    let known = ["", "test.", "stage2.", "stage2.test."].flatMap {
      ["\($0)inputs", "\($0)targets"]
    }
    if let name = file.tensors.keys.sorted().first(where: { !known.contains($0) }) {
      let nearest = nearestName(to: name, among: known).map { "; did you mean '\($0)'?" } ?? ""
      throw .data(
        "it has a tensor '\(name)', which is none of \(known.joined(separator: ", "))\(nearest)",
        remedy: "Leave it out, or call it as one of these.")
    }
    guard let samples = try SuppliedSamples.read(file, "") else {
      throw .data(
        "it has no tensors 'inputs' and 'targets', but"
          + " \(file.tensors.isEmpty ? "none" : file.tensors.keys.sorted().joined(separator: ", "))",
        remedy: "Call the tensors so.")
    }
    let isFineTuned = reader.integer("finetune.steps") > 0
    var (training, test) = try Self.divided(samples, try .read(file, "test."), reader, request)
    let wanted = reader.integer("data.samples")
    guard wanted <= training.count else {
      throw .data(
        "data.samples is \(wanted), and there are \(training.count) to train on",
        remedy: "Set data.samples to at most that, or to 0 for all.")
    }
    if wanted > 0 { training = training.first(wanted) }
    let later = isFineTuned ? try Self.later(file) : nil
    try Self.expectBatches(reader, [training] + (later.map { [$0.training] } ?? []))
    let all = [training, test, later?.training, later?.test].compactMap { $0 }
    loss = try Self.loss(reader, all)
    let keepsHead =
      reader.choice("finetune.head", as: Supervised.Head.self) == .kept
    let group = keepsHead ? all : [training, test].compactMap { $0 }
    first = Part(
      training: training, test: test,
      model: try Supervised.network.model(
        reader, for: training, outputs: try Self.outputs(reader, group)))
    if let later {
      let ofSecond = keepsHead ? all : [later.training, later.test].compactMap { $0 }
      second = Part(
        training: later.training, test: later.test,
        model: try Supervised.network.model(
          reader, for: later.training, outputs: try Self.outputs(reader, ofSecond)))
    } else {
      second = nil
    }
    self.reader = reader
    self.request = request
    try expectFit()
  }

  /// A file that a parameter names.
  private static func file(
    _ name: String, _ reader: ParameterReader, _ request: TrainingRequest
  ) throws(KernelError) -> SafetensorsReader {
    let digest = reader.file(name)
    guard !digest.isEmpty else {
      throw KernelError(
        .data, "No file is given for the parameter '\(name)'.",
        remedy: "Name a safetensors file, for instance '\(name): samples.safetensors'.")
    }
    guard let file = request.files[digest] else {
      throw KernelError(
        .data, "The file of the parameter '\(name)', with the SHA-256 \(digest), is not at hand.",
        remedy: "Run the sweep file again, so that it is sent.")
    }
    return file
  }

  /// Samples to train on and to test on.
  private static func divided(
    _ samples: SuppliedSamples, _ test: SuppliedSamples?, _ reader: ParameterReader,
    _ request: TrainingRequest
  ) throws(KernelError) -> (training: SuppliedSamples, test: SuppliedSamples?) {
    let share = reader.real("data.testShare")
    guard share > 0 else { return (samples, test) }
    guard test == nil else {
      throw .data(
        "it has samples 'test.inputs', and data.testShare holds \(share) of the others back",
        remedy: "Set data.testShare to 0, or leave the tensors out.")
    }
    let count = Int((share * Double(samples.count)).rounded())
    guard count > 0, count < samples.count else {
      throw .data(
        "data.testShare \(share) of \(samples.count) samples is \(count): none are left for one side",
        remedy: "Choose another share, or give more samples.")
    }
    // An order by drawn numbers; the first are the test, both sides in the file's order.
    var draws = [Double](repeating: 0, count: samples.count)
    RandomStream(seed: request.seed(of: .data), purpose: .data, step: 0).fillUniform(&draws)
    let order = draws.indices.sorted { (draws[$0], $0) < (draws[$1], $1) }
    return (
      samples.selecting(order[count...].sorted()), samples.selecting(order[..<count].sorted())
    )
  }

  private static func later(
    _ file: SafetensorsReader
  ) throws(KernelError) -> (training: SuppliedSamples, test: SuppliedSamples?) {
    guard let training = try SuppliedSamples.read(file, "stage2.") else {
      throw .data(
        "finetune.steps asks for a second stage, and it has no 'stage2.inputs' and 'stage2.targets'",
        remedy: "Add these tensors, or set finetune.steps to 0.")
    }
    return (training, try .read(file, "stage2.test."))
  }

  private static func expectBatches(
    _ reader: ParameterReader, _ sets: [SuppliedSamples]
  ) throws(KernelError) {
    let batch = reader.integer("training.batch")
    for samples in sets where batch > samples.count {
      throw .data(
        "training.batch is \(batch), and there are \(samples.count) samples to train on",
        remedy: "Set training.batch to at most that, or to 0 for all at once.")
    }
  }

  private static func loss(
    _ reader: ParameterReader, _ sets: [SuppliedSamples]
  ) throws(KernelError) -> LossDescription {
    let areLabels = sets.map { $0.labels != nil }
    guard Set(areLabels).count == 1 else {
      throw .data(
        "some of its targets are whole numbers and others are not",
        remedy: "Give all targets as I32 or I64, or all as F32 or F64.")
    }
    let isByTargets = reader.choice("loss.kind", as: Supervised.Loss.self) == .byTargets
    return areLabels[0] && isByTargets ? .crossEntropy : .meanSquaredError
  }

  /// The outputs that a model needs for the targets of some samples.
  private static func outputs(
    _ reader: ParameterReader, _ sets: [SuppliedSamples]
  ) throws(KernelError) -> Int {
    let given = reader.integer("model.outputs")
    switch sets[0].targets {
    case .numbers(let columns, _):
      guard given == 0 || given == columns else {
        throw .data(
          "model.outputs is \(given), and targets have \(columns) columns",
          remedy: "Set model.outputs to 0.")
      }
      return columns
    case .labels:
      let needed = sets.flatMap { $0.labels ?? [] }.reduce(0, max) + 1
      guard given == 0 || given >= needed else {
        throw .data(
          "model.outputs is \(given), and classes are from 0 to \(needed - 1)",
          remedy: "Set model.outputs to 0, or to \(needed) or more.")
      }
      return given == 0 ? needed : given
    }
  }

  /// Everything else that model, targets and test must agree on.
  private func expectFit() throws(KernelError) {
    let isTransformer = first.model is Transformer
    for part in [first, second].compactMap({ $0 }) {
      for samples in [part.training, part.test].compactMap({ $0 }) {
        guard samples.inputShape == first.training.inputShape else {
          throw .data(
            "a sample of one tensor has the shape \(first.training.inputShape) and of another"
              + " \(samples.inputShape)",
            remedy: "Give all inputs one shape.")
        }
        if case .labels(let each, _) = samples.targets, !isTransformer, each != 1 {
          throw .data(
            "whole targets (samples) are classes, and there are \(each) a sample",
            remedy: "Give one class a sample, or targets as F32 or F64.")
        }
        guard samples.columns == first.training.columns else {
          throw .data(
            "targets of one tensor have \(first.training.columns) numbers a sample and of another"
              + " \(samples.columns)", remedy: "Give all targets as many columns.")
        }
        // Tokens and labels beyond the vocabulary would be looked up outside its table.
        if isTransformer { _ = try Supervised.network.model(reader, for: samples, outputs: 0) }
      }
    }
  }
}

extension SuppliedSamples {
  /// The numbers of a sample's target.
  fileprivate var columns: Int {
    switch targets {
    case .numbers(let columns, _): columns
    case .labels(let each, _): each
    }
  }
}

extension SuppliedProblem {
  /// The laws of the parameters at the start, with those that a file gives.
  /// - Throws: `kernel.data` where the file is not at hand; `kernel.initial` where it has others
  ///   than the model.
  func initialization(of model: any Model) throws(KernelError) -> ModelInitialization {
    let width =
      (model as? ConvolutionalNetwork)?.channels[0] ?? reader.integer("model.width")
    var initialization = Supervised.initialization.initialization(reader, width: width)
    guard !reader.file("init.file").isEmpty else { return initialization }
    let tensors = try Self.file("init.file", reader, request).namedTensors()
    let layouts = model.parameters
    for tensor in tensors {
      guard let layout = layouts.first(where: { $0.name == tensor.name }) else {
        let known = layouts.map { "\($0.name) \($0.shape)" }.joined(separator: ", ")
        throw KernelError(
          .initial, "The model has no parameter '\(tensor.name)', which init.file gives.",
          remedy: "Give some of \(known).")
      }
      guard layout.fits(tensor.shape) else {
        throw KernelError(
          .initial,
          "init.file gives the parameter '\(tensor.name)' the shape \(tensor.shape), and the model"
            + " has \(layout.shape).", remedy: "Give it that shape.")
      }
      guard tensor.values.allSatisfy({ Float($0).isFinite }) else {
        throw KernelError(
          .initial, "init.file gives the parameter '\(tensor.name)' numbers that are not finite.",
          remedy: "Give finite numbers of single precision.")
      }
    }
    initialization.take(tensors)
    return initialization
  }
}
