import Foundation
import TestSupport
import Testing

/// Whatever login shell a machine has, it works or says what is wrong.
@Suite(
  .enabled(if: SSHLaboratory.reasonUnavailable == nil, "no SSH server can be started here"),
  .timeLimit(.minutes(2)))
struct LoginShellTests {
  private static let working = [LoginShell.sh, .bash, .csh, .fish, .noisy]
    .filter { $0.reasonUnavailable == nil }

  private func run(
    _ shell: LoginShell, expecting status: Int32
  ) async throws -> BuiltProgram.Ending {
    try await SSHLaboratory.with([SSHNodeOptions(loginShell: shell)]) { machines in
      try await Laboratory.with { laboratory in
        let sweep = try laboratory.write(
          SweepTexts.idle("idle", count: 4), as: "sweep.yaml")
        let cluster = try laboratory.write(machines.clusterFile(slots: 1), as: "cluster.yaml")
        return try await laboratory.run("run", sweep, "--cluster", cluster, expecting: status)
      }
    }
  }

  @Test(arguments: working)
  func `odd and noisy login shells work`(shell: LoginShell) async throws {
    _ = try await run(shell, expecting: 0)
  }

  @Test(arguments: [LoginShell.restricted, .closed])
  func `a login shell that runs nothing is named, with the remedy`(
    shell: LoginShell
  ) async throws {
    let ending = try await run(shell, expecting: 69)
    #expect(ending.words.contains("without an answer from /bin/sh"))
    #expect(ending.words.contains("no restricted shell"))
  }
}
