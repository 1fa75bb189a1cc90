extension Shard {
  func encode(to writer: inout ByteWriter) {
    writer.write(study)
    writer.write(revision)
    writer.write(numerics.rawValue)
    writer.write(limits.memoryBytes != nil)
    if let bytes = limits.memoryBytes { writer.write(bytes) }
    writer.write(limits.timeSeconds != nil)
    if let seconds = limits.timeSeconds { writer.write(seconds) }
    writer.writeList(keep.words) { $1.write($0) }
    writer.write(parameters: shared)
    writer.writeList(entries) { entry, writer in
      writer.writeRaw(entry.key.bytes)
      writer.write(entry.attempt.rawValue)
      writer.write(entry.replicate)
      writer.write(parameters: entry.parameters)
      writer.writeList(entry.seeds.sorted { $0.key < $1.key }) { seed, writer in
        writer.write(seed.key)
        writer.write(seed.value)
      }
    }
  }

  init(from reader: inout ByteReader) throws(FrameError) {
    study = try reader.readText()
    revision = try reader.read()
    guard let profile = NumericProfile(rawValue: try reader.readText()) else {
      throw reader.malformed("an unknown numeric profile")
    }
    numerics = profile
    limits = TrialLimits(
      memoryBytes: try reader.readFlag() ? try reader.read() : nil,
      timeSeconds: try reader.readFlag() ? try reader.readDouble() : nil)
    let words = try reader.readList(countMax: Limits.keptThingsMax) { reader throws(FrameError) in
      try reader.readText()
    }
    guard let request = KeepRequest(words: words) else {
      throw reader.malformed("an unknown wish of what to keep")
    }
    keep = request
    shared = try reader.readParameters()
    entries = try reader.readList(countMax: Limits.trialsPerListMax) { reader throws(FrameError) in
      Entry(
        key: try TrialKey(from: &reader), attempt: AttemptNumber(try reader.read()),
        replicate: try reader.read(), parameters: try reader.readParameters(),
        seeds: try reader.readSeeds())
    }
  }
}

extension ByteWriter {
  mutating func write(_ value: ParameterValue) {
    switch value {
    case .integer(let number):
      write(UInt8(0))
      write(number)
    case .real(let number):
      write(UInt8(1))
      write(number)
    case .text(let text):
      write(UInt8(2))
      write(text)
    case .boolean(let flag):
      write(UInt8(3))
      write(flag)
    }
  }

  mutating func write(parameters: [String: ParameterValue]) {
    writeList(parameters.sorted { $0.key < $1.key }) { parameter, writer in
      writer.write(parameter.key)
      writer.write(parameter.value)
    }
  }
}

extension ByteReader {
  mutating func readValue() throws(FrameError) -> ParameterValue {
    switch try read(UInt8.self) {
    case 0: return .integer(try read())
    case 1: return .real(try readDouble())
    case 2: return .text(try readText())
    case 3: return .boolean(try readFlag())
    default: throw malformed("a parameter value of an unknown type")
    }
  }

  mutating func readParameters() throws(FrameError) -> [String: ParameterValue] {
    let pairs = try readList(countMax: Limits.parametersPerTrialMax) { reader throws(FrameError) in
      (try reader.readText(), try reader.readValue())
    }
    return try dictionary(of: pairs)
  }

  mutating func readSeeds() throws(FrameError) -> [String: UInt32] {
    let pairs = try readList(countMax: Limits.parametersPerTrialMax) { reader throws(FrameError) in
      (try reader.readText(), try reader.read(UInt32.self))
    }
    return try dictionary(of: pairs)
  }

  private func dictionary<Value>(
    of pairs: [(String, Value)]
  ) throws(FrameError) -> [String: Value] {
    var dictionary: [String: Value] = [:]
    for (name, value) in pairs {
      guard dictionary.updateValue(value, forKey: name) == nil else {
        throw malformed("the name '\(name)' twice")
      }
    }
    return dictionary
  }
}
