import Glibc

/// One allocation of elements, aligned to 64 bytes and zero at first.
///
/// The only owner of memory in the kernel: everything else holds offsets, or a plan's flat list that
/// lives no longer than its arenas.
@safe
final class Arena<Element: Scalar> {
  /// Elements in all.
  let count: Int
  /// The first element.
  let base: UnsafeMutablePointer<Element>

  private static var largePageBytes: Int { 1 << 21 }

  /// Allocates `count` elements, zero.
  init(count: Int) {
    precondition(count >= 0, "an arena has a count of elements")
    self.count = count
    var bytes = max(count, 1) * MemoryLayout<Element>.stride
    // Large pages save the processor most of its address translations and keep what lies side by
    // side apart in its caches, where the system has them; it gives whole ones only.
    let isLarge = bytes >= Self.largePageBytes / 4
    if isLarge { bytes = (bytes + Self.largePageBytes - 1) & ~(Self.largePageBytes - 1) }
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: bytes, alignment: isLarge ? Self.largePageBytes : 64)
    if isLarge { unsafe madvise(memory, bytes, MADV_HUGEPAGE) }
    unsafe memset(memory, 0, bytes)
    unsafe base = memory.bindMemory(to: Element.self, capacity: max(count, 1))
  }

  deinit {
    unsafe UnsafeMutableRawPointer(base).deallocate()
  }

  /// Elements up to the next multiple of 64 bytes in either precision.
  static func aligned(_ count: Int) -> Int { (count + 15) & ~15 }

  /// Calls the body with a piece of the arena.
  func withSlice<Value, Failure: Error>(
    offset: Int, count: Int, _ body: (Span<Element>) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    precondition(offset >= 0 && count >= 0 && offset + count <= self.count, "a slice of the arena")
    return try body(unsafe Span(_unsafeStart: base + offset, count: count))
  }

  /// Calls the body with a piece of the arena that it may write.
  func withMutableSlice<Value, Failure: Error>(
    offset: Int, count: Int, _ body: (inout MutableSpan<Element>) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    precondition(offset >= 0 && count >= 0 && offset + count <= self.count, "a slice of the arena")
    var span = unsafe MutableSpan(_unsafeStart: base + offset, count: count)
    return try body(&span)
  }
}
