/// The function after a linear layer.
public enum Activation: String, Hashable, Sendable, CaseIterable {
  /// The value itself.
  case identity
  /// max(a, 0).
  case relu
  /// tanh(a).
  case tanh
  /// a Phi(a), exact.
  case gelu
  /// a (1 + tanh(sqrt(2/pi) (a + 0.044715 a^3))) / 2.
  case geluTanh
  /// 1 / (1 + e^-a).
  case sigmoid
  /// sin(a).
  case sin
  /// a tanh(a).
  case xTanhX

  /// Whether the derivative follows from the output alone, so that nothing else need be kept for it.
  var derivesFromOutput: Bool {
    switch self {
    case .identity, .relu, .tanh, .sigmoid: true
    case .gelu, .geluTanh, .sin, .xTanhX: false
    }
  }

  /// What a product does where it applies the function itself.
  var epilogue: Epilogue {
    switch self {
    case .relu: .relu
    case .tanh: .tanh
    case .sigmoid: .sigmoid
    case .identity, .gelu, .geluTanh, .sin, .xTanhX: .none
    }
  }
}

extension Graph {
  /// An activation of every element: out = act(a).
  ///
  /// Shapes: a and out (R, C). Cost: that of the function.
  public mutating func activation(_ kind: Activation, of node: Node) -> Node {
    switch kind {
    case .identity: node
    case .relu: relu(node)
    case .tanh: tanh(node)
    case .gelu: gelu(node)
    case .geluTanh: geluTanh(node)
    case .sigmoid: sigmoid(node)
    case .sin: sine(node)
    case .xTanhX: xTanhX(node)
    }
  }

  /// The cotangent before an activation, from its output.
  mutating func backward(_ activation: Activation, _ cotangent: Node, output: Node) -> Node {
    switch activation {
    case .identity: return cotangent
    case .relu: return reluBackward(cotangent, output: output)
    case .tanh: return tanhBackward(cotangent, output: output)
    case .sigmoid: return sigmoidBackward(cotangent, output: output)
    case .gelu, .geluTanh, .sin, .xTanhX:
      preconditionFailure("the derivative of \(activation) does not follow from its output")
    }
  }
}
