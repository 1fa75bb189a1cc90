extension Graph {
  /// A two-layer network on patches whose second layer is fixed.
  ///
  /// out[n, c] = s sum over filters r and patches p of act(w[c, r] . x[n, p] + b[c, r]), s = 1 / m
  /// where `scale` is `nil`. Shapes: x (n P, d), the patches of a sample being neighbouring rows; filters (K m, d), row c m + r; bias
  /// (1, K m) or none; out (n, K). Cost: n P K m d multiply-adds.
  public mutating func patchLayer(
    _ patches: Node, filters: Node, bias: Node? = nil, patchesPerSample: Int, classes: Int,
    activation: Activation, scale: Double? = nil
  ) -> Node {
    precondition(
      classes > 0 && filters.shape.rows % classes == 0,
      "\(filters.shape.rows) filters are not equally many for each of \(classes) classes")
    let filtersPerClass = filters.shape.rows / classes
    let responses = linear(patches, weight: filters, bias: bias, activation: activation)
    return sumGroups(
      responses, rows: patchesPerSample, columns: filtersPerClass,
      scale: scale ?? 1 / Double(filtersPerClass))
  }
}
