extension Graph {
  /// The weights of every attention that has been asked for, in the order of the layers: nodes
  /// (B H, T', T), one matrix a sample and head.
  public var attentionMaps: [Node] {
    records.filter { $0.operation is AttentionWeights }.map(\.output)
  }
}
