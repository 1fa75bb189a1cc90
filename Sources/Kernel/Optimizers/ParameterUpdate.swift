import CKernel

/// What an optimiser works on: the parameters, their gradients and its own blocks.
public final class ParameterUpdate<Element: Scalar> {
  /// The parameters and gradients.
  public let store: ParameterStore<Element>
  /// How many steps were taken before this one.
  public internal(set) var stepsBefore: UInt64 = 0
  let blocks: [Arena<Element>]
  private let tier: KernelTier
  private let layers: [Range<Int>]
  private let stretches: [Stretch]
  /// The parts of the blocks that are changed at all: one, where every piece is trained.
  private let trainedRanges: [Range<Int>]
  private let result = Arena<Element>(count: 1)
  private let gramInDouble: Arena<Double>
  private let plan: Plan<Element>
  private let gram: Node?
  private var eigenvalue: GreatestEigenvalue

  /// Puts the memory of one training together.
  /// - Parameters:
  ///   - plan: What computes the gradients, and the Gram matrix where there is one.
  ///   - gram: The Gram matrix, an output of the plan.
  ///   - optimizer: What will change the parameters.
  ///   - trained: The pieces that it changes; the others are not looked at.
  ///   - tier: The processor features to use.
  init(
    plan: Plan<Element>, gram: Node?, optimizer: any Optimizer, trained: Set<String>,
    tier: KernelTier
  ) {
    store = plan.store
    self.plan = plan
    self.gram = gram
    self.tier = tier
    blocks = (0..<optimizer.blockCount).map { _ in Arena(count: plan.store.blockCount) }
    eigenvalue = GreatestEigenvalue(order: gram?.shape.rows ?? 0)
    gramInDouble = Arena(count: gram?.shape.count ?? 0)
    if case .named(let names) = optimizer.decayedPieces {
      for name in names { _ = plan.store.position(of: name) }
    }
    let pieces = plan.store.trainedPlaces(trained)
    layers = Stretch.layers(pieces).map(\.range)
    stretches = Stretch.joined(pieces) { optimizer.decayedPieces.contains($0) }
    trainedRanges = Stretch.joined(pieces) { _ in true }.map(\.range)
  }

  /// The eigenvalue that ``greatestGramEigenvalue()`` found last.
  var lastCurvature: Double { eigenvalue.last }

  /// Goes on from what an optimiser remembered elsewhere.
  /// - Parameters:
  ///   - bytes: Those of its blocks, as many and as large as they are here.
  ///   - curvature: The eigenvalue that was found last.
  func restore(_ bytes: [[UInt8]], curvature: Double) {
    for (block, bytes) in zip(blocks, bytes) { block.overwrite(with: bytes) }
    eigenvalue.last = curvature
  }

  /// Bytes of the optimiser's blocks.
  var memoryBytes: Int {
    blocks.reduce(0) { $0 + $1.count } * MemoryLayout<Element>.stride
      + gramInDouble.count * MemoryLayout<Double>.stride
  }

  /// The number of layers.
  public var layerCount: Int { layers.count }

  /// The norm of a layer's parameters: the root of the sum of squares.
  public func parameterNorm(layer: Int) -> Double {
    norm(of: store.parameters, layers[layer])
  }

  /// The norm of a layer's gradients.
  public func gradientNorm(layer: Int) -> Double {
    norm(of: store.gradients, layers[layer])
  }

  /// The norm of all gradients together.
  public var gradientNorm: Double {
    if trainedRanges.count == 1 { return norm(of: store.gradients, trainedRanges[0]) }
    var squares = 0.0
    for range in trainedRanges {
      let norm = norm(of: store.gradients, range)
      squares += norm * norm
    }
    return squares.squareRoot()
  }

  /// Multiplies all gradients with a number.
  func scaleGradients(by factor: Double) {
    for range in trainedRanges {
      var step = unsafe kernel_step()
      unsafe step.output = UnsafeMutableRawPointer(store.gradients.base + range.lowerBound)
      unsafe step.first = UnsafeRawPointer(store.gradients.base + range.lowerBound)
      unsafe step.columns = Int64(range.count)
      unsafe step.scalar.0 = factor
      unsafe perform(&step, Int(kernel_operation_scale))
    }
  }

  /// The greatest eigenvalue of the Gram matrix of the per-sample gradients.
  public func greatestGramEigenvalue() -> Double {
    guard let gram else { preconditionFailure("an optimiser that reads the Gram matrix says so") }
    var step = unsafe kernel_step()
    unsafe step.output = UnsafeMutableRawPointer(gramInDouble.base)
    unsafe step.columns = Int64(gramInDouble.count)
    plan.withValue(of: gram) { values in
      unsafe values.withUnsafeBufferPointer { unsafe step.first = UnsafeRawPointer($0.baseAddress) }
      unsafe perform(&step, Int(kernel_operation_widen))
    }
    return gramInDouble.withSlice(offset: 0, count: gramInDouble.count) { eigenvalue($0) }
  }

  private func norm(of arena: Arena<Element>, _ range: Range<Int>) -> Double {
    precondition(range.lowerBound >= 0 && range.upperBound <= arena.count, "a layer's range")
    var step = unsafe kernel_step()
    unsafe step.output = UnsafeMutableRawPointer(result.base)
    unsafe step.first = UnsafeRawPointer(arena.base + range.lowerBound)
    unsafe step.second = step.first
    unsafe step.columns = Int64(range.count)
    unsafe step.scalar.0 = 1
    unsafe perform(&step, Int(kernel_operation_dot))
    return result.withSlice(offset: 0, count: 1) { Double($0[0]) }.squareRoot()
  }

  /// The numbers that an optimiser's loop takes.
  typealias Scalars = (Double, Double, Double, Double, Double, Double, Double)

  /// One pass over all parameters with the given operation of the kernel.
  /// - Parameters:
  ///   - operation: An entry of the kernel's table.
  ///   - scalars: The numbers that its loop takes for pieces that are decayed.
  ///   - withoutDecay: The same for the others.
  func pass(_ operation: Int, scalars: Scalars, withoutDecay: Scalars) {
    for stretch in stretches {
      let offset = stretch.range.lowerBound
      var step = unsafe kernel_step()
      unsafe step.output = UnsafeMutableRawPointer(store.parameters.base + offset)
      unsafe step.first = UnsafeRawPointer(store.gradients.base + offset)
      if !blocks.isEmpty {
        unsafe step.second_output = UnsafeMutableRawPointer(blocks[0].base + offset)
      }
      if blocks.count > 1 { unsafe step.scratch = UnsafeMutableRawPointer(blocks[1].base + offset) }
      unsafe step.columns = Int64(stretch.range.count)
      unsafe step.scalar = stretch.decays ? scalars : withoutDecay
      unsafe perform(&step, operation)
    }
  }

  private func perform(_ step: inout kernel_step, _ operation: Int) {
    unsafe step.function = kernel_function_of(
      Int32(operation), Element.precision.rawValue, tier.rawValue)
    unsafe kernel_perform(&step, 1)
  }
}
