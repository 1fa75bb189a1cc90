import Foundation

/// Librsvg's `rsvg-convert`, which turns our SVG into pixels and pages.
struct SVGConverter {
  private static let program = "rsvg-convert"
  private static let resolution = "300"
  private static let wordsMax = 2000

  private let executable: URL
  private let environment: [String: String]

  /// Finds the program.
  ///
  /// - Throws: `diagram.converter-missing` when no folder of `PATH` has it.
  init(environment: [String: String]) throws(DiagramError) {
    let folders = (environment["PATH"] ?? "").split(separator: ":").filter { $0.hasPrefix("/") }
    let found = folders.map { "\($0)/\(SVGConverter.program)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
    guard let found else {
      throw DiagramError(
        .converterMissing,
        "PNG and PDF are made by \(SVGConverter.program), which no folder of PATH has",
        remedy: "Run `apt-get install librsvg2-bin`, or write the diagram as .svg.")
    }
    executable = URL(fileURLWithPath: found)
    // A fixed date makes the same picture the same bytes.
    self.environment = environment.merging(["SOURCE_DATE_EPOCH": "0"]) { _, fixed in fixed }
  }

  /// Converts a picture; the program reads and writes files beside the target.
  ///
  /// Files rather than pipes: a program that dies early can then neither stop us by a signal nor
  /// leave us waiting.
  ///
  /// - Throws: `diagram.unwritable` or `diagram.converter-failed`.
  func convert(
    _ svg: String, to format: DiagramFile.Format, beside target: URL
  ) async throws(DiagramError) -> Data {
    let source = DiagramFile.draft(beside: target)
    let output = DiagramFile.draft(beside: target)
    let words = DiagramFile.draft(beside: target)
    defer {
      for file in [source, output, words] {
        // Some may not have come to be, which is no fault here.
        try? FileManager.default.removeItem(at: file)
      }
    }
    do {
      try Data(svg.utf8).write(to: source)
      try Data().write(to: words)
    } catch {
      throw DiagramFile.unwritable(target.path, error)
    }
    let arguments =
      ["--format", format.rawValue, "--output", output.path, "--unlimited"]
      + (format == .png
        ? [
          "--dpi-x", SVGConverter.resolution, "--dpi-y", SVGConverter.resolution,
          "--background-color", "white",
        ] : [])
      + [source.path]
    let status: Int32
    do {
      status = try await run(arguments, words: FileHandle(forWritingTo: words))
    } catch {
      throw failed(error.localizedDescription)
    }
    guard status == 0, let contents = FileManager.default.contents(atPath: output.path) else {
      let said = FileManager.default.contents(atPath: words.path) ?? Data()
      let text = String(decoding: said.prefix(SVGConverter.wordsMax), as: UTF8.self)
      throw failed("it ended with status \(status): \(text)")
    }
    return format == .png ? SVGConverter.withResolution(contents) : contents
  }

  /// The picture with its pixels per metre, which the program leaves out: with them, whoever places
  /// it in a text gets it in its true size.
  static func withResolution(_ picture: Data) -> Data {
    // A PNG begins with 8 bytes of signature and 25 of header; `pHYs` may follow at once.
    let headerCount = 33
    guard picture.count > headerCount, picture.starts(with: [0x89, 0x50, 0x4e, 0x47]) else {
      return picture
    }
    // Nine bytes of type pHYs: 11811 pixels a metre (300 an inch) both ways, and their checksum.
    let chunk: [UInt8] = [
      0, 0, 0, 9, 0x70, 0x48, 0x59, 0x73, 0, 0, 0x2e, 0x23, 0, 0, 0x2e, 0x23, 1, 0x78, 0xa5, 0x3f,
      0x76,
    ]
    return picture.prefix(headerCount) + chunk + picture.dropFirst(headerCount)
  }

  private func run(_ arguments: [String], words: FileHandle) async throws -> Int32 {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = words
    return try await withCheckedThrowingContinuation { continuation in
      process.terminationHandler = { @Sendable ended in
        continuation.resume(returning: ended.terminationStatus)
      }
      do {
        try process.run()
      } catch {
        continuation.resume(throwing: error)
      }
    }
  }

  private func failed(_ reason: String) -> DiagramError {
    DiagramError(
      .converterFailed, "\(executable.path) could not make the picture: \(reason)",
      remedy: "Write the diagram as .svg and convert it by hand to see more.", underlying: reason)
  }
}
