import Kernel
import Protocol

/// Makes the process one that computes as a numeric profile asks.
enum NumericsRestart {
  /// Starts the program anew, with the same arguments, unless OpenBLAS was loaded as the profile
  /// asks.
  /// - Parameters:
  ///   - numerics: The profile.
  ///   - prepare: Called before the restart: what the new process must find.
  /// - Throws: `worker.processor` where this machine cannot compute that way, `worker.input-output`
  ///   where the program cannot be started.
  static func ensure(
    _ numerics: NumericProfile, prepare: () throws -> Void = {}
  ) throws {
    if !NumericsCheck.isEnvironmentRight(for: numerics) {
      try prepare()
      let environment = Environment.entries(changing: NumericsCheck.environment(for: numerics))
      let error = OwnProgram.restart(
        Array(CommandLine.arguments.dropFirst()), environment: environment)
      throw WorkerError(
        .inputOutput, "The worker cannot start itself: \(error.words).",
        remedy: "Make /proc available: it finds itself there.")
    }
    if let fault = NumericsCheck.fault(of: numerics, core: BLAS.coreName) {
      throw WorkerError(
        .processor, fault, remedy: "Use another machine, or the numeric profile 'native'.")
    }
  }
}
