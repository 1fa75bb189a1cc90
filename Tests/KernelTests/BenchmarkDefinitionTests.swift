import Foundation
import Protocol
import Testing

@testable import Kernel

/// The workloads as the other programs that are measured read them, against ours.
@Suite struct BenchmarkDefinitionTests {
  /// The objects of `benchmarks/workloads.json`.
  static let definitions: [JSONValue] = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("benchmarks/workloads.json")
    let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    // A file that is none has no definitions, which the first test says.
    return (try? JSONValue(parsing: text))?.array ?? []
  }()

  @Test func `all programs have the same workloads in the same order`() {
    #expect(Self.definitions.map { $0["name"]?.string } == Workload.all.map(\.name))
  }

  @Test(arguments: Workload.all.indices)
  func `a workload has the sizes and operations of its definition`(index: Int) throws {
    let workload = Workload.all[index]
    let definition = try #require(Self.definitions.dropFirst(index).first)
    let own = workload.definition
    for member in own {
      #expect(definition[member.name] == member.value, "\(workload.name) \(member.name)")
    }
    let rule = ["optimizer", "learningRate", "weightDecay"]
    let names = Set((definition.members ?? []).map(\.name)).subtracting(rule)
    #expect(names == Set(own.map(\.name)))
  }

  @Test(arguments: Workload.all.indices)
  func `a workload has the rule of its definition`(index: Int) throws {
    let definition = try #require(Self.definitions.dropFirst(index).first)
    if case .hessianVectorProduct = Workload.all[index].family {
      #expect(definition["optimizer"] == nil)
      return
    }
    let rate = try #require(definition["learningRate"]?.number)
    let optimizer = Workload.all[index].training(plain: false).optimizer
    switch definition["optimizer"] {
    case "gradient descent":
      let own = try #require(optimizer as? GradientDescent)
      #expect(own.learningRate == .constant(rate) && own.momentum == 0 && own.weightDecay == 0)
    case "Adam":
      let own = try #require(optimizer as? Adam)
      #expect(own.learningRate == .constant(rate) && own.weightDecay == 0)
    case "AdamW":
      let own = try #require(optimizer as? Adam)
      #expect(own.learningRate == .constant(rate) && own.decay == .decoupled)
      #expect(own.weightDecay == definition["weightDecay"]?.number)
    default: Issue.record("the rule \(String(describing: definition["optimizer"])) is none of ours")
    }
  }
}

extension Workload {
  /// The members of its definition, without the rule.
  fileprivate var definition: [JSONValue.Member] {
    [
      JSONValue.Member("name", .string(name)), JSONValue.Member("family", .string(familyName)),
      JSONValue.Member("operations", .integer(Int64(operationCount))),
    ] + sizes
  }

  private var familyName: String {
    switch family {
    case .fullyConnected: "fully connected"
    case .hessianVectorProduct: "Hessian-vector product"
    case .transformer: "transformer"
    case .patches: "patches"
    case .images: "images"
    case .factorization: "factorization"
    }
  }

  private var sizes: [JSONValue.Member] {
    switch family {
    case .fullyConnected(let network), .hessianVectorProduct(let network):
      [
        JSONValue.Member("sizes", .array(network.sizes.map { .integer(Int64($0)) })),
        JSONValue.Member("activation", .string(network.activation.rawValue)),
      ] + counts([("samples", network.samples)])
    case .transformer(let transformer): definition(of: transformer)
    case .patches(let patches):
      counts([
        ("patches", patches.patches), ("inputs", patches.inputs), ("filters", patches.filters),
        ("classes", patches.classes), ("samples", patches.samples),
      ])
    case .images(let images):
      counts([
        ("channels", images.channels), ("side", images.side), ("classes", images.classes),
        ("samples", images.samples),
      ])
    case .factorization(let order, let rank): counts([("order", order), ("rank", rank)])
    }
  }

  private func definition(of transformer: TransformerWorkload) -> [JSONValue.Member] {
    counts([
      ("vocabulary", transformer.vocabulary), ("tokens", transformer.tokens),
      ("width", transformer.width), ("hidden", transformer.hidden),
      ("heads", transformer.heads), ("keyWidth", transformer.keyWidth),
      ("layers", transformer.layers), ("samples", transformer.samples),
    ]) + [
      JSONValue.Member("judges", transformer.judgesAll ? "all" : "last"),
      JSONValue.Member("normalizes", transformer.normalizesFirst ? "before" : "after"),
      JSONValue.Member("activation", .string(transformer.activation.rawValue)),
      JSONValue.Member("dropout", .real(transformer.dropout)),
    ]
  }

  private func counts(_ counts: [(name: String, value: Int)]) -> [JSONValue.Member] {
    counts.map { JSONValue.Member($0.name, .integer(Int64($0.value))) }
  }
}
