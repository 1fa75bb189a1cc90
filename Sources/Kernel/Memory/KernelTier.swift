import CKernel
import Glibc

/// The processor features that the hot loops use; every tier gives the same bits.
public enum KernelTier: Int32, Hashable, Sendable, CaseIterable {
  /// Any processor.
  case plain = 0
  /// AVX2 and FMA.
  case avx2 = 1
  /// AVX-512.
  case avx512 = 2
  /// NEON, on 64-bit ARM.
  case neon = 3

  /// The name of the environment variable that forces a tier: `plain`, `avx2`, `avx512` or `neon`.
  public static let environmentName = "PHASEGRID_KERNEL_TIER"

  /// The best tier of this processor.
  public static let supported = available.last ?? .plain

  /// The tier that plans use unless told otherwise: what the environment forces, else the best.
  ///
  /// A name that is none, or a tier that the processor lacks, is passed over: the bits are the same.
  public static let chosen: KernelTier = {
    guard let value = unsafe getenv(environmentName) else { return supported }
    let name = unsafe String(cString: value)
    guard let forced = allCases.first(where: { "\($0)" == name }),
      available.contains(forced)
    else { return supported }
    return forced
  }()

  /// The tiers that this processor can use, the slowest first.
  public static let available = allCases.filter { kernel_has_tier($0.rawValue) != 0 }
}
