import Testing

@testable import Kernel

@Suite struct SafetensorsTests {
  /// The bytes of a file with this header and these data.
  static func file(_ header: String, data: [UInt8] = []) -> [UInt8] {
    let length = UInt64(header.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + Array(header.utf8) + data
  }

  @Test func `numbers of every type are read`() throws {
    let header = """
      {"__metadata__":{"made":"by hand"},
       "a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},
       "b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},
       "c":{"dtype":"I32","shape":[],"data_offsets":[16,20]},
       "d":{"dtype":"I64","shape":[1,1],"data_offsets":[20,28]}}
      """
    let data: [UInt8] =
      [0, 0, 0, 0, 0, 0, 0xF8, 0x3F] + [0, 0, 0, 0xC0, 0, 0, 0x80, 0x3E]
      + [0xFE, 0xFF, 0xFF, 0xFF] + [7, 0, 0, 0, 0, 0, 0, 0]
    let reader = try SafetensorsReader(Self.file(header, data: data))
    #expect(try reader.numbers("a") == [1.5])
    #expect(try reader.numbers("b") == [-2, 0.25])
    #expect(try reader.numbers("c") == [-2])
    #expect(try reader.numbers("d") == [7])
    #expect(reader.tensors["d"]?.shape == [1, 1])
    #expect(reader.metadata["made"] == "by hand")
  }

  static let faults: [[UInt8]] = [
    [], [1, 2, 3], file("{"), file("[]"), [255, 255, 255, 255, 255, 255, 255, 255, 1],
    file(#"{"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}"#, data: [0, 0]),
    file(#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, data: [0, 0, 0, 0]),
    file(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, data: [0, 0, 0, 0]),
    file(#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, data: [0, 0, 0, 0]),
    file(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, data: [0, 0, 0, 0]),
    file(#"{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}"#, data: [0, 0, 0, 0]),
    file(#"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}"#),
    file(#"{"a":7}"#),
  ]

  @Test(arguments: faults)
  func `a file that is not whole or not consistent is refused`(bytes: [UInt8]) {
    let error = #expect(throws: KernelError.self) { try SafetensorsReader(bytes) }
    #expect(error?.code == "kernel.safetensors")
  }

  @Test func `a tensor that is not there is an error`() throws {
    let reader = try SafetensorsReader(Self.file("{}"))
    let error = #expect(throws: KernelError.self) { try reader.numbers("a") }
    #expect(error?.message.contains("no tensor a") == true)
  }
}
