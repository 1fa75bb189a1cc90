extension Elementary {
  /// `base` to a whole power, by repeated squaring.
  ///
  /// Relative error below 2e-16 times the power.
  /// - Parameters:
  ///   - base: Any number.
  ///   - exponent: How often it is multiplied; 0 gives 1.
  /// - Returns: base^exponent.
  public static func power(_ base: Double, whole exponent: UInt64) -> Double {
    var (result, factor, rest) = (1.0, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result *= factor }
      factor *= factor
      rest >>= 1
    }
    return result
  }
}
