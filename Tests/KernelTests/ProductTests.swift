import Foundation
import Protocol
import Testing

@testable import Kernel

/// Matrix products against loops that do what their order of summation says.
@Suite struct ProductTests {
  /// M, N, K: one, odd, prime, multiples of the lanes, and beyond every threshold of the table.
  static let extents: [ProductExtents] = [
    (1, 1, 1), (4, 1000, 2), (2, 133, 4), (1, 1000, 4), (3, 37, 8), (6, 70, 40), (7, 129, 13),
    (40, 1, 300), (40, 100, 6), (5, 5, 64), (4, 4, 1003), (40, 40, 600), (33, 65, 17),
    (100, 7, 90), (64, 64, 64), (50, 60, 70), (300, 3, 33), (1, 7, 5000),
    // Beyond one panel in columns and one stretch in k.
    (5, 517, 389), (300, 7, 390), (31, 31, 31), (15, 33, 801), (14, 530, 401),
    // Every kind of last panel, tiles of every number of rows.
    (29, 100, 20), (27, 49, 33), (13, 200, 17), (12, 56, 50), (43, 41, 47), (9, 24, 160),
  ].map { ProductExtents(rows: $0, columns: $1, depth: $2) }
  static let transposes = [(false, false), (false, true), (true, false), (true, true)]

  @Test(arguments: extents, [0, 1, 2, 3])
  func `a product of ours has the bits of its order of summation`(
    extents: ProductExtents, form: Int
  ) {
    let (left, right) = Self.transposes[form]
    let product = Product(extents, transposeLeft: left, transposeRight: right)
    switch NumericProfile.pinned.route(of: extents, transposeLeft: left, transposeRight: right) {
    case .lanes:
      #expect(product.computed(.pinned) == product.loop { Product.plainOrder($0, $1) })
    case .dots:
      #expect(product.computed(.pinned) == product.loop { Product.sixteenLanes($0, $1) })
    case .library:
      #expect(product.computed(.pinned) == product.computed(.openblas))
    }
  }

  @Test(arguments: extents, [0, 1, 2, 3])
  func `the library's product is that of double precision to rounding`(
    extents: ProductExtents, form: Int
  ) {
    let (left, right) = Self.transposes[form]
    let product = Product(extents, transposeLeft: left, transposeRight: right)
    let exact = product.loop { a, b in
      Float(zip(a, b).reduce(0.0) { $0 + Double($1.0) * Double($1.1) })
    }
    let bound = 2e-6 * Float(extents.depth).squareRoot()
    for (value, exact) in zip(product.computed(.openblas), exact) {
      #expect(abs(value - exact) <= bound)
    }
  }

  /// Rows, columns and depth for which a tier copies the left operand, in either order of it.
  static let copied = [
    (512, 70, 1100, true), (1024, 66, 515, true), (20, 260, 30, true),
    (15, 260, 1024, false), (29, 71, 1024, false),
  ]

  @Test(arguments: copied.indices, KernelTier.available.filter { $0 != .plain })
  func `an element's bits do not depend on the columns beside it`(index: Int, tier: KernelTier) {
    let (rows, columns, depth, left) = Self.copied[index]
    for right in [false, true] {
      func product(columns: Int) -> [Float] {
        let extents = ProductExtents(rows: rows, columns: columns, depth: depth)
        return Product(extents, transposeLeft: left, transposeRight: right)
          .computed(.pinned, tier: tier)
      }
      let (narrow, broad) = (product(columns: 17), product(columns: columns))
      for row in 0..<rows {
        #expect(
          narrow[(row * 17)..<(row * 17 + 17)] == broad[(row * columns)..<(row * columns + 17)])
      }
    }
  }

  @Test func `a matrix times its own transpose is symmetric`() {
    var graph = Graph()
    let x = graph.input("x", Shape(37, 1000))
    let gram = graph.product(x, x, transposeRight: true)
    let plan = Plan<Float>(
      graph: graph, outputs: [gram], store: ParameterStore([]), numerics: .pinned)
    var draws = Draws(seed: 9)
    let values = draws.numbers(37_000).map { Float($0) }
    plan.setInput("x", values)
    plan.run()
    let result = plan.value(of: gram)
    for i in 0..<37 {
      for j in 0..<37 {
        let row = Array(values[(i * 1000)..<(i * 1000 + 1000)])
        let column = Array(values[(j * 1000)..<(j * 1000 + 1000)])
        #expect(result[i * 37 + j] == Product.sixteenLanes(row, column))
      }
    }
  }
}

/// A product of drawn matrices in single precision.
private struct Product {
  let extents: ProductExtents
  let transposeLeft: Bool
  let transposeRight: Bool
  let left: [Float]
  let right: [Float]

  init(_ extents: ProductExtents, transposeLeft: Bool, transposeRight: Bool) {
    self.extents = extents
    self.transposeLeft = transposeLeft
    self.transposeRight = transposeRight
    var draws = Draws(seed: 7)
    left = draws.numbers(extents.rows * extents.depth, in: -1...1).map { Float($0) }
    // Column after column, so that broader products begin with the same ones.
    let columns = draws.numbers(extents.columns * extents.depth, in: -1...1).map { Float($0) }
    right =
      transposeRight
      ? columns
      : (0..<columns.count).map {
        columns[$0 % extents.columns * extents.depth + $0 / extents.columns]
      }
  }

  func computed(_ numerics: NumericProfile, tier: KernelTier = .chosen) -> [Float] {
    let (rows, columns, depth) = (extents.rows, extents.columns, extents.depth)
    var graph = Graph()
    let a = graph.input("a", transposeLeft ? Shape(depth, rows) : Shape(rows, depth))
    let b = graph.input("b", transposeRight ? Shape(columns, depth) : Shape(depth, columns))
    let product = graph.product(
      a, b, transposeLeft: transposeLeft, transposeRight: transposeRight)
    let plan = Plan<Float>(
      graph: graph, outputs: [product], store: ParameterStore([]), numerics: numerics, tier: tier)
    plan.setInput("a", left)
    plan.setInput("b", right)
    plan.run()
    return plan.value(of: product)
  }

  func loop(_ sum: ([Float], [Float]) -> Float) -> [Float] {
    let (rows, columns, depth) = (extents.rows, extents.columns, extents.depth)
    return (0..<rows).flatMap { i in
      (0..<columns).map { j in
        sum(
          (0..<depth).map { transposeLeft ? left[$0 * rows + i] : left[i * depth + $0] },
          (0..<depth).map { transposeRight ? right[j * depth + $0] : right[$0 * columns + j] })
      }
    }
  }

  /// Every product added to one sum, in order.
  static func plainOrder(_ a: [Float], _ b: [Float]) -> Float {
    zip(a, b).reduce(0) { fmaf($1.0, $1.1, $0) }
  }

  /// Sixteen sums side by side, then a tree.
  static func sixteenLanes(_ a: [Float], _ b: [Float]) -> Float {
    var lanes = Array(repeating: Float(0), count: 16)
    for index in a.indices { lanes[index % 16] = fmaf(a[index], b[index], lanes[index % 16]) }
    for distance in [8, 4, 2, 1] {
      for lane in 0..<distance { lanes[lane] += lanes[lane + distance] }
    }
    return lanes[0]
  }
}
