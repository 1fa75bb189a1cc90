/// The law of the entries of one tensor at the start.
///
/// Draws are made in double precision and then rounded to the tensor's scalar, so that a trial in
/// single precision and its check in double precision begin at the same point. A scale only
/// multiplies: the same stream gives the same standard numbers at every scale, so that the cells of
/// a grid are paired.
public enum TensorInitialization: Hashable, Sendable {
  /// Every entry is this number.
  case constant(Double)
  /// Independent normal entries of mean 0; the scale is their standard deviation.
  case normal(InitializationScale)
  /// Independent entries, uniform between minus and plus the scale.
  case uniform(InitializationScale)
  /// Independent entries with the law of a normal number that is known to lie between minus and plus
  /// `bound`, at least 0.1, times the scale.
  ///
  /// Entries of the normal law within the bounds stay as they are, the others are drawn again. With
  /// bounds of 2 the standard deviation is 0.8796 of the scale.
  case truncatedNormal(InitializationScale, bound: Double)
  /// The scale times a matrix whose columns are orthonormal, or its rows where these are fewer, with
  /// the same probability for each such matrix: Q of the factorisation of a normal matrix into Q R
  /// where R has a positive diagonal.
  case orthogonal(gain: InitializationScale)
  /// The elements of a tensor that was read from a file.
  case given(NamedTensor)

  /// Whether entries are drawn.
  var isDrawn: Bool {
    switch self {
    case .constant, .given: false
    case .normal, .uniform, .truncatedNormal, .orthogonal: true
    }
  }

  /// The entries of a tensor.
  /// - Parameters:
  ///   - shape: Its shape; entry i is the i-th in row-major order.
  ///   - fans: The extents of its layer, which scales may refer to.
  ///   - stream: Where the numbers come from; entry i takes index i.
  /// - Returns: As many entries as the shape has.
  public func entries(_ shape: Shape, fans: TensorFans, from stream: RandomStream) -> [Double] {
    var values = [Double](repeating: 0, count: shape.count)
    var factor = 1.0
    switch self {
    case .constant(let value): return [Double](repeating: value, count: shape.count)
    case .given(let tensor):
      precondition(tensor.values.count == shape.count, "a tensor that was read fits its piece")
      return tensor.values
    case .normal(let scale):
      stream.fillNormal(&values)
      factor = scale.value(fans)
    case .uniform(let scale):
      stream.fillUniform(&values)
      for index in values.indices { values[index] = 2 * values[index] - 1 }
      factor = scale.value(fans)
    case .truncatedNormal(let scale, let bound):
      stream.fillNormal(&values)
      Self.redraw(&values, beyond: bound, from: stream)
      factor = scale.value(fans)
    case .orthogonal(let gain):
      stream.fillNormal(&values)
      Self.orthonormalize(&values, shape)
      factor = gain.value(fans)
    }
    for index in values.indices { values[index] *= factor }
    return values
  }

  /// Draws numbers beyond a bound again, the k-th time at the index 2^40 k further.
  private static func redraw(
    _ values: inout [Double], beyond bound: Double, from stream: RandomStream
  ) {
    precondition(bound >= 0.1, "a normal number is kept within bounds of 0.1 at least")
    for index in values.indices {
      var place = UInt64(index)
      while values[index].magnitude > bound {
        place += 1 << 40
        values[index] = stream.normal(index: place)
      }
    }
  }

  /// Makes the columns of a matrix orthonormal, or its rows where these are fewer.
  ///
  /// Gram and Schmidt, every vector twice, which leaves errors of a few units of the last place.
  private static func orthonormalize(_ values: inout [Double], _ shape: Shape) {
    precondition(shape.stack == 1, "one matrix is orthogonal, not \(shape)")
    let (rows, columns) = (shape.rows, shape.columns)
    let areRows = rows < columns
    let (count, length) = areRows ? (rows, columns) : (columns, rows)
    func place(_ vector: Int, _ entry: Int) -> Int {
      areRows ? vector * columns + entry : entry * columns + vector
    }
    var vectors: [[Double]] = []
    for index in 0..<count {
      var vector = (0..<length).map { values[place(index, $0)] }
      for _ in 0..<2 {
        for other in vectors { subtractProjection(of: &vector, on: other) }
        let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        for entry in vector.indices { vector[entry] /= norm }
      }
      for entry in vector.indices { values[place(index, entry)] = vector[entry] }
      vectors.append(vector)
    }
  }

  private static func subtractProjection(of vector: inout [Double], on other: [Double]) {
    var product = 0.0
    for entry in vector.indices { product += vector[entry] * other[entry] }
    for entry in vector.indices { vector[entry] -= product * other[entry] }
  }
}
