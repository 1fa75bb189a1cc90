/// One thing that was kept of a training.
public struct KeptThing: Hashable, Sendable {
  /// What its bytes are.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The model's parameters, as a safetensors file.
    case parameters
    /// Numbers over steps: the steps, 4 bytes each, then the numbers in single precision.
    case curve
    /// Rows and columns, 4 bytes each, then the elements in single precision, row by row.
    case matrix
  }

  /// What its bytes are.
  public var kind: Kind
  /// Which of its kind: the moment of parameters, the name of a curve or of a matrix.
  public var name: String
  /// The steps that were taken when it was complete.
  public var step: UInt64
  /// The thing itself, little-endian.
  public var bytes: [UInt8]

  /// Puts a thing together.
  public init(kind: Kind, name: String, step: UInt64, bytes: [UInt8]) {
    self.kind = kind
    self.name = name
    self.step = step
    self.bytes = bytes
  }
}

/// All that was kept of one training.
public struct KeptThings: Hashable, Sendable {
  /// What was asked for, in the words of ``KeepRequest/words``: also what the training never came to,
  /// such as a step beyond its end.
  public var asked: [String]
  /// What there is.
  public var things: [KeptThing]

  /// Nothing, which was not asked for either.
  public static let none = KeptThings(asked: [], things: [])

  /// Puts together what was kept.
  public init(asked: [String], things: [KeptThing]) {
    self.asked = asked
    self.things = things
  }

  /// Whether nothing was asked for.
  public var isEmpty: Bool { asked.isEmpty && things.isEmpty }

  /// The bytes of all things together.
  public var byteCount: Int { things.reduce(0) { $0 + $1.bytes.count } }
}

extension KeptThing {
  /// A curve.
  /// - Parameters:
  ///   - name: Its name.
  ///   - steps: The steps of its points, ascending.
  ///   - values: The numbers, one a step.
  /// - Returns: The thing; its step is that of the last point.
  public static func curve(_ name: String, steps: [UInt32], values: [Float]) -> KeptThing {
    precondition(steps.count == values.count, "a curve has a number for each of its steps")
    var writer = ByteWriter()
    for step in steps { writer.write(step) }
    for value in values { writer.write(value.bitPattern) }
    return KeptThing(
      kind: .curve, name: name, step: UInt64(steps.last ?? 0), bytes: writer.bytes)
  }

  /// A matrix.
  /// - Parameters:
  ///   - name: Its name.
  ///   - columns: How many elements a row has.
  ///   - values: The elements, row by row.
  ///   - step: The steps that were taken.
  /// - Returns: The thing.
  public static func matrix(
    _ name: String, columns: Int, values: [Float], step: UInt64
  ) -> KeptThing {
    precondition(
      columns > 0 ? values.count.isMultiple(of: columns) : values.isEmpty,
      "a matrix has whole rows")
    var writer = ByteWriter()
    writer.write(UInt32(columns > 0 ? values.count / columns : 0))
    writer.write(UInt32(columns))
    for value in values { writer.write(value.bitPattern) }
    return KeptThing(kind: .matrix, name: name, step: step, bytes: writer.bytes)
  }

  /// The points of a curve; `nil` where the thing is none.
  public var points: (steps: [UInt32], values: [Float])? {
    guard kind == .curve, bytes.count.isMultiple(of: 8) else { return nil }
    var reader = ByteReader(bytes[...], subject: "a curve")
    let range = 0..<bytes.count / 8
    // The count was looked at: nothing is missing.
    guard let steps = try? range.map({ _ in try reader.read(UInt32.self) }),
      let patterns = try? range.map({ _ in try reader.read(UInt32.self) })
    else { return nil }
    return (steps, patterns.map { Float(bitPattern: $0) })
  }

  /// The rows of a matrix; `nil` where the thing is none.
  public var rows: [[Float]]? {
    guard let (rows, columns) = extents else { return nil }
    var reader = ByteReader(bytes.dropFirst(8), subject: "a matrix")
    // The count was looked at: nothing is missing.
    return try? (0..<rows).map { _ in
      try (0..<columns).map { _ in Float(bitPattern: try reader.read(UInt32.self)) }
    }
  }

  /// How many rows and columns a matrix has; `nil` where the thing is none.
  public var extents: (rows: Int, columns: Int)? {
    var reader = ByteReader(bytes[...], subject: "a matrix")
    // Too few bytes for two counts are no matrix.
    guard kind == .matrix, let rows = (try? reader.read(UInt32.self)).map({ Int($0) }),
      let columns = (try? reader.read(UInt32.self)).map({ Int($0) })
    else { return nil }
    let (count, overflows) = rows.multipliedReportingOverflow(by: 4 * columns)
    return overflows || reader.remaining != count ? nil : (rows, columns)
  }
}
