import Testing

@testable import Kernel

@Suite struct SafetensorsWriterTests {
  static let tensors = [
    NamedTensor(name: "b", shape: [3], values: [1, -0.1, 3e38], precision: .single),
    NamedTensor(name: "a", shape: [1, 2], values: [0.1, -1e300], precision: .double),
    NamedTensor(name: "c", shape: [], values: [7], precision: .single),
  ]

  @Test func `what is written is read again`() throws {
    let bytes = SafetensorsWriter.bytes(Self.tensors, metadata: [("made", "by \"hand\"")])
    let reader = try SafetensorsReader(bytes)
    #expect(reader.metadata == ["made": "by \"hand\""])
    #expect(try reader.numbers("a") == [0.1, -1e300])
    #expect(try reader.numbers("b") == [1, Double(Float(-0.1)), Double(Float(3e38))])
    #expect(reader.tensors["c"]?.shape == [])
    #expect(try reader.namedTensors().map(\.name) == ["a", "b", "c"])
  }

  @Test func `data begin at a multiple of eight and wider elements come first`() throws {
    let bytes = SafetensorsWriter.bytes(Self.tensors)
    let header = bytes[0..<8].enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
    #expect(header % 8 == 0)
    #expect(bytes.count == 8 + header + 16 + 12 + 4)
    #expect(bytes[(8 + header)...].prefix(8) == [0x9A, 0x99, 0x99, 0x99, 0x99, 0x99, 0xB9, 0x3F])
  }

  @Test func `the parameters of a store are its pieces`() throws {
    let store = ParameterStore<Float>([
      ParameterPiece(name: "a.weight", shape: Shape(2, 3)),
      ParameterPiece(name: "a.bias", shape: Shape(1, 2)),
    ])
    try store.set([
      NamedTensor(name: "a.bias", shape: [2], values: [0.5, 1]),
      NamedTensor(name: "a.weight", shape: [2, 3], values: [1, 2, 3, 4, 5, 6]),
    ])
    #expect(store.parameter("a.weight") == [1, 2, 3, 4, 5, 6])
    #expect(
      store.tensors == [
        NamedTensor(name: "a.weight", shape: [2, 3], values: [1, 2, 3, 4, 5, 6]),
        NamedTensor(name: "a.bias", shape: [1, 2], values: [0.5, 1]),
      ])
  }

  static let misfits: [(tensors: [NamedTensor], words: String)] = [
    ([], "no tensor 'a'"),
    ([NamedTensor(name: "a", shape: [3], values: [1, 2, 3])], "the shape [3]"),
    ([NamedTensor(name: "a", shape: [2], values: [1, .infinity])], "no finite number"),
    ([NamedTensor(name: "a", shape: [2], values: [1, 1e300])], "no finite number"),
    (
      [
        NamedTensor(name: "a", shape: [2], values: [1, 2]),
        NamedTensor(name: "b", shape: [], values: [1]),
      ], "'b' is none"
    ),
  ]

  @Test(arguments: misfits)
  func `parameters that do not fit are refused`(tensors: [NamedTensor], words: String) {
    let store = ParameterStore<Float>([ParameterPiece(name: "a", shape: Shape(1, 2))])
    let error = #expect(throws: KernelError.self) { try store.set(tensors) }
    #expect(error?.code == "kernel.initial" && error?.message.contains(words) == true)
  }

  @Test func `a layout turns an image's axes and back`() {
    let layout = TensorLayout("x", [1, 2, 1, 3], extents: [1, 2, 1, 3], axes: [0, 2, 3, 1])
    let values = [0, 1, 2, 10, 11, 12]
    #expect(layout.inner(values) == [0, 10, 1, 11, 2, 12])
    #expect(layout.outer(layout.inner(values)) == values)
    #expect(layout.pieceShape == Shape(1, 6))
  }
}
