import Kernel
import Protocol
import Testing

/// The golden cases against PyTorch in double precision.
///
/// Bounds: gradients in single precision 2e-6 (PyTorch's own reach 3e-7), in double precision 1e-11;
/// parameters after five steps 1e-5 and, where Adam divides by small roots, 1e-4.
@Suite struct TrainerGoldenTests {
  static let profiles: [NumericProfile] = [.pinned, .openblas]

  @Test(arguments: GoldenCase.names, profiles)
  func `gradients in single precision are PyTorch's`(name: String, numerics: NumericProfile) throws
  {
    let golden = try GoldenCase(name)
    let trainer = try golden.trainer(Float.self, numerics: numerics)
    trainer.evaluate()
    #expect(worstError(trainer.output, try golden.file.numbers("out64")) < 2e-6)
    for parameter in golden.parameters {
      let reference = try golden.file.numbers("grad64.\(parameter)")
      #expect(worstError(trainer.store.gradient(parameter), reference) < 2e-6, "\(parameter)")
    }
  }

  @Test(arguments: GoldenCase.names, profiles)
  func `gradients in double precision are PyTorch's`(name: String, numerics: NumericProfile) throws
  {
    let golden = try GoldenCase(name)
    let trainer = try golden.trainer(Double.self, numerics: numerics)
    trainer.evaluate()
    #expect(worstError(trainer.output, try golden.file.numbers("out64")) < 1e-11)
    for parameter in golden.parameters {
      let reference = try golden.file.numbers("grad64.\(parameter)")
      #expect(worstError(trainer.store.gradient(parameter), reference) < 1e-11, "\(parameter)")
    }
  }

  @Test(arguments: GoldenCase.names)
  func `five steps in single precision are PyTorch's`(name: String) throws {
    let golden = try GoldenCase(name)
    let trainer = try golden.trainer(Float.self)
    var losses: [Double] = []
    let ending = trainer.train { losses.append($0.loss) }
    #expect(ending.stop == .steps && ending.steps == 5)
    #expect(worstError(losses, try golden.file.numbers("losses64")) < 1e-5)
    for parameter in golden.parameters {
      let reference = try golden.file.numbers("param64.\(parameter)")
      let bound = golden.optimizer is Adam ? 1e-4 : 1e-5
      #expect(worstError(trainer.parameter(parameter), reference) < bound, "\(parameter)")
    }
  }

  @Test(arguments: GoldenCase.names)
  func `five steps in double precision are PyTorch's`(name: String) throws {
    let golden = try GoldenCase(name)
    let trainer = try golden.trainer(Double.self)
    var losses: [Double] = []
    let ending = trainer.train { losses.append($0.loss) }
    #expect(ending.lastLoss == losses.last)
    #expect(worstError(losses, try golden.file.numbers("losses64")) < 1e-11)
    for parameter in golden.parameters {
      let reference = try golden.file.numbers("param64.\(parameter)")
      #expect(worstError(trainer.parameter(parameter), reference) < 1e-10, "\(parameter)")
    }
  }

  @Test func `the Hessian times a direction is PyTorch's in single precision`() throws {
    let errors = try hessianErrors(Float.self)
    #expect(errors.allSatisfy { $0 < 1e-4 })
  }

  @Test func `the Hessian times a direction is PyTorch's in double precision`() throws {
    let errors = try hessianErrors(Double.self)
    #expect(errors.allSatisfy { $0 < 1e-10 })
  }

  private func hessianErrors<Element: Scalar>(_ type: Element.Type) throws -> [Double] {
    let golden = try GoldenCase("mlp-tanh-mse-adam-hvp")
    var (graph, loss, _) = golden.graph()
    let parameters = graph.parameterNodesInOrder
    let direction = graph.parameters.map { graph.input("v.\($0.name)", $0.shape) }
    let products = graph.hessianVectorProduct(
      of: loss, withRespectTo: parameters, direction: direction)
    let trainer = try golden.trainer(type)
    let plan = Plan<Element>(
      graph: graph, outputs: products, store: trainer.store, numerics: .pinned)
    plan.setInput("x", try golden.inputs().map { Element($0) })
    plan.setInput("y", try golden.targets().map { Element($0) })
    for name in golden.parameters {
      plan.setInput("v.\(name)", try golden.file.numbers("hvp.v.\(name)").map { Element($0) })
    }
    plan.run()
    return try zip(golden.parameters, products).map { name, node in
      worstError(plan.value(of: node), try golden.file.numbers("hvp64.\(name)"))
    }
  }
}
