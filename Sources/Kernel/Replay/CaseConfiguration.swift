import Protocol

extension KernelError {
  /// A case that cannot be replayed.
  static func goldenCase(
    _ problem: String, remedy: String = "Write the case by its conventions."
  ) -> KernelError {
    KernelError(.goldenCase, "The case cannot be replayed: \(problem).", remedy: remedy)
  }
}

/// The words and numbers that describe a case; nothing in them is trusted.
struct CaseConfiguration {
  /// The most of any extent; larger ones are mistakes, and products of three fit.
  static let extentMax = 1 << 20

  let value: JSONValue
  /// Where it stands, for messages: empty, or `optimizer.`.
  var path = ""

  init(_ value: JSONValue, path: String = "") throws(KernelError) {
    guard value.members != nil else {
      throw KernelError.goldenCase("its description '\(path)' is no JSON object")
    }
    self.value = value
    self.path = path
  }

  fileprivate func malformed(_ name: String, _ expectation: String) -> KernelError {
    let given = value[name].map { "is \($0.text.prefix(60))" } ?? "is missing"
    return KernelError.goldenCase("'\(path)\(name)' \(given) and must be \(expectation)")
  }

  /// What describes a part.
  func part(_ name: String) throws(KernelError) -> CaseConfiguration {
    guard let part = value[name] else { throw malformed(name, "a JSON object") }
    return try CaseConfiguration(part, path: "\(path)\(name).")
  }

  /// Whether a member is there.
  func has(_ name: String) -> Bool { value[name] != nil && value[name] != .null }

  /// A whole number from 1 on.
  func extent(_ name: String) throws(KernelError) -> Int {
    guard let extent = Self.extent(value[name]) else {
      throw malformed(name, "a whole number from 1 to \(Self.extentMax)")
    }
    return extent
  }

  /// A list of whole numbers from 1 on.
  func extents(_ name: String, count: ClosedRange<Int>) throws(KernelError) -> [Int] {
    let values = value[name]?.array
    let extents = (values ?? []).compactMap(Self.extent)
    guard let values, extents.count == values.count, count.contains(values.count) else {
      let many =
        count.lowerBound == count.upperBound
        ? "\(count.lowerBound)" : "\(count.lowerBound) to \(count.upperBound)"
      throw malformed(name, "a list of \(many) whole numbers from 1 to \(Self.extentMax)")
    }
    return extents
  }

  private static func extent(_ value: JSONValue?) -> Int? {
    guard let integer = value?.integer, integer >= 1, integer <= extentMax else { return nil }
    return Int(integer)
  }

  /// A finite number.
  /// - Parameters:
  ///   - name: The member.
  ///   - fallback: What holds where the member is missing; `nil` when it must be there.
  ///   - range: What it may be.
  /// - Returns: The number.
  /// - Throws: `kernel.case` where there is none in the range.
  func number(
    _ name: String, default fallback: Double? = nil, in range: ClosedRange<Double>
  ) throws(KernelError) -> Double {
    if !has(name), let fallback { return fallback }
    guard let number = value[name]?.number, range.contains(number) else {
      throw malformed(name, "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// A truth value.
  func flag(_ name: String, default fallback: Bool) throws(KernelError) -> Bool {
    if !has(name) { return fallback }
    guard let flag = value[name]?.boolean else { throw malformed(name, "true or false") }
    return flag
  }

  /// One of some words.
  func word<Meaning>(
    _ name: String, default fallback: String? = nil, _ meanings: [(String, Meaning)]
  ) throws(KernelError) -> Meaning {
    let word = has(name) ? value[name]?.string : fallback
    guard let meaning = meanings.first(where: { $0.0 == word }) else {
      throw malformed(name, "one of \(meanings.map(\.0).joined(separator: ", "))")
    }
    return meaning.1
  }
}

extension CaseConfiguration {
  /// The activation of a model.
  func activation() throws(KernelError) -> Activation {
    try word(
      "act",
      [
        ("relu", .relu), ("tanh", .tanh), ("gelu", .gelu), ("gelu_tanh", .geluTanh),
        ("sigmoid", .sigmoid), ("sin", .sin), ("identity", .identity),
      ])
  }

  /// The step rule, with PyTorch's defaults for what is left out.
  func optimizer() throws(KernelError) -> any Optimizer {
    let rule = try part("optimizer")
    let names = ["sgd", "adam", "adamw"]
    let name = try rule.word("name", names.map { ($0, $0) })
    let rate = try rule.number("lr", in: 0...1e6)
    let isVariant = [
      try rule.flag("amsgrad", default: false),
      try rule.number("dampening", default: 0, in: 0...1) != 0,
    ]
    if isVariant.contains(true) {
      throw KernelError.goldenCase(
        "'optimizer' asks for a variant that cases do not have",
        remedy: "Leave amsgrad and dampening out.")
    }
    let decay = try rule.number(
      "weight_decay", default: name == "adamw" ? 0.01 : 0, in: 0...1e6)
    if name == "sgd" {
      return GradientDescent(
        learningRate: rate, momentum: try rule.number("momentum", default: 0, in: 0...1),
        form: try rule.flag("nesterov", default: false) ? .nesterov : .plain, weightDecay: decay)
    }
    var betas = [0.9, 0.999]
    if rule.has("betas") {
      betas = (rule.value["betas"]?.array ?? []).compactMap(\.number)
      guard betas.count == 2, betas.allSatisfy({ $0 >= 0 && $0 < 1 }) else {
        throw rule.malformed("betas", "two numbers from 0 to below 1")
      }
    }
    return Adam(
      learningRate: rate, beta1: betas[0], beta2: betas[1],
      epsilon: try rule.number("eps", default: 1e-8, in: 0...1), weightDecay: decay,
      decay: name == "adamw" ? .decoupled : .inGradient)
  }

  /// The loss; cross-entropy where a model has only that.
  func loss() throws(KernelError) -> LossDescription {
    try word("loss", LossDescription.allCases.map { ($0.rawValue, $0) })
  }
}
