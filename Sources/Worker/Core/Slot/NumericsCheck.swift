import Protocol

/// Whether a process can compute as a numeric profile asks.
enum NumericsCheck {
  /// What OpenBLAS reads from the environment when it is loaded, for a profile.
  static func environment(for profile: NumericProfile) -> [String: String?] {
    [
      "OPENBLAS_CORETYPE": profile.openBLASCoreType, "OPENBLAS_NUM_THREADS": "1",
      "OMP_NUM_THREADS": nil, "GOTO_NUM_THREADS": nil,
    ]
  }

  /// Whether this process was started as the profile asks.
  static func isEnvironmentRight(for profile: NumericProfile) -> Bool {
    environment(for: profile).allSatisfy { Environment.variable($0.key) == $0.value }
  }

  /// Why the profile's numbers cannot be computed in this process; `nil` when they can.
  ///
  /// OpenBLAS replaces a core type that it does not have without a word, and takes one that the
  /// processor cannot run.
  static func fault(of profile: NumericProfile, core: String) -> String? {
    guard let wanted = profile.openBLASCoreType else { return nil }
    guard core == wanted else {
      return "The numeric profile '\(profile.rawValue)' needs OpenBLAS's kernels for \(wanted);"
        + " it took those for \(core)."
    }
    guard hasFusedVectors else {
      return "The numeric profile '\(profile.rawValue)' needs a processor with AVX2 and FMA."
    }
    return nil
  }

  private static let hasFusedVectors = Machine.hasFusedVectors
}
