extension TrialResult {
  /// Appends the result in the wire's layout, which is the spool's too.
  public func encode(to writer: inout ByteWriter) {
    writer.writeRaw(key.bytes)
    writer.write(attempt.rawValue)
    outcome.encode(to: &writer)
    writer.writeList(measures) { measure, writer in
      writer.write(measure.name)
      writer.writeList(measure.values) { $1.write($0) }
      writer.writeList(measure.steps) { $1.write($0) }
    }
    writer.write(steps)
    writer.write(cpuSeconds)
    writer.write(wallSeconds)
    writer.write(startedMicroseconds)
    writer.write(peakMemoryBytes)
    writer.write(slot.rawValue)
    writer.write(core)
  }

  /// Reads a result in the wire's layout.
  /// - Throws: ``FrameError`` `frame.malformed`.
  public init(from reader: inout ByteReader) throws(FrameError) {
    key = try TrialKey(from: &reader)
    attempt = AttemptNumber(try reader.read())
    outcome = try TrialOutcome(from: &reader)
    measures = try reader.readList(countMax: Limits.measuresPerTrialMax) {
      reader throws(FrameError) in
      MeasureValue(
        name: try reader.readText(),
        values: try reader.readList(countMax: Limits.numbersPerMeasureMax) {
          reader throws(FrameError) in try reader.readDouble()
        },
        steps: try reader.readList(countMax: Limits.numbersPerMeasureMax) {
          reader throws(FrameError) in try reader.read()
        })
    }
    steps = try reader.read()
    cpuSeconds = try reader.readDouble()
    wallSeconds = try reader.readDouble()
    startedMicroseconds = try reader.read()
    peakMemoryBytes = try reader.read()
    slot = SlotIndex(try reader.read())
    core = try reader.readText()
  }
}

extension TrialOutcome {
  func encode(to writer: inout ByteWriter) {
    switch self {
    case .completed(let stop):
      writer.write(UInt8(0))
      writer.write(stop.rawValue)
    case .diverged:
      writer.write(UInt8(1))
    case .failed(let reason, let words):
      writer.write(UInt8(2))
      writer.write(reason.rawValue)
      writer.write(words)
    }
  }

  init(from reader: inout ByteReader) throws(FrameError) {
    switch try reader.read(UInt8.self) {
    case 0:
      guard let stop = StopReason(rawValue: try reader.readText()) else {
        throw reader.malformed("an unknown stop reason")
      }
      self = .completed(stop)
    case 1:
      self = .diverged
    case 2:
      guard let reason = FailureReason(rawValue: try reader.readText()) else {
        throw reader.malformed("an unknown failure reason")
      }
      self = .failed(reason, try reader.readText())
    default: throw reader.malformed("an unknown outcome")
    }
  }
}
