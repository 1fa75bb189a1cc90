public import Protocol

/// A case of training whose numbers somebody else has computed, ready to be computed again.
///
/// A file holds initial parameters, one batch, and what came of it: the output, the loss, every
/// gradient, and the losses and parameters of some optimiser steps; where it says so, the product
/// of the Hessian with a direction as well.
public struct ReplayCase: Sendable {
  /// The name, for messages.
  public let name: String
  /// The names of the parameters, in the model's order.
  public var parameters: [String] { problem.model.parameters.map(\.name) }
  /// What is trained.
  let problem: ModelProblem
  /// By which rule.
  let optimizer: any Optimizer
  /// How many steps were taken.
  let steps: Int
  /// Whether there is a Hessian-vector product.
  let hasHessian: Bool
  /// The tensors.
  let file: SafetensorsReader

  /// The most steps of a case.
  static let stepsMax = 10_000
  /// The most elements of one value while a case is replayed.
  static let elementsMax = 1 << 28

  /// Reads a case and checks that it is complete.
  /// - Parameters:
  ///   - file: Its tensors.
  ///   - manifest: The list of cases, or `nil`: the file then describes itself.
  ///   - fileName: The name of the file without folders.
  /// - Throws: `kernel.case`, `kernel.safetensors`.
  public init(
    file: SafetensorsReader, manifest: JSONValue?, fileName: String
  ) throws(KernelError) {
    let suffix = ".safetensors"
    name = fileName.hasSuffix(suffix) ? String(fileName.dropLast(suffix.count)) : fileName
    self.file = file
    let description = try Self.description(
      file: file, manifest: manifest, name: name, fileName: fileName)
    optimizer = try description.optimizer()
    hasHessian = try description.flag("hvp", default: false)
    steps = try Self.steps(file)

    let prefix = "init."
    var shapes: [String: [Int]] = [:]
    for (name, tensor) in file.tensors where name.hasPrefix(prefix) {
      shapes[String(name.dropFirst(prefix.count))] = tensor.shape
    }
    let model = try description.model(shapes: shapes)
    for parameter in model.parameters { try Self.expect(parameter, after: prefix, in: file) }
    let known = Set(model.parameters.map(\.name))
    if let surplus = shapes.keys.sorted().first(where: { !known.contains($0) }) {
      throw KernelError.goldenCase("the model has no parameter '\(surplus)'")
    }
    let samples =
      model.inputs(samples: 1).isEmpty ? 1 : file.tensors["data.x"]?.shape.first ?? 0
    guard samples >= 1, samples <= CaseConfiguration.extentMax else {
      throw KernelError.goldenCase("'data.x' is missing or has no samples")
    }
    let loss = try description.loss()
    if let fault = loss.fault(columns: model.outputShape(samples: samples).last ?? 0) {
      throw KernelError.goldenCase(fault)
    }
    let inputs =
      model.inputs(samples: samples) + loss.inputs(model: model, samples: samples)
    for input in inputs where !input.isFixed {
      try Self.expect(input.layout, after: "data.", in: file)
    }
    problem = ModelProblem(model: model, loss: loss, samples: samples)
    guard problem.elementsMax <= Self.elementsMax else {
      throw KernelError.goldenCase("it needs values of \(problem.elementsMax) elements")
    }
    try expectReferences(samples: samples)
  }

  private func expectReferences(samples: Int) throws(KernelError) {
    let output = TensorLayout("out64", problem.model.outputShape(samples: samples))
    try Self.expect(output, after: "", in: file)
    for parameter in problem.model.parameters {
      try Self.expect(parameter, after: "grad64.", in: file)
      try Self.expect(parameter, after: "param64.", in: file)
      if hasHessian {
        try Self.expect(parameter, after: "hvp.v.", in: file)
        try Self.expect(parameter, after: "hvp64.", in: file)
      }
    }
  }

  /// What describes the case: its entry in the manifest, else what the file says of itself.
  private static func description(
    file: SafetensorsReader, manifest: JSONValue?, name: String, fileName: String
  ) throws(KernelError) -> CaseConfiguration {
    if let manifest {
      guard let cases = manifest["cases"]?.members else {
        throw KernelError.goldenCase("the manifest has no object 'cases'")
      }
      let entry =
        cases.first { $0.value["file"]?.string == fileName } ?? cases.first { $0.name == name }
      if let entry {
        return try CaseConfiguration(entry.value["config"] ?? .null)
      }
    }
    guard let text = file.metadata["config"] else {
      throw KernelError.goldenCase(
        "neither the file nor a manifest describes it",
        remedy: "Give the manifest that lists it with --manifest.")
    }
    let described: JSONValue
    do throws(JSONError) {
      described = try JSONValue(parsing: text)
    } catch {
      throw KernelError.goldenCase("its description is no JSON: \(error.message)")
    }
    return try CaseConfiguration(described)
  }

  /// The number of steps: one less than that of the losses.
  private static func steps(_ file: SafetensorsReader) throws(KernelError) -> Int {
    guard let shape = file.tensors["losses64"]?.shape, shape.count == 1, shape[0] >= 1,
      shape[0] <= stepsMax + 1
    else {
      throw KernelError.goldenCase("'losses64' must be a list of at most \(stepsMax + 1) losses")
    }
    return shape[0] - 1
  }

  private static func expect(
    _ layout: TensorLayout, after prefix: String, in file: SafetensorsReader
  ) throws(KernelError) {
    let name = prefix + layout.name
    guard let tensor = file.tensors[name] else {
      throw KernelError.goldenCase("it has no tensor '\(name)'")
    }
    guard layout.fits(tensor.shape) else {
      throw KernelError.goldenCase(
        "'\(name)' has the shape \(tensor.shape), and its description asks for \(layout.shape)")
    }
  }
}

extension ModelInput {
  /// Whether its elements are the same for every batch.
  var isFixed: Bool {
    if case .fixed = kind { true } else { false }
  }
}
