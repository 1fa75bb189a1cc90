import CKernel

/// An element type that the kernel computes in: Float for training, Double for checking.
///
/// A graph has no element type; a plan gives it one. What differs between the two is the entry of
/// the kernel's table of loops, so that the rest is the same code.
public protocol Scalar: BinaryFloatingPoint, BitwiseCopyable, Sendable {
  /// Which of the two it is.
  static var precision: Precision { get }
}

/// The width of the numbers that a plan computes in.
public enum Precision: Int32, Hashable, Sendable {
  /// 32 bits.
  case single = 0
  /// 64 bits.
  case double = 1
}

extension Float: Scalar {
  /// Single precision.
  public static var precision: Precision { .single }
}

extension Double: Scalar {
  /// Double precision.
  public static var precision: Precision { .double }
}
