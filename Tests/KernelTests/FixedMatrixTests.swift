import Foundation
import Protocol
import Testing

@testable import Kernel

/// A transformer with fixed matrices beside its weights, against loops over single numbers.
@Suite struct FixedMatrixTests {
  /// A model, and what its loops need.
  struct Setting: Hashable, Sendable, CustomTestStringConvertible {
    var normalization: Transformer.Normalization
    var judged: Transformer.Judged
    var mask: AttentionMask

    var model: Transformer {
      var model = Transformer(
        vocabulary: 9, tokens: 5, width: 6, hidden: 7, heads: 1, keyWidth: 3, valueWidth: 4,
        layers: 3)
      (model.normalization, model.judged, model.mask) = (normalization, judged, mask)
      (model.hasBias, model.hasFixedMatrices) = (false, true)
      return model
    }

    var testDescription: String { "\(normalization) \(judged) \(mask.rawValue)" }

    static let all = [Transformer.Normalization.after, .before, .none].flatMap { normalization in
      [Transformer.Judged.last, .all].flatMap { judged in
        AttentionMask.allCases.map {
          Setting(normalization: normalization, judged: judged, mask: $0)
        }
      }
    }
  }

  private typealias Matrix = [[Double]]

  /// The forward pass of one sample with scores and values as the formulas have them: row vectors,
  /// x W for a weight that is stored as its transpose.
  private struct Loops {
    let model: Transformer
    let parameter: (String) -> [Double]
    let input: (String) -> [Double]

    private func matrix(_ values: [Double], _ columns: Int) -> Matrix {
      stride(from: 0, to: values.count, by: columns).map { Array(values[$0..<($0 + columns)]) }
    }

    private func times(_ x: Matrix, transposed weight: Matrix) -> Matrix {
      x.map { row in weight.map { zip(row, $0).reduce(0) { $0 + $1.0 * $1.1 } } }
    }

    private func transpose(_ a: Matrix) -> Matrix { a[0].indices.map { j in a.map { $0[j] } } }

    private func normalized(_ x: Matrix, _ name: String) -> Matrix {
      let (weight, bias) = (parameter("\(name).weight"), parameter("\(name).bias"))
      return x.map { row in
        let mean = row.reduce(0, +) / Double(row.count)
        let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(row.count)
        return row.indices.map {
          (row[$0] - mean) / (variance + model.epsilon).squareRoot() * weight[$0] + bias[$0]
        }
      }
    }

    private func sum(_ a: Matrix, _ b: Matrix) -> Matrix {
      zip(a, b).map { zip($0, $1).map { $0 + $1 } }
    }

    private func attention(_ u: Matrix, _ layer: Int) -> Matrix {
      let weight = matrix(parameter("blocks.\(layer).qkv.weight"), model.width)
      let q = times(u, transposed: Array(weight[0..<3]))
      let k = times(u, transposed: Array(weight[3..<6]))
      let v = times(u, transposed: Array(weight[6..<10]))
      let name = "blocks.\(layer).fixed"
      let beta = parameter("\(name).beta")[0]
      let alpha = layer == 0 ? 0 : parameter("\(name).alpha")[0]
      let z = layer == 0 ? u : matrix(input("\(name).scores"), model.width)
      let valueMatrix = matrix(input("\(name).values"), model.width)
      let fixedValues = times(u, transposed: transpose(valueMatrix))
      var result: Matrix = []
      for i in u.indices {
        let seen = model.mask == .causal ? 0...i : 0...(u.count - 1)
        let scores = seen.map { j -> Double in
          var score = zip(q[i], k[j]).reduce(0) { $0 + $1.0 * $1.1 }
          if layer > 0 {
            for a in 0..<model.width {
              for b in 0..<model.width { score += alpha * u[i][a] * z[a][b] * u[j][b] }
            }
          }
          return score / 3.0.squareRoot()
        }
        let greatest = scores.max() ?? 0
        let powers = scores.map { exp($0 - greatest) }
        let total = powers.reduce(0, +)
        var trained = Array(repeating: 0.0, count: 4)
        var fixed = Array(repeating: 0.0, count: model.width)
        for (j, power) in zip(seen, powers) {
          for c in 0..<4 { trained[c] += power / total * v[j][c] }
          for c in 0..<model.width { fixed[c] += power / total * fixedValues[j][c] }
        }
        let projection = matrix(parameter("blocks.\(layer).proj.weight"), 4)
        let projected = times([trained], transposed: projection)[0]
        result.append(zip(projected, fixed).map { $0 + beta * $1 })
      }
      return result
    }

