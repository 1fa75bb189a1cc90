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

  /// The name of the environment variable that forces a tier: `plain`, `avx2` or `avx512`.
  public static let environmentName = "PHASEGRID_KERNEL_TIER"

  /// The best tier of this processor.
  public static let supported = KernelTier(rawValue: kernel_supported_tier()) ?? .plain

  /// The tier that plans use unless told otherwise: what the environment forces, else the best.
  ///
  /// A name that is none, or a tier that the processor lacks, is passed over: the bits are the same.
  public static let chosen: KernelTier = {
    guard let value = unsafe getenv(environmentName) else { return supported }
    let name = unsafe String(cString: value)
    guard let forced = allCases.first(where: { "\($0)" == name }),
      forced.rawValue <= supported.rawValue
    else { return supported }
    return forced
  }()

  /// The tiers that this processor can use.
  public static var available: [KernelTier] {
    allCases.filter { $0.rawValue <= supported.rawValue }
  }
}
