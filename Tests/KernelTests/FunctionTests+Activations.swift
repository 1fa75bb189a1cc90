import Foundation

@testable import Kernel

extension FunctionTests {
  /// The functions that activations are made of.
  static let activations: [Function] = [
    Function(
      name: "sine", range: -1e4...1e4, singleUlps: 2, doubleUlps: 2, build: { $0.sine($1) },
      reference: { sin($0) }),
    Function(
      name: "sine of small angles", range: -4...4, singleUlps: 2, doubleUlps: 2,
      build: { $0.sine($1) }, reference: { sin($0) }),
    Function(
      name: "sine of large angles", range: -131_072...131_072, singleUlps: 2, doubleUlps: 2,
      build: { $0.sine($1) }, reference: { sin($0) }),
    Function(
      name: "cosine", range: -1e4...1e4, singleUlps: 2, doubleUlps: 2, build: { $0.cosine($1) },
      reference: { cos($0) }),
    Function(
      name: "cosine of large angles", range: -131_072...131_072, singleUlps: 2, doubleUlps: 2,
      build: { $0.cosine($1) }, reference: { cos($0) }),
    Function(
      name: "x tanh x", range: -12...12, singleUlps: 2.5, doubleUlps: 4, build: { $0.xTanhX($1) },
      reference: { $0 * tanh($0) }),
  ]
}
