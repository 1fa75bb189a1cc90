/// Samples that a user supplies: what goes into a model, and what should come out of it.
struct SuppliedSamples: Hashable, Sendable {
  /// What should come out.
  enum Targets: Hashable, Sendable {
    /// Real numbers, so many a sample.
    case numbers(columns: Int, [Double])
    /// Classes or tokens, so many a sample.
    case labels(each: Int, [Int])
  }
  /// How many samples there are.
  private(set) var count: Int
  /// The extents of one sample: features; channels, rows and columns; or tokens.
  let inputShape: [Int]
  /// Whether the inputs are whole numbers, as tokens are.
  let areWhole: Bool
  /// The inputs, sample by sample.
  private(set) var inputs: [Double]
  /// What should come out, sample by sample.
  private(set) var targets: Targets

  /// Puts samples together.
  init(inputShape: [Int], areWhole: Bool, inputs: [Double], targets: Targets, count: Int) {
    precondition(
      inputs.count == count * inputShape.reduce(1, *), "every sample has inputs of one shape")
    self.inputShape = inputShape
    self.areWhole = areWhole
    self.inputs = inputs
    self.targets = targets
    self.count = count
  }

  /// The numbers of one sample's input.
  var inputCount: Int { inputShape.reduce(1, *) }

  /// The labels, where the targets are such.
  var labels: [Int]? {
    if case .labels(_, let labels) = targets { labels } else { nil }
  }

  /// Some of the samples, in the order asked for.
  func selecting(_ samples: [Int]) -> SuppliedSamples {
    func rows<Element>(_ values: [Element], _ width: Int) -> [Element] {
      samples.flatMap { values[$0 * width..<($0 + 1) * width] }
    }
    var result = self
    result.count = samples.count
    result.inputs = rows(inputs, inputCount)
    switch targets {
    case .numbers(let columns, let values):
      result.targets = .numbers(columns: columns, rows(values, columns))
    case .labels(let each, let labels):
      result.targets = .labels(each: each, rows(labels, each))
    }
    return result
  }

  /// The first samples.
  func first(_ wanted: Int) -> SuppliedSamples {
    wanted < count ? selecting(Array(0..<wanted)) : self
  }
}

extension SuppliedSamples {
  /// The most numbers of one tensor.
  static let elementsMax = 1 << 28
  /// The most numbers of one sample's input, the most outputs, and the most labels of a sample.
  static let extentMax = 65_536

  /// Reads samples of a file.
  /// - Parameters:
  ///   - file: The file.
  ///   - prefix: What stands before `inputs` and `targets`: empty, or for instance `test.`.
  /// - Returns: `nil` where the file has neither of both.
  /// - Throws: `kernel.data` with what was expected and what is there.
  static func read(
    _ file: SafetensorsReader, _ prefix: String
  ) throws(KernelError) -> SuppliedSamples? {
    let names = ["\(prefix)inputs", "\(prefix)targets"]
    let present = names.filter { file.tensors[$0] != nil }
    guard !present.isEmpty else { return nil }
    guard let inputs = file.tensors[names[0]], let targets = file.tensors[names[1]] else {
      let missing = names[0] == present[0] ? names[1] : names[0]
      throw .data(
        "it has the tensor '\(present[0])' and not '\(missing)'",
        remedy: "Give both, with as many samples.")
    }
    let count = try check(
      inputs, names[0], axes: 2...4,
      "[samples, features], [samples, tokens]"
        + " or [samples, channels, height, width]")
    let targetCount = try check(
      targets, names[1], axes: 1...2, "[samples] or [samples, outputs]")
    guard count == targetCount else {
      throw .data(
        "'\(names[0])' has \(count) samples and '\(names[1])' has \(targetCount)",
        remedy: "Give a target for every sample.")
    }
    return SuppliedSamples(
      inputShape: Array(inputs.shape.dropFirst()), areWhole: inputs.isWhole,
      inputs: try finite(file, names[0]), targets: try Self.targets(file, targets, names[1]),
      count: count)
  }

  private static func check(
    _ tensor: SafetensorsReader.Tensor, _ name: String, axes: ClosedRange<Int>, _ wanted: String
  ) throws(KernelError) -> Int {
    guard axes.contains(tensor.shape.count), tensor.shape.allSatisfy({ $0 > 0 }) else {
      throw .data(
        "'\(name)' has the shape \(tensor.shape), and \(wanted) was expected",
        remedy: "Give it that shape, every extent at least 1.")
    }
    let each = tensor.count / tensor.shape[0]
    guard tensor.count <= elementsMax, each <= extentMax else {
      throw .data(
        "'\(name)' of the shape \(tensor.shape) has \(tensor.count) numbers, \(each) a sample;"
          + " it may have \(elementsMax), and \(extentMax) a sample",
        remedy: "Give fewer or smaller samples.")
    }
    return tensor.shape[0]
  }

  private static func targets(
    _ file: SafetensorsReader, _ tensor: SafetensorsReader.Tensor, _ name: String
  ) throws(KernelError) -> Targets {
    let each = tensor.count / tensor.shape[0]
    guard tensor.isWhole else { return .numbers(columns: each, try finite(file, name)) }
    let labels = try file.numbers(name)
    if let wrong = labels.first(where: { $0 < 0 || $0 >= Double(extentMax) }) {
      throw .data(
        "'\(name)' has the label \(Int64(wrong)), and labels are from 0 to \(extentMax - 1)",
        remedy: "Count classes and tokens from 0; give targets that are no classes as F32 or F64.")
    }
    return .labels(each: each, labels.map { Int($0) })
  }

  private static func finite(
    _ file: SafetensorsReader, _ name: String
  ) throws(KernelError) -> [Double] {
    let values = try file.numbers(name)
    if let place = values.firstIndex(where: { !Float($0).isFinite }) {
      throw .data(
        "element \(place) of '\(name)' is \(values[place]), which is no finite number of single"
          + " precision",
        remedy: "Leave such samples out, or scale them.")
    }
    return values
  }
}

extension SafetensorsReader.Tensor {
  /// Whether its elements are whole numbers.
  var isWhole: Bool { type == "I64" || type == "I32" }
}

extension KernelError {
  /// What is wrong with a user's file.
  static func data(_ problem: String, remedy: String) -> KernelError {
    KernelError(.data, "The file of samples cannot be trained on: \(problem).", remedy: remedy)
  }
}
