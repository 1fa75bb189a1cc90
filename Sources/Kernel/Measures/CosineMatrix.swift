public import Protocol

/// The cosines between the input weights of all pairs of neurons, as the pictures of condensation
/// show them.
///
/// D_kl = u_k · u_l / (|u_k| |u_l|), with u the input weights and the bias; neurons that are zero have
/// no direction and are left out. Rows and columns are in the order of the entries of the leading
/// eigenvector of D, which puts neurons of one direction beside each other. Cost: inputs · neurons²
/// multiply-adds. Source: Xu and others, "Overview frequency principle and condensation", and the
/// pictures of arXiv 2105.11686.
public enum CosineMatrix {
  /// What diagrams and tables say of it.
  public static let description = MeasureDescription(
    name: "cosineW", label: "cosine of input weights", kind: .matrix,
    meaning:
      "Cosines between the input weights of all pairs of neurons, biases included, at the end of the"
      + " training, in the order of the entries of their leading eigenvector.")

  /// The same for the neurons of a query matrix.
  public static let ofQueries = MeasureDescription(
    name: "cosineQ", label: "cosine of W_Q's neurons", kind: .matrix,
    meaning:
      "Cosines between all pairs of neurons of the first block's query matrix at the end of the"
      + " training, in the order of the entries of their leading eigenvector.")

  /// How often the eigenvector is improved: the order of neurons that are clearly apart needs few.
  static let iterations = 100

  /// Keeps the matrix of some neurons, if it is wanted.
  /// - Parameters:
  ///   - neurons: The neurons; `nil` where they are no numbers, and nothing is kept.
  ///   - recorder: Who keeps it.
  static func keep(_ neurons: Neurons?, _ recorder: TrainingRecorder?) {
    guard let neurons, let recorder else { return }
    keep(
      (0..<neurons.count).map { neuron in
        Array(
          neurons.directions[neuron * neurons.inputCount..<(neuron + 1) * neurons.inputCount])
      }, recorder)
  }

  /// Keeps the matrix of some vectors of unit length, if it is wanted.
  static func keep(
    _ rows: [[Double]], as matrix: MeasureDescription = description, _ recorder: TrainingRecorder?
  ) {
    guard let recorder, rows.allSatisfy({ $0.allSatisfy(\.isFinite) }) else { return }
    recorder.keep(matrix, side: rows.count) { values(ofUnit: rows) }
  }

  /// The matrix.
  /// - Parameter rows: Vectors of unit length.
  /// - Returns: The cosines, row by row, in the order of the leading eigenvector.
  public static func values(ofUnit rows: [[Double]]) -> [Float] {
    let order = order(of: rows)
    var values: [Float] = []
    values.reserveCapacity(rows.count * rows.count)
    for one in order {
      for other in order { values.append(Float(product(rows[one], rows[other]))) }
    }
    return values
  }

  /// The places of the vectors in the order of their entries in the leading eigenvector, the greatest
  /// first; equal ones in the order given.
  static func order(of rows: [[Double]]) -> [Int] {
    guard let inputs = rows.first?.count else { return [] }
    // Not all ones: the eigenvector of neurons in opposite pairs is orthogonal to that.
    var vector = rows.indices.map { 1 + Double($0 + 1) / Double(rows.count) }
    for _ in 0..<iterations {
      // D v = U (Uᵀ v), without D itself.
      var sum = [Double](repeating: 0, count: inputs)
      for (row, entry) in zip(rows, vector) {
        for index in sum.indices { sum[index] += row[index] * entry }
      }
      vector = rows.map { product($0, sum) }
      let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard norm > 0 else { return Array(rows.indices) }
      for index in vector.indices { vector[index] /= norm }
    }
    return rows.indices.sorted { (-vector[$0], $0) < (-vector[$1], $1) }
  }

  private static func product(_ one: [Double], _ other: [Double]) -> Double {
    var sum = 0.0
    for index in one.indices { sum += one[index] * other[index] }
    return sum
  }
}
