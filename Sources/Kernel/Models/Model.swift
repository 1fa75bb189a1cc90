/// A network, or another function with parameters, on a batch of a known size.
///
/// The names and shapes of its parameters are those of files that others write and read.
public protocol Model: Sendable {
  /// The parameters, in order.
  var parameters: [TensorLayout] { get }
  /// What a batch of so many samples is given as; empty for a function without inputs.
  func inputs(samples: Int) -> [ModelInput]
  /// The extents of the output in a file.
  func outputShape(samples: Int) -> [Int]
  /// Declares the inputs and parameters, and gives the output: a row a sample, or a row a token.
  /// - Parameters:
  ///   - samples: The size of the batch.
  ///   - graph: Where it is added.
  /// - Returns: The output's node, its elements in the order of ``outputShape(samples:)``.
  func output(samples: Int, in graph: inout Graph) -> Node
  /// For parameters of which some elements never have a gradient: which elements.
  ///
  /// Rounding gives them one all the same, and an optimiser that divides by its size takes steps
  /// after it: they are compared by themselves.
  var withoutGradient: [String: Range<Int>] { get }
}

extension Model {
  /// Most models have none.
  public var withoutGradient: [String: Range<Int>] { [:] }
}

/// One input of a graph, and how it is made from the tensor of a file.
public struct ModelInput: Hashable, Sendable {
  /// What the elements are.
  public enum Kind: Hashable, Sendable {
    /// Any numbers.
    case numbers
    /// Whole numbers from 0 to below a limit.
    case indices(below: Int)
    /// +1 and -1.
    case signs
    /// 0 and 1: which elements count.
    case mask
    /// These numbers, whatever the batch.
    case fixed([Double])
  }
  /// The name in the graph and, after `data.`, in a file.
  public let layout: TensorLayout
  /// What the elements are.
  public let kind: Kind
  /// Whether it is the same for all samples, instead of having a part for each.
  public let isShared: Bool

  /// Puts an input together; fixed numbers are the same for all samples.
  public init(_ layout: TensorLayout, _ kind: Kind = .numbers, isShared: Bool = false) {
    self.layout = layout
    self.kind = kind
    if case .fixed = kind { self.isShared = true } else { self.isShared = isShared }
  }

  /// The name in the graph.
  public var name: String { layout.name }

  /// The elements for the graph, from a file's.
  /// - Throws: `kernel.case` for a number that is none of those that the input can have.
  public func elements(_ values: [Double]) throws(KernelError) -> [Double] {
    func check(_ expectation: String, _ isRight: (Double) -> Bool) throws(KernelError) {
      guard let wrong = values.first(where: { !isRight($0) }) else { return }
      throw KernelError.goldenCase("'data.\(name)' has \(wrong), which is \(expectation)")
    }
    switch kind {
    case .numbers, .mask:
      return layout.inner(values)
    case .indices(let limit):
      try check("no whole number from 0 to \(limit - 1)") {
        $0 >= 0 && $0 < Double(limit) && $0.rounded() == $0
      }
      return layout.inner(values)
    case .signs:
      try check("neither 1 nor -1") { abs($0) == 1 }
      return values
    case .fixed(let numbers):
      return numbers
    }
  }
}
