import Protocol

@testable import Kernel

/// Files as users make them: safetensors bytes of any type.
enum SuppliedFile {
  /// One tensor.
  struct Part {
    var name: String
    /// `F32`, `F64`, `I32` or `I64`.
    var type: String
    var shape: [Int]
    var values: [Double]

    /// A tensor of numbers.
    init(_ name: String, _ type: String, _ shape: [Int], _ values: [Double]) {
      (self.name, self.type, self.shape, self.values) = (name, type, shape, values)
    }
  }

  /// The bytes of a file.
  static func bytes(_ parts: [Part]) -> [UInt8] {
    var members: [JSONValue.Member] = []
    var data: [UInt8] = []
    func append(_ bits: some FixedWidthInteger) {
      for place in stride(from: 0, to: bits.bitWidth, by: 8) {
        data.append(UInt8(truncatingIfNeeded: bits >> place))
      }
    }
    for part in parts {
      let start = data.count
      for value in part.values {
        switch part.type {
        case "F64": append(value.bitPattern)
        case "F32": append(Float(value).bitPattern)
        case "I64": append(Int64(value))
        default: append(Int32(value))
        }
      }
      members.append(
        .init(
          part.name,
          [
            "dtype": .string(part.type),
            "shape": .array(part.shape.map { .integer(Int64($0)) }),
            "data_offsets": [.integer(Int64(start)), .integer(Int64(data.count))],
          ]))
    }
    return SafetensorsTests.file(JSONValue.object(members).text, data: data)
  }

  /// Inputs and targets of some samples with drawn numbers.
  /// - Parameters:
  ///   - prefix: What stands before the names.
  ///   - count: How many samples.
  ///   - shape: The extents of a sample.
  ///   - limit: Below what whole inputs are; `nil` for real ones.
  ///   - classes: How many classes there are; all occur.
  /// - Returns: Both tensors.
  static func samples(
    _ prefix: String, _ count: Int, _ shape: [Int], below limit: Int? = nil, classes: Int
  ) -> [Part] {
    let each = shape.reduce(1, *)
    var draws = Draws(seed: UInt64(100 * count + each))
    let numbers = draws.numbers(count * each)
    let inputs = limit.map { limit in numbers.map { (($0 + 1.5) / 3 * Double(limit - 1)).rounded() }
    }
    return [
      Part("\(prefix)inputs", limit == nil ? "F32" : "I64", [count] + shape, inputs ?? numbers),
      Part("\(prefix)targets", "I64", [count], (0..<count).map { Double($0 % classes) }),
    ]
  }

  /// Images of one channel in three classes, with a test and a second stage.
  static let images = bytes(
    samples("", 20, [1, 4, 4], classes: 3) + samples("test.", 8, [1, 4, 4], classes: 3)
      + samples("stage2.", 12, [1, 4, 4], classes: 2)
      + samples("stage2.test.", 6, [1, 4, 4], classes: 2))
  /// Other images without a test.
  static let otherImages = bytes(samples("", 24, [1, 4, 4], classes: 3))
  /// Tokens with the one that follows, and a test.
  static let tokens = bytes(
    samples("", 18, [5], below: 9, classes: 9) + samples("test.", 7, [5], below: 9, classes: 7))
  /// Parameters of a fully connected network with six neurons on these images.
  static let parameters = bytes([
    Part("layers.0.weight", "F32", [6, 16], (0..<96).map { 0.01 * Double($0 % 7) })
  ])

  /// The SHA-256 of a file.
  static func digest(_ bytes: [UInt8]) -> ParameterValue { .text(FileDigest.text(of: bytes)) }

  /// The files by their SHA-256.
  static let known: [String: SafetensorsReader] = {
    var known: [String: SafetensorsReader] = [:]
    for bytes in [images, otherImages, tokens, parameters] {
      // Files that this enumeration makes are whole.
      known[FileDigest.text(of: bytes)] = try? SafetensorsReader(bytes)
    }
    return known
  }()
}
