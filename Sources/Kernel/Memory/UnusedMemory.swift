import CKernel

/// Memory of this process that nothing is in.
public enum UnusedMemory {
  /// Below this many bytes nothing is given back: it would cost more than it helps.
  static let leastBytes: Int64 = 512 << 10

  /// Gives the system what earlier trials have left, so that the next one's memory is its own.
  public static func giveBack() {
    kernel_return_memory(leastBytes)
  }
}
