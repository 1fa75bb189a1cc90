import Foundation
import Protocol
import Testing

@testable import Kernel

/// The options of a transformer: which pieces there are, and what they do.
@Suite struct TransformerOptionTests {
  private func model(_ change: (inout Transformer) -> Void = { _ in }) -> Transformer {
    var model = Transformer(
      vocabulary: 7, tokens: 4, width: 6, hidden: 5, heads: 2, keyWidth: 3, layers: 2)
    change(&model)
    return model
  }

  private func names(_ change: (inout Transformer) -> Void) -> [String] {
    model(change).parameters.map(\.name)
  }

  @Test func `sinusoidal positions follow their formula`() {
    let model = Transformer(
      vocabulary: 7, tokens: 5, width: 7, hidden: 5, heads: 1, keyWidth: 3, layers: 1)
    let expected = (0..<5).flatMap { token in
      (0..<7).map { column -> Double in
        let pair = Double(column / 2)
        let angle = Double(token) / pow(10_000, 2 * pair / 7)
        return column % 2 == 0 ? sin(angle) : cos(angle)
      }
    }
    #expect(worstDifference(model.sinusoidalPositions, expected) < 1e-14)
  }

  @Test func `sinusoidal positions are a table that is not trained`() {
    let fixed = ModelFixture(model { $0.positions = .sinusoidal })
    let learned = ModelFixture(model())
    learned.set("pos.weight", model().sinusoidalPositions)
    #expect(fixed.output() == learned.output())
    #expect(!fixed.names.contains("pos.weight"))
  }

  @Test func `no positions are a table of zeros`() {
    let none = ModelFixture(model { $0.positions = .none })
    let learned = ModelFixture(model())
    learned.set("pos.weight", Array(repeating: 0, count: 24))
    #expect(none.output() == learned.output())
  }

  @Test func `a tied head has the table's values and adds its gradient to the table's`() {
    let tied = ModelFixture(model { $0.head = .tied })
    let own = ModelFixture(model())
    own.set("head.weight", own.plan.store.parameter("tok.weight"))
    #expect(tied.output() == own.output())
    let sum = zip(own.gradient("tok.weight"), own.gradient("head.weight")).map { $0 + $1 }
    #expect(worstDifference(tied.gradient("tok.weight"), sum) < 1e-14)
    #expect(worstDifference(tied.gradient("tok.weight"), tied.differences("tok.weight")) < 1e-8)
    #expect(tied.gradient("head.bias") == own.gradient("head.bias"))
  }

  @Test func `a tied head may go without a bias of its own`() {
    let pieces = names { ($0.head, $0.biases) = (.tied, [.projection]) }
    #expect(!pieces.contains { $0.hasPrefix("head") })
    #expect(pieces.contains("blocks.0.proj.bias"))
  }

  private static let biasedLayers: [(Transformer.Biases, [String])] = [
    (.queriesKeysValues, ["qkv"]), (.projection, ["proj"]), (.feedForward, ["ff1", "ff2"]),
    (.head, ["head"]), ([.head, .projection], ["proj", "head"]),
  ]

  @Test(arguments: biasedLayers)
  func `each layer has its bias or not`(biases: Transformer.Biases, layers: [String]) {
    let pieces = names {
      ($0.biases, $0.layers, $0.hasNormalizationBias) = (biases, 1, false)
    }
    let found = pieces.filter { $0.hasSuffix(".bias") }
    #expect(found == layers.map { $0 == "head" ? "head.bias" : "blocks.0.\($0).bias" })
  }

  @Test func `all biases or none are one switch`() {
    var model = model()
    #expect(model.hasBias)
    model.hasBias = false
    #expect(model.biases == [])
    model.biases = [.head]
    #expect(!model.hasBias)
  }

  @Test func `the last LayerNorm is there or not whatever the others are`() {
    #expect(names { $0.normalization = .before }.contains("lnf.weight"))
    #expect(
      !names { ($0.normalization, $0.finalNormalization) = (.before, false) }
        .contains("lnf.weight"))
    #expect(names { $0.finalNormalization = true }.contains("lnf.weight"))
    let bare = names { $0.normalization = .none }
    #expect(!bare.contains { $0.contains("ln") })
  }

  @Test(arguments: [Transformer.Normalization.after, .before, .none])
  func `a LayerNorm before the head counts in the gradient`(
    normalization: Transformer.Normalization
  ) {
    let fixture = ModelFixture(
      model { ($0.normalization, $0.finalNormalization) = (normalization, true) })
    for name in ["lnf.weight", "tok.weight"] {
      #expect(worstDifference(fixture.gradient(name), fixture.differences(name)) < 1e-7)
    }
  }

  @Test func `blocks of attention alone have no feed-forward pieces`() {
    let pieces = names { $0.hasFeedForward = false }
    #expect(!pieces.contains { $0.contains("ff") || $0.contains("ln2") })
    let fixture = ModelFixture(model { $0.hasFeedForward = false })
    let name = "blocks.0.proj.weight"
    #expect(worstDifference(fixture.gradient(name), fixture.differences(name)) < 1e-8)
  }

  @Test func `without projection and head the stream itself is the logits`() {
    var bare = Transformer(
      vocabulary: 6, tokens: 4, width: 6, hidden: 5, heads: 2, keyWidth: 3, layers: 1)
    let identity = (0..<36).map { $0 % 7 == 0 ? 1.0 : 0 }
    bare.biases = []
    let full = ModelFixture(bare)
    full.set("blocks.0.proj.weight", identity)
    full.set("head.weight", identity)
    (bare.hasProjection, bare.head) = (false, .none)
    let fixture = ModelFixture(bare)
    #expect(worstDifference(fixture.output(), full.output()) < 1e-15)
    #expect(!fixture.names.contains { $0.contains("proj") || $0.contains("head") })
  }

  @Test func `the last layer of a tied model may be computed for all tokens`() {
    let pruned = ModelFixture(model { $0.head = .tied })
    let whole = ModelFixture(model { ($0.head, $0.computesAll) = (.tied, true) })
    #expect(worstDifference(pruned.gradient("tok.weight"), whole.gradient("tok.weight")) < 1e-14)
  }
}

/// Options that contradict each other.
@Suite struct TransformerMistakeTests {
  @Test func `a model without a head is as wide as its vocabulary`() async {
    await #expect(processExitsWith: .failure) {
      var model = Transformer(
        vocabulary: 7, tokens: 4, width: 6, hidden: 5, heads: 2, keyWidth: 3, layers: 1)
      model.head = .none
      _ = model.parameters
    }
  }

  @Test func `a model without projections has values as wide as the stream`() async {
    await #expect(processExitsWith: .failure) {
      var model = Transformer(
        vocabulary: 7, tokens: 4, width: 6, hidden: 5, heads: 2, keyWidth: 2, layers: 1)
      model.hasProjection = false
      _ = model.parameters
    }
  }

  @Test func `fixed matrices belong to one head`() async {
    await #expect(processExitsWith: .failure) {
      var model = Transformer(
        vocabulary: 7, tokens: 4, width: 6, hidden: 5, heads: 2, keyWidth: 3, layers: 1)
      model.hasFixedMatrices = true
      _ = model.parameters
    }
  }
}
