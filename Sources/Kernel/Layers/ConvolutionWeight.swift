/// The two orders of a convolution's weight: ours, and that of PyTorch and of safetensors files.
public enum ConvolutionWeight {
  /// Our order from PyTorch's: (O, C, 3, 3) to (O, 9 C), columns by row tap, column tap, channel.
  /// - Parameters:
  ///   - values: All elements, row-major.
  ///   - channels: C, the channels that go in.
  /// - Returns: All elements of (O, 9 C), row-major.
  public static func rows<Element>(fromChannelsFirst values: [Element], channels: Int) -> [Element]
  {
    places(values.count, channels: channels).map { values[$0] }
  }

  /// PyTorch's order from ours: (O, 9 C) to (O, C, 3, 3).
  /// - Parameters:
  ///   - values: All elements, row-major.
  ///   - channels: C, the channels that go in.
  /// - Returns: All elements of (O, C, 3, 3), row-major.
  public static func channelsFirst<Element>(fromRows values: [Element], channels: Int) -> [Element]
  {
    var result = values
    for (place, value) in zip(places(values.count, channels: channels), values) {
      result[place] = value
    }
    return result
  }

  /// For every element of our order its place in PyTorch's.
  private static func places(_ count: Int, channels: Int) -> [Int] {
    precondition(
      channels > 0 && count % (9 * channels) == 0,
      "a weight of nine taps and \(channels) channels has a multiple of that many elements")
    return stride(from: 0, to: count, by: 9 * channels).flatMap { row in
      (0..<9).flatMap { tap in (0..<channels).map { row + $0 * 9 + tap } }
    }
  }
}
