import Protocol

/// Hands a checkpoint over in pieces, so that writing one takes no memory worth speaking of.
struct CheckpointWriter {
  /// The bytes of a piece.
  private static let pieceBytes = 256 << 10

  private let take: ([UInt8]) -> Bool
  private var piece: [UInt8] = []
  private var sum = CRC32C()
  private var isWanted = true

  /// Writes to a function that takes pieces, and says whether it wants more.
  init(_ take: @escaping ([UInt8]) -> Bool) {
    self.take = take
    piece.reserveCapacity(CheckpointWriter.pieceBytes + 1024)
  }

  /// Writes what a body encodes; for what is small.
  mutating func write(_ body: (inout ByteWriter) -> Void) {
    var writer = ByteWriter()
    body(&writer)
    write(writer.bytes)
  }

  /// Writes bytes.
  mutating func write(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = min(rest.count, CheckpointWriter.pieceBytes)
      piece.append(contentsOf: rest.prefix(count))
      rest = rest.dropFirst(count)
      if piece.count >= CheckpointWriter.pieceBytes { flush() }
    }
  }

  /// Writes the bytes of a block of numbers, after their count.
  mutating func write<Element: Scalar>(_ block: Arena<Element>) {
    let bytes = unsafe UnsafeRawBufferPointer(
      start: block.base, count: block.count * MemoryLayout<Element>.stride)
    write { writer in writer.write(UInt64(bytes.count)) }
    for start in stride(from: 0, to: bytes.count, by: CheckpointWriter.pieceBytes) {
      let end = min(start + CheckpointWriter.pieceBytes, bytes.count)
      unsafe piece.append(contentsOf: bytes[start..<end])
      if piece.count >= CheckpointWriter.pieceBytes { flush() }
    }
  }

  /// Writes the checksum, and what has not been handed over.
  mutating func finish() {
    sum.update(piece)
    let value = sum.value
    piece += (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    if isWanted { isWanted = take(piece) }
  }

  private mutating func flush() {
    sum.update(piece)
    if isWanted { isWanted = take(piece) }
    piece.removeAll(keepingCapacity: true)
  }
}
