import Foundation
import Protocol
import Testing

@testable import Diagrams

@Suite struct DiagramFileTests {
  private let folder: URL
  private let diagram: HeatmapDiagram

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("phasegrid-diagrams-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let axes = [TableFixture.axis("a", [0, 1, 2]), TableFixture.axis("b", [0, 1])]
    let table = TableFixture.grid(axes) { point, _ in .score(point[0] - point[1]) }
    diagram = HeatmapDiagram(
      try TableFixture.data(table, TableFixture.request(contour: 0)),
      provenance: TableFixture.provenance)
  }

  private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  private func contents(_ name: String) throws -> Data {
    try Data(contentsOf: folder.appendingPathComponent(name))
  }

  /// The files in the folder, those that begin with a dot included.
  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  private func remove() throws { try FileManager.default.removeItem(at: folder) }

  private static func hasConverter() -> Bool {
    (try? SVGConverter(environment: ProcessInfo.processInfo.environment)) != nil
  }

  @Test func `the extension chooses the format`() async throws {
    try await DiagramFile.write(diagram, to: path("picture.svg"))
    try await DiagramFile.write(diagram, to: path("numbers.CSV"))
    #expect(try contents("picture.svg") == Data(diagram.render().utf8))
    #expect(try contents("numbers.CSV") == Data(diagram.table().utf8))
    #expect(try names() == ["numbers.CSV", "picture.svg"])
    try remove()
  }

  @Test func `an older file is replaced`() async throws {
    try Data("old".utf8).write(to: folder.appendingPathComponent("picture.svg"))
    try await DiagramFile.write(diagram, to: path("picture.svg"))
    #expect(try contents("picture.svg").count > 1000)
    try remove()
  }

  @Test(.enabled(if: hasConverter(), "rsvg-convert is not installed"))
  func `a PNG has three hundred dots to the inch`() async throws {
    try await DiagramFile.write(diagram, to: path("picture.png"))
    let picture = [UInt8](try contents("picture.png"))
    #expect(picture.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
    let width = picture[16..<20].reduce(0) { $0 << 8 | Int($1) }
    // 89 mm are 1051.2 dots.
    #expect(width == 1052)
    let chunk = try #require(String(bytes: picture[37..<41], encoding: .ascii))
    #expect(chunk == "pHYs")
    #expect(picture[41..<45].reduce(0) { $0 << 8 | Int($1) } == 11811)
    #expect(try names() == ["picture.png"])
    try remove()
  }

  @Test(.enabled(if: hasConverter(), "rsvg-convert is not installed"))
  func `a PDF has the picture's size and its text as text`() async throws {
    try await DiagramFile.write(diagram, to: path("picture.pdf"))
    let page = String(decoding: try contents("picture.pdf"), as: UTF8.self)
    #expect(page.hasPrefix("%PDF"))
    // 89 mm are 252.28 points.
    #expect(page.contains("/MediaBox [ 0 0 252.28"))
    #expect(page.contains("/Font"))
    #expect(try names() == ["picture.pdf"])
    try remove()
  }

  @Test(.enabled(if: hasConverter(), "rsvg-convert is not installed"))
  func `the same picture is the same PNG`() async throws {
    try await DiagramFile.write(diagram, to: path("one.png"))
    try await DiagramFile.write(diagram, to: path("two.png"))
    #expect(try contents("one.png") == contents("two.png"))
    try remove()
  }

  @Test(arguments: ["picture.gif", "picture", "picture.", "svg", "picture.svg.gz"])
  func `another extension is refused with the list`(name: String) async throws {
    let error = try await #require(throws: DiagramError.self) {
      try await DiagramFile.write(diagram, to: path(name))
    }
    #expect(error.kind == .fileType && error.exitStatus == .usage)
    #expect(error.message.contains(".svg, .png, .pdf, .csv"))
    #expect(try names().isEmpty)
    try remove()
  }

  @Test(arguments: ["svg", "csv", "png", "pdf"])
  func `a folder that is not there is told`(format: String) async throws {
    try #require(format == "svg" || format == "csv" || DiagramFileTests.hasConverter())
    let error = try await #require(throws: DiagramError.self) {
      try await DiagramFile.write(diagram, to: path("nowhere/picture.\(format)"))
    }
    #expect(error.kind == .unwritable && error.exitStatus == .inputOutput)
    try remove()
  }

  @Test func `a folder in the file's place is told and no draft stays`() async throws {
    try FileManager.default.createDirectory(
      atPath: path("picture.svg"), withIntermediateDirectories: true)
    let error = try await #require(throws: DiagramError.self) {
      try await DiagramFile.write(diagram, to: path("picture.svg"))
    }
    #expect(error.kind == .unwritable)
    #expect(try names() == ["picture.svg"])
    try remove()
  }

  @Test func `without rsvg-convert the package to install is named`() async throws {
    let error = try await #require(throws: DiagramError.self) {
      try await DiagramFile.write(
        diagram, to: path("picture.png"), environment: ["PATH": folder.path])
    }
    #expect(error.kind == .converterMissing)
    #expect(error.remedy.contains("apt-get install librsvg2-bin"))
    #expect(try names().isEmpty)
    try remove()
  }

  @Test func `what rsvg-convert complains about is told`() async throws {
    let program = folder.appendingPathComponent("rsvg-convert")
    try Data("#!/bin/sh\necho 'no fonts here' >&2\nexit 3\n".utf8).write(to: program)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: program.path)
    let error = try await #require(throws: DiagramError.self) {
      try await DiagramFile.write(
        diagram, to: path("picture.png"), environment: ["PATH": "relative:\(folder.path)"])
    }
    #expect(error.kind == .converterFailed)
    #expect(error.message.contains("no fonts here") && error.message.contains("status 3"))
    #expect(try names() == ["rsvg-convert"])
    try remove()
  }
}
