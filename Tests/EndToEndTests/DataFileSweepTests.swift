import Foundation
import Glibc
import Protocol
import TestSupport
import Testing

/// Sweeps over a user's own data.
@Suite(.timeLimit(.minutes(4))) struct DataFileSweepTests {
  /// Samples of two numbers in two classes, with another sign for another file.
  private static func samples(_ sign: Float = 1) -> Data {
    let header = """
      {"inputs":{"dtype":"F32","shape":[12,2],"data_offsets":[0,96]},\
      "targets":{"dtype":"I32","shape":[12],"data_offsets":[96,144]}}
      """
    func bytes(_ bits: UInt64, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
    }
    let inputs = (0..<24).flatMap { bytes(UInt64((sign * Float($0) / 8 - 1).bitPattern), 4) }
    let targets = (0..<12).flatMap { bytes(UInt64($0 % 2), 4) }
    return Data(bytes(UInt64(header.utf8.count), 8) + Array(header.utf8) + inputs + targets)
  }

  private static func sweep(_ more: String = "") -> String {
    """
    sweep: own
    study: supervised
    parameters:
      data.file: data.safetensors
      model.width: {values: [4, 6, 8]}
      dropout.keepHidden: {values: [0.8, 1]}
      training.batch: 5
      training.steps: 20
    \(more)
    replicates: 2
    """
  }

  private static func prepare(
    _ laboratory: Laboratory, _ text: String = sweep()
  ) throws -> (sweep: String, data: String) {
    let data = laboratory.directory.path("data.safetensors")
    try samples().write(to: URL(fileURLWithPath: data))
    return (try laboratory.write(text, as: "sweep.yaml"), data)
  }

  @Test func `a sweep trains on a file, and why shows its SHA-256`() async throws {
    try await Laboratory.with { laboratory in
      let (sweep, data) = try Self.prepare(laboratory)
      let plan = try await laboratory.run("plan", sweep)
      #expect(
        plan.output.contains(
          "files     1, \(Self.samples().count) bytes to be sent to each node once"))
      try await laboratory.run("run", sweep, "--slots", "2")
      let rows = try await laboratory.csv("own").split(separator: "\n")
      #expect(rows.count == 13 && rows.dropFirst().allSatisfy { $0.contains("completed") })
      let digest = FileDigest.text(of: Array(Self.samples()))
      let key = try #require(try laboratory.keys().first)
      #expect(try await laboratory.run("why", key).output.contains("data.file \"\(digest)\""))
      // The same content elsewhere is the same trial; what comes from the catalog needs no file.
      let moved = laboratory.directory.path("moved")
      #expect(rename(data, moved) == 0)
      let other = try laboratory.write(
        Self.sweep().replacingOccurrences(of: "data.safetensors", with: moved), as: "other.yaml")
      #expect(try await laboratory.run("plan", other).output.contains("to train  0"))
      #expect(try await laboratory.csv("own").split(separator: "\n").count == 13)
    }
  }

  @Test func `an axis of files has their names in a diagram`() async throws {
    try await Laboratory.with { laboratory in
      let text = """
        sweep: own
        study: supervised
        parameters:
          data.file: {values: [data.safetensors, other.safetensors]}
          model.width: {values: [4, 6]}
          training.steps: 3
          training.batch: {values: [0, 5]}
        diagram: {x: model.width, y: data.file, color: trainLoss, fixed: {training.batch: 5}}
        """
      let (sweep, _) = try Self.prepare(laboratory, text)
      try Self.samples(-1).write(
        to: URL(fileURLWithPath: laboratory.directory.path("other.safetensors")))
      let plan = try await laboratory.run("plan", sweep)
      #expect(plan.output.contains("axis      data.file: data.safetensors, other.safetensors"))
      try await laboratory.run("run", sweep, "--slots", "2")
      let path = laboratory.directory.path("own.csv")
      try await laboratory.run("diagram", "own", "-o", path)
      let table = try String(contentsOfFile: path, encoding: .utf8)
      #expect(table.contains("data.safetensors") && table.contains("other.safetensors"))
      #expect(!table.contains(FileDigest.text(of: Array(Self.samples()))))
    }
  }

  @Test func `a file that does not fit is refused before anything is created`() async throws {
    try await Laboratory.with { laboratory in
      let (sweep, _) = try Self.prepare(
        laboratory, Self.sweep("  model.kind: {values: [mlp, convolution]}"))
      for command in ["plan", "run"] {
        let ending = try await laboratory.run(command, sweep, expecting: 65)
        #expect(ending.words.contains("a convolutional network takes inputs"))
        #expect(ending.words.contains("[sweep.data]"))
      }
      #expect(access(laboratory.directory.path("catalog.sqlite"), F_OK) != 0)
    }
  }

  @Test func `resume with a file that has changed says so, and begins nothing`() async throws {
    try await Laboratory.with { laboratory in
      let (sweep, data) = try Self.prepare(laboratory)
      // Nothing can be trained where no work directory can be made.
      let ending = try await laboratory.phasegrid.with(["PHASEGRID_WORK_DIRECTORY": data + "/work"])
        .run(["run", sweep, "--slots", "1"])
      #expect(ending.status == 69 && ending.words.contains("making \(data)/work"))
      try Self.samples(-1).write(to: URL(fileURLWithPath: data))
      let changed = try await laboratory.run("resume", expecting: 65)
      #expect(changed.words.contains("has changed") && changed.words.contains("[sweep.data-file]"))
      unlink(data)
      #expect(try await laboratory.phasegrid.run(["resume"]).words.contains("cannot be found"))
      #expect(try laboratory.attemptCount() == 0)
      try Self.samples().write(to: URL(fileURLWithPath: data))
      try await laboratory.run("resume", "--slots", "2")
      #expect(try await laboratory.doneCount("own") == 12)
    }
  }

  @Test(.enabled(if: SSHLaboratory.reasonUnavailable == nil, "no SSH server can be started here"))
  func `machines are sent the file once and give the bytes of home`() async throws {
    try await SSHLaboratory.with(count: 2) { machines in
      try await Laboratory.with { laboratory in
        let (sweep, _) = try Self.prepare(laboratory)
        let cluster = try laboratory.write(machines.clusterFile(slots: 1), as: "cluster.yaml")
        let ending = try await laboratory.run("run", sweep, "--cluster", cluster)
        let digest = FileDigest.text(of: Array(Self.samples()))
        for node in machines.nodes {
          let place = "\(node.home)/.cache/phasegrid/files/\(digest)"
          #expect(FileManager.default.contents(atPath: place) == Self.samples(), "\(place)")
        }
        #expect(ending.words.components(separatedBy: "sending a data file").count == 3)
        let far = try await laboratory.csv("own")
        try await Laboratory.with { home in
          let (sweep, _) = try Self.prepare(home)
          try await home.run("run", sweep, "--slots", "2")
          #expect(try await home.csv("own") == far)
        }
        // More cells: the file is there already.
        let wider = try laboratory.write(
          Self.sweep().replacingOccurrences(of: "[4, 6, 8]", with: "[4, 6, 8, 10]"),
          as: "wider.yaml")
        let again = try await laboratory.run("run", wider, "--cluster", cluster)
        #expect(!again.words.contains("sending a data file"))
        #expect(try await laboratory.doneCount("own") == 16)
      }
    }
  }

  @Test(.enabled(if: SSHLaboratory.reasonUnavailable == nil, "no SSH server can be started here"))
  func `a kill, a resume and another order change no bit`() async throws {
    let long = Self.sweep().replacingOccurrences(of: "steps: 20", with: "steps: 60000")
    let far = try await SSHLaboratory.with(count: 1) { machines in
      try await Laboratory.with { laboratory in
        let (sweep, _) = try Self.prepare(laboratory, long)
        let cluster = try laboratory.write(machines.clusterFile(slots: 2), as: "cluster.yaml")
        let coordinator = try laboratory.phasegrid.start(["run", sweep, "--cluster", cluster])
        let finished = "SELECT COUNT(*) FROM trial WHERE outcome IS NOT NULL"
        // There is nothing to be read while the catalog is being made.
        try await eventually { (try? laboratory.number(finished)) ?? 0 >= 2 }
        coordinator.send(SIGKILL)
        _ = try await coordinator.ending()
        #expect(try laboratory.number(finished) < 12, "nothing was left to resume")
        try await laboratory.run("resume")
        return try await laboratory.csv("own")
      }
    }
    let home = try await Laboratory.with { laboratory in
      let axis = "  model.width: {values: [4, 6, 8]}\n"
      let turned =
        long.replacingOccurrences(of: axis, with: "")
        .replacingOccurrences(of: "  training.batch", with: axis + "  training.batch")
      let (sweep, _) = try Self.prepare(laboratory, turned)
      try await laboratory.run("run", sweep, "--slots", "1")
      return try await laboratory.csv("own")
    }
    #expect(Laboratory.sortedColumns(far) == Laboratory.sortedColumns(home))
    #expect(far != home)
  }
}
