/// Copying whole stretches: element by element, code for any precision asks at each one how it is copied.
extension MutableSpan where Element: BitwiseCopyable {
  /// Overwrites all elements; stops the program when the counts differ.
  mutating func overwrite(with values: Span<Element>) {
    precondition(values.count == count, "\(values.count) values for \(count) elements")
    overwrite(from: 0, with: values)
  }

  /// Overwrites the elements from a position on; stops the program when there are not as many.
  mutating func overwrite(from first: Int, with values: Span<Element>) {
    precondition(
      first >= 0 && first <= count - values.count,
      "\(values.count) values from \(first) on for \(count) elements")
    unsafe withUnsafeMutableBufferPointer { target in
      unsafe values.withUnsafeBufferPointer { source in
        guard let start = target.baseAddress, let values = source.baseAddress else { return }
        unsafe (start + first).update(from: values, count: source.count)
      }
    }
  }
}
