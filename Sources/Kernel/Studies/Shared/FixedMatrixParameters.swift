import Protocol

/// Whether multiples of fixed matrices are added to the products of attention's weights.
struct FixedMatrixParameters: ParameterGroup {
  /// What the fixed matrices are.
  enum Kind: String, CaseIterable {
    case none
    case normal
    case chained
    case identity
  }

  private static let isThere = "model.fixedMatrices != '\(Kind.none.rawValue)'"

  var parameters: [ParameterDescription] {
    [
      .choice(
        "model.fixedMatrices", label: "fixed matrices", among: Kind.allCases, default: .none,
        meaning:
          "What trained multiples of are added to W_V W_O of block l, and to W_Q W_Kᵀ: nothing; Z(l) of"
          + " entries normal with the deviation d^-1/2, and Z(l - 1); the same with Z(l - 1)ᵀ Z(0) in"
          + " W_Q W_Kᵀ from block 2 on; or the identity."),
      .real(
        "init.fixedFactor", label: "α, β", default: 0.1, -10...10,
        meaning: "What the factors of the fixed matrices are at the start.",
        activeWhen: Self.isThere),
    ]
  }

  var constraints: [StudyConstraint] {
    [
      StudyConstraint(
        validWhen: "model.fixedMatrices == '\(Kind.none.rawValue)' or model.heads == 1",
        reason: "fixed matrices belong to a single head")
    ]
  }

  /// Gives a model what a request asks for.
  /// - Throws: `kernel.parameter` where the model has several heads.
  func apply(_ reader: ParameterReader, to model: inout Transformer) throws(KernelError) {
    model.hasFixedMatrices = reader.choice("model.fixedMatrices", as: Kind.self) != .none
    guard !model.hasFixedMatrices || model.heads == 1 else {
      throw KernelError(
        .parameter,
        "making a transformer with fixed matrices: they belong to a single head, and it has"
          + " \(model.heads)",
        remedy: "Set model.heads to 1, or model.fixedMatrices to none.")
    }
  }

  /// The matrices as a model's inputs have them.
  /// - Parameters:
  ///   - reader: The request's parameters.
  ///   - model: Whose they are.
  ///   - seed: The seed index of the purpose `initialization`.
  /// - Returns: For each input its name and its matrix; none without fixed matrices.
  func matrices(
    _ reader: ParameterReader, of model: Transformer, seed: UInt32
  ) -> [String: SquareMatrix] {
    let kind = reader.choice("model.fixedMatrices", as: Kind.self)
    guard kind != .none else { return [:] }
    let values = (0..<model.layers).map { block in
      kind == .identity
        ? Self.identity(model.width) : Self.drawn(model.width, block: block, seed: seed)
    }
    var result: [String: SquareMatrix] = [:]
    for block in 0..<model.layers {
      result["\(FixedMatrices.name(block)).values"] = values[block]
      guard block > 0 else { continue }
      result["\(FixedMatrices.name(block)).scores"] =
        kind == .chained && block > 1
        ? values[block - 1].transposed * values[0] : values[block - 1]
    }
    return result
  }

  private static func identity(_ order: Int) -> SquareMatrix {
    SquareMatrix(
      order: order, entries: (0..<order * order).map { $0 / order == $0 % order ? 1 : 0 })
  }

  /// Streams of matrices begin far beyond those of a model's pieces, so that networks with and
  /// without them start alike.
  private static let firstStep: UInt64 = 1 << 20

  private static func drawn(_ order: Int, block: Int, seed: UInt32) -> SquareMatrix {
    var entries = [Double](repeating: 0, count: order * order)
    RandomStream(seed: seed, purpose: .initialization, step: firstStep + UInt64(block))
      .fillNormal(&entries)
    let deviation = 1 / Double(order).squareRoot()
    return SquareMatrix(order: order, entries: entries.map { $0 * deviation })
  }
}
