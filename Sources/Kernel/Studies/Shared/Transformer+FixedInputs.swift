extension Transformer {
  /// The inputs that are the same for all samples and follow from the model alone.
  var fixedInputs: [(name: String, values: [Float])] {
    inputs(samples: 1).compactMap { input in
      guard case .fixed(let values) = input.kind else { return nil }
      return (input.name, values.map { Float($0) })
    }
  }
}