    func logits(_ tokens: [Int]) -> Matrix {
      let table = matrix(parameter("tok.weight"), model.width)
      var x = sum(tokens.map { table[$0] }, matrix(parameter("pos.weight"), model.width))
      for layer in 0..<model.layers {
        let block = "blocks.\(layer)"
        let isBefore = model.normalization == .before
        x = sum(x, attention(isBefore ? normalized(x, "\(block).ln1") : x, layer))
        if model.normalization == .after { x = normalized(x, "\(block).ln1") }
        let fed = isBefore ? normalized(x, "\(block).ln2") : x
        let hidden = times(
          fed, transposed: matrix(parameter("\(block).ff1.weight"), model.width)
        ).map { $0.map { max($0, 0) } }
        x = sum(x, times(hidden, transposed: matrix(parameter("\(block).ff2.weight"), 7)))
        if model.normalization == .after { x = normalized(x, "\(block).ln2") }
      }
      if model.normalization == .before { x = normalized(x, "lnf") }
      return times(x, transposed: matrix(parameter("head.weight"), model.width))
    }
  }

  /// A model with halved weights and small matrices, so that its scores do not run away where
  /// nothing is normalised, and the numbers of its inputs.
  private func prepared(
    _ model: Transformer, samples: Int = 3
  ) -> (fixture: ModelFixture, inputs: [String: [Double]]) {
    let fixture = ModelFixture(model, samples: samples)
    for name in fixture.names {
      fixture.set(name, fixture.plan.store.parameter(name).map { $0 / 2 })
    }
    var inputs: [String: [Double]] = [:]
    for (index, input) in fixture.problem.inputs.enumerated() {
      var values = input.drawn(step: UInt64(index))
      if input.name.contains("fixed") { values = values.map { $0 / 4 } }
      fixture.plan.setInput(input.name, values)
      inputs[input.name] = values
    }
    return (fixture, inputs)
  }

  @Test(arguments: Setting.all)
  func `the output is that of the formulas`(setting: Setting) throws {
    let (model, samples) = (setting.model, 3)
    let (fixture, inputs) = prepared(model, samples: samples)
    let loops = Loops(
      model: model, parameter: { fixture.plan.store.parameter($0) }, input: { inputs[$0] ?? [] })
    let tokens = try #require(inputs["x"]).map { Int($0) }
    let expected = (0..<samples).flatMap { sample -> [Double] in
      let logits = loops.logits(Array(tokens[(sample * 5)..<(sample * 5 + 5)]))
      return setting.judged == .last ? logits[4] : logits.flatMap { $0 }
    }
    #expect(worstDifference(fixture.output(), expected) < 1e-12)
  }

  @Test(arguments: Setting.all)
  func `the factors' derivatives are those of central differences`(setting: Setting) {
    let fixture = prepared(setting.model).fixture
    for name in [
      "blocks.0.fixed.beta", "blocks.1.fixed.alpha", "blocks.2.fixed.alpha",
      "blocks.2.fixed.beta", "pos.weight",
    ] {
      #expect(worstDifference(fixture.gradient(name), fixture.differences(name)) < 1e-7, "\(name)")
    }
  }

  @Test func `factors of zero leave the network as it is without matrices`() {
    let setting = Setting(normalization: .after, judged: .last, mask: .causal)
    let with = prepared(setting.model).fixture
    for name in with.names where name.contains("fixed") { with.set(name, [0]) }
    var model = setting.model
    model.hasFixedMatrices = false
    let without = prepared(model).fixture
    // The labels are another input then, and are drawn otherwise: the outputs alone are compared.
    #expect(worstDifference(with.output(), without.output()) < 1e-14)
  }

  @Test func `the first block has no matrix in its scores`() {
    let names = Setting.all[0].model.parameters.map(\.name)
    #expect(!names.contains("blocks.0.fixed.alpha"))
    #expect(
      names.suffix(5) == [
        "blocks.0.fixed.beta", "blocks.1.fixed.alpha", "blocks.1.fixed.beta",
        "blocks.2.fixed.alpha", "blocks.2.fixed.beta",
      ])
  }
}
