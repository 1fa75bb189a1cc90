/// Attention with multiples of fixed matrices beside the trained ones.
///
/// With u the rows that a block's attention reads, Z and Z' fixed matrices and alpha and beta
/// parameters of one number each,
///
///     score(i, j) = (q_i . k_j + alpha u_i Z u_j^T) / sqrt(d_k)
///     out_i = (sum over j of P_ij v_j) W^T + beta sum over j of P_ij u_j Z'
///
/// which is W_Q W_K^T + alpha Z in place of the one product of weights, and W_V W_O + beta Z' in
/// place of the other. The first block has no Z. The terms are further columns of queries, keys and
/// values, (q, alpha u) . (k, u Z^T) and (v, u Z'), so that the fused attention serves them. Cost: 2
/// n T d^2 multiply-adds a block beside the wider attention. Source: Wang and others, arXiv
/// 2405.15302, where Z of a block is Z' of the block before it.
struct FixedMatrices {
  /// alpha; `nil` where the scores have no further term.
  let scoreFactor: Node?
  /// beta.
  let valueFactor: Node
  /// Z, (d, d); `nil` where the scores have no further term.
  let scores: Node?
  /// Z', (d, d).
  let values: Node

  /// Those of a block, its inputs declared.
  init(block: Int, width: Int, _ pieces: ParameterNodes, in graph: inout Graph) {
    let name = FixedMatrices.name(block)
    let shape = Shape(width, width)
    scoreFactor = pieces["\(name).alpha"]
    valueFactor = pieces("\(name).beta")
    scores = scoreFactor == nil ? nil : graph.input("\(name).scores", shape)
    values = graph.input("\(name).values", shape)
  }

  /// What the names of a block's fixed matrices and factors begin with.
  static func name(_ block: Int) -> String { "blocks.\(block).fixed" }

  /// The parameters of all blocks: alpha from the second block on, and beta.
  static func parameters(blocks: Int) -> [TensorLayout] {
    (0..<blocks).flatMap { block -> [TensorLayout] in
      let beta = TensorLayout("\(name(block)).beta", [1])
      return block == 0 ? [beta] : [TensorLayout("\(name(block)).alpha", [1]), beta]
    }
  }

  /// The matrices of all blocks: Z from the second block on, and Z'.
  static func inputs(blocks: Int, width: Int) -> [ModelInput] {
    (0..<blocks).flatMap { block -> [ModelInput] in
      let parts = block == 0 ? ["values"] : ["scores", "values"]
      return parts.map { part in
        ModelInput(TensorLayout("\(name(block)).\(part)", [width, width]), isShared: true)
      }
    }
  }

  /// The extents of an attention with the further columns.
  func widened(_ form: AttentionForm, by width: Int) -> AttentionForm {
    var result = form
    if scores != nil { result.keyDimension += width }
    result.valueDimension += width
    return result
  }

  /// Queries with their further columns; `rows` are those of u that the queries are made of.
  func queries(_ queries: Node, of rows: Node, in graph: inout Graph) -> Node {
    guard let scoreFactor else { return queries }
    return graph.joinColumns([queries, graph.multiply(rows, scoreFactor)])
  }

  /// Keys and values with their further columns.
  func keysAndValues(
    _ node: Node, of rows: Node, form: AttentionForm, in graph: inout Graph
  ) -> Node {
    var parts = [graph.columns(of: node, 0..<form.keyColumns)]
    if let scores { parts.append(graph.product(rows, scores, transposeRight: true)) }
    parts.append(graph.columns(of: node, form.keyColumns..<node.shape.columns))
    parts.append(graph.product(rows, values))
    return graph.joinColumns(parts)
  }

  /// The weighed values of the trained part, and beta times those of the fixed one.
  func parts(
    of mixed: Node, form: AttentionForm, in graph: inout Graph
  ) -> (trained: Node, fixed: Node) {
    let split = form.valueColumns
    let fixed = graph.columns(of: mixed, split..<mixed.shape.columns)
    return (
      graph.columns(of: mixed, 0..<split), graph.multiply(fixed, valueFactor)
    )
  }
}
