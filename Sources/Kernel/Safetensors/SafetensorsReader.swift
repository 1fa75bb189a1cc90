import Protocol

/// Named tensors as a safetensors file holds them.
///
/// Eight bytes of header length, a JSON header with type, shape and place of every tensor, then the
/// tensors, row-major and little-endian. Everything that the header says is checked before use.
public struct SafetensorsReader: Sendable {
  /// One tensor of the file.
  public struct Tensor: Sendable {
    /// The type of its elements, for instance `F32`.
    public let type: String
    /// Its extents; empty for a single number.
    public let shape: [Int]
    /// Its bytes in the file.
    let bytes: Range<Int>

    /// The number of its elements.
    public var count: Int { shape.reduce(1, *) }
  }

  /// The tensors by name.
  public let tensors: [String: Tensor]
  /// The free text that the writer put beside them.
  public let metadata: [String: String]
  private let bytes: [UInt8]

  /// The most bytes of a header: the format's own bound.
  static let headerBytesMax = 100_000_000

  /// Reads a file's bytes.
  /// - Parameter bytes: The whole file.
  /// - Throws: `kernel.safetensors` for anything but a whole and consistent file.
  public init(_ bytes: [UInt8]) throws(KernelError) {
    guard bytes.count >= 8 else { throw Self.failure("it is shorter than its length field") }
    let length = Self.littleEndian(bytes, at: 0, count: 8)
    guard length <= Self.headerBytesMax, Int(length) <= bytes.count - 8 else {
      throw Self.failure("its header is said to have \(length) bytes, and it has \(bytes.count)")
    }
    let start = 8 + Int(length)
    let header: JSONValue
    do {
      header = try JSONValue(parsing: bytes[8..<start])
    } catch {
      throw Self.failure("its header is not JSON: \(error.message)")
    }
    guard let members = header.members else { throw Self.failure("its header is no JSON object") }
    var tensors: [String: Tensor] = [:]
    var metadata: [String: String] = [:]
    for member in members {
      if member.name == "__metadata__" {
        for entry in member.value.members ?? [] { metadata[entry.name] = entry.value.string }
      } else {
        tensors[member.name] = try Self.tensor(
          member.name, member.value, start: start, end: bytes.count)
      }
    }
    self.bytes = bytes
    self.tensors = tensors
    self.metadata = metadata
  }

  /// The elements of a tensor as numbers of double precision, which holds all types exactly.
  /// - Throws: `kernel.safetensors` when there is no such tensor.
  public func numbers(_ name: String) throws(KernelError) -> [Double] {
    guard let tensor = tensors[name] else { throw Self.failure("it has no tensor \(name)") }
    let start = tensor.bytes.lowerBound
    func bits32(_ index: Int) -> UInt32 {
      let place = start + 4 * index
      return UInt32(bytes[place]) | UInt32(bytes[place + 1]) << 8
        | UInt32(bytes[place + 2]) << 16 | UInt32(bytes[place + 3]) << 24
    }
    func bits64(_ index: Int) -> UInt64 {
      UInt64(bits32(2 * index)) | UInt64(bits32(2 * index + 1)) << 32
    }
    // The type is asked once: files of users have millions of elements.
    let elements = 0..<tensor.count
    return switch tensor.type {
    case "F64": elements.map { Double(bitPattern: bits64($0)) }
    case "F32": elements.map { Double(Float(bitPattern: bits32($0))) }
    case "I64": elements.map { Double(Int64(bitPattern: bits64($0))) }
    default: elements.map { Double(Int32(bitPattern: bits32($0))) }
    }
  }

  private static let widths = ["F64": 8, "F32": 4, "I64": 8, "I32": 4]

  private static func tensor(
    _ name: String, _ value: JSONValue, start: Int, end: Int
  ) throws(KernelError) -> Tensor {
    guard let type = value["dtype"]?.string, let width = widths[type] else {
      throw failure("the type of \(name) is none of F64, F32, I64 and I32")
    }
    let shape = (value["shape"]?.array ?? []).compactMap(\.integer).map { Int($0) }
    let offsets = (value["data_offsets"]?.array ?? []).compactMap(\.integer).map { Int($0) }
    guard shape.count == value["shape"]?.array?.count, shape.allSatisfy({ $0 >= 0 }),
      offsets.count == 2, offsets[0] >= 0, offsets[0] <= offsets[1], offsets[1] <= end - start
    else {
      throw failure("the shape or the place of \(name) is no range inside the file")
    }
    var count = width
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow else { throw failure("the shape of \(name) is too large") }
      count = product
    }
    guard count == offsets[1] - offsets[0] else {
      throw failure("\(name) has \(offsets[1] - offsets[0]) bytes, and its shape needs \(count)")
    }
    return Tensor(
      type: type, shape: shape, bytes: (start + offsets[0])..<(start + offsets[1]))
  }

  private static func littleEndian(_ bytes: [UInt8], at place: Int, count: Int) -> UInt64 {
    var value: UInt64 = 0
    for index in 0..<count { value |= UInt64(bytes[place + index]) << UInt64(8 * index) }
    return value
  }

  private static func failure(_ reason: String) -> KernelError {
    KernelError(
      .safetensors, "A safetensors file could not be read: \(reason).",
      remedy: "Give a file that was written whole.")
  }
}
