extension Workload {
  /// The floating-point operations of one step by the plain algorithm.
  ///
  /// Matrix products alone, 2 M N K each, forwards and backwards: every token of every layer, no
  /// gradient with respect to data, attention not halved by its mask. It is the measure for every
  /// program, whatever it leaves out.
  public var operationCount: Int {
    switch family {
    case .fullyConnected(let network): return network.forward + network.backward
    case .hessianVectorProduct(let network):
      // The primal pass once; tangents of both, but not of the first layer's data.
      return 3 * (network.forward + network.backward) - 2 * network.layer(0)
    case .transformer(let transformer): return transformer.operationCount
    case .patches(let patches):
      return 4 * patches.samples * patches.patches * patches.inputs * patches.filters
        * patches.classes
    case .images(let images):
      let pixels = images.samples * images.side * images.side
      let first = 2 * pixels * 9 * images.channels
      let second = first * images.channels
      let half = images.side / 2
      let head = 2 * images.samples * images.channels * half * half * images.classes
      return 2 * first + 3 * second + 3 * head
    case .factorization(let order, let rank): return 6 * order * order * rank
    }
  }
}

extension NetworkWorkload {
  /// Operations of one product with a layer's weight.
  func layer(_ index: Int) -> Int { 2 * samples * sizes[index] * sizes[index + 1] }

  var forward: Int { (0..<(sizes.count - 1)).reduce(0) { $0 + layer($1) } }

  /// The weight's gradient of every layer, the input's of all but the first.
  var backward: Int { 2 * forward - layer(0) }
}

extension TransformerWorkload {
  var operationCount: Int {
    let rows = samples * tokens
    let heads = heads * keyWidth
    let linear = 2 * rows * (width * 4 * heads + 2 * width * hidden)
    let attention = 4 * samples * tokens * tokens * heads
    let judged = judgesAll ? rows : samples
    return 3 * (layers * (linear + attention) + 2 * judged * width * vocabulary)
  }
}
