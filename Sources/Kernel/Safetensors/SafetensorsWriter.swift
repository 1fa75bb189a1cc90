import Protocol

/// Writes named tensors as a safetensors file: what ``SafetensorsReader`` reads.
public enum SafetensorsWriter {
  /// The bytes of a file.
  ///
  /// The tensors follow each other in the order given, each aligned to its elements: wider ones
  /// must not follow an odd number of narrower ones, so the widest come first.
  /// - Parameters:
  ///   - tensors: What it holds; every name once.
  ///   - metadata: Free text beside them.
  /// - Returns: Length, header and data.
  public static func bytes(
    _ tensors: [NamedTensor], metadata: [(name: String, text: String)] = []
  ) -> [UInt8] {
    precondition(
      Set(tensors.map(\.name)).count == tensors.count, "every tensor has a name of its own")
    var members: [JSONValue.Member] = []
    if !metadata.isEmpty {
      members.append(
        .init("__metadata__", .object(metadata.map { .init($0.name, .string($0.text)) })))
    }
    var data: [UInt8] = []
    let ordered =
      tensors.filter { $0.precision == .double } + tensors.filter { $0.precision == .single }
    for tensor in ordered {
      let start = data.count
      for value in tensor.values {
        switch tensor.precision {
        case .single: append(Float(value).bitPattern, to: &data)
        case .double: append(value.bitPattern, to: &data)
        }
      }
      members.append(
        .init(
          tensor.name,
          [
            "dtype": .string(tensor.precision == .single ? "F32" : "F64"),
            "shape": .array(tensor.shape.map { .integer(Int64($0)) }),
            "data_offsets": [.integer(Int64(start)), .integer(Int64(data.count))],
          ]))
    }
    var header = Array(JSONValue.object(members).text.utf8)
    // Spaces behind the header bring the data to a multiple of eight.
    header += repeatElement(UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
    var length: [UInt8] = []
    append(UInt64(header.count), to: &length)
    return length + header + data
  }

  private static func append(_ bits: some FixedWidthInteger, to bytes: inout [UInt8]) {
    for place in stride(from: 0, to: bits.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: bits >> place))
    }
  }
}

extension SafetensorsReader {
  /// All tensors with their elements, by name.
  /// - Throws: `kernel.safetensors`.
  public func namedTensors() throws(KernelError) -> [NamedTensor] {
    var result: [NamedTensor] = []
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      result.append(
        NamedTensor(
          name: name, shape: tensor.shape, values: try numbers(name),
          precision: tensor.type == "F64" ? .double : .single))
    }
    return result
  }
}
