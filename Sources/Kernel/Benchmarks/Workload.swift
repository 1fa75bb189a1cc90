/// One of the trainings that speed is measured on, the same for every program that is compared.
///
/// All networks are in single precision with biases in every linear layer, weights drawn with a
/// variance of one over the fan-in, inputs drawn with a variance of one. Speed does not depend on
/// the values.
public struct Workload: Hashable, Sendable {
  /// What one step is.
  public enum Family: Hashable, Sendable {
    /// A full-batch step of a fully connected network.
    case fullyConnected(NetworkWorkload)
    /// One product of its Hessian with a direction.
    case hessianVectorProduct(NetworkWorkload)
    /// A step of a transformer that predicts tokens.
    case transformer(TransformerWorkload)
    /// A step of the patch convolution with a fixed second layer.
    case patches(PatchWorkload)
    /// A step of a network of two convolutions, a maximum pooling and a linear layer.
    case images(ImageWorkload)
    /// A step of a masked square factorisation of this order and rank.
    case factorization(order: Int, rank: Int)
  }
  /// The name, for instance `W3-small-4h`.
  public let name: String
  /// What one step is.
  public let family: Family

  /// Whether its loss does not need all of the model: the last token alone is judged.
  public var hasNeedlessParts: Bool {
    if case .transformer(let transformer) = family { !transformer.judgesAll } else { false }
  }

  /// All workloads, in the order of their names.
  public static let all: [Workload] =
    [50, 1000, 10_000].map { width in
      Workload(
        name: "W1-\(width)",
        family: .fullyConnected(
          NetworkWorkload(
            sizes: [5, width, 1], activation: .relu, samples: 80, adam: false, rate: 1e-3)))
    }
    + [100, 200, 500].map { Workload(name: "W2-\($0)", family: .fullyConnected(.deep($0))) }
    + transformers
    + [
      Workload(
        name: "W5-patch",
        family: .patches(
          PatchWorkload(patches: 16, inputs: 128, filters: 64, classes: 8, samples: 512))),
      Workload(
        name: "W5-cnn",
        family: .images(ImageWorkload(channels: 32, side: 28, classes: 10, samples: 64))),
      Workload(name: "W6", family: .factorization(order: 50, rank: 50)),
    ]
    + [100, 500].map { Workload(name: "W7-\($0)", family: .hessianVectorProduct(.deep($0))) }

  private static let transformers: [Workload] = {
    var big = TransformerWorkload()
    var small = big
    (small.width, small.hidden, small.samples) = (64, 256, 128)
    var workloads = [("W3-small", small)]
    func add(
      _ name: String, _ base: TransformerWorkload, _ change: (inout TransformerWorkload) -> Void
    ) {
      var workload = base
      change(&workload)
      workloads.append((name, workload))
    }
    add("W3-small-4h", small) { ($0.heads, $0.keyWidth) = (4, 16) }
    add("W3-small-pre", small) {
      ($0.normalizesFirst, $0.activation, $0.dropout) = (true, .gelu, 0.1)
    }
    add("W3-small-pre-nodrop", small) { ($0.normalizesFirst, $0.activation) = (true, .gelu) }
    add("W3-big", big) { _ in }
    add("W3-big-b256", big) { $0.samples = 256 }
    add("W3-big-4h4l", big) { ($0.heads, $0.layers) = (4, 4) }
    add("W3-big-pre", big) {
      ($0.normalizesFirst, $0.activation, $0.dropout) = (true, .gelu, 0.1)
    }
    (big.vocabulary, big.tokens, big.width, big.hidden) = (64, 64, 256, 1024)
    (big.heads, big.layers, big.samples, big.judgesAll) = (4, 3, 512, true)
    (big.normalizesFirst, big.activation) = (true, .gelu)
    add("W4", big) { _ in }
    add("W4-b32", big) { $0.samples = 32 }
    return workloads.map { Workload(name: $0.0, family: .transformer($0.1)) }
  }()
}

/// A fully connected network with mean squared errors.
public struct NetworkWorkload: Hashable, Sendable {
  /// Inputs, hidden widths, outputs.
  public var sizes: [Int]
  /// The function of hidden layers.
  public var activation: Activation
  /// The samples of the full batch.
  public var samples: Int
  /// Adam, or gradient descent.
  public var adam: Bool
  /// The rate.
  public var rate: Double

  /// Two hidden tanh layers, trained by Adam.
  static func deep(_ width: Int) -> NetworkWorkload {
    NetworkWorkload(
      sizes: [10, width, width, 1], activation: .tanh, samples: 200, adam: true, rate: 1e-5)
  }
}

/// A causal transformer, trained by AdamW.
public struct TransformerWorkload: Hashable, Sendable {
  /// Different tokens.
  public var vocabulary = 200
  /// Tokens of a sample.
  public var tokens = 9
  /// The width of the residual stream.
  public var width = 400
  /// The width between the two layers of the feed-forward part.
  public var hidden = 1200
  /// Heads.
  public var heads = 1
  /// Queries, keys and values of each head.
  public var keyWidth = 64
  /// Blocks.
  public var layers = 2
  /// Samples of a batch.
  public var samples = 2048
  /// Whether every token is judged, or the last alone.
  public var judgesAll = false
  /// LayerNorm before the parts and at the end, or after the parts.
  public var normalizesFirst = false
  /// The function of the feed-forward part.
  public var activation = Activation.relu
  /// The share that is dropped on embedding, attention and residuals.
  public var dropout = 0.0
}

/// Patches through filters with a rectifier, summed for each class.
public struct PatchWorkload: Hashable, Sendable {
  /// Patches of a sample.
  public var patches: Int
  /// Numbers of a patch.
  public var inputs: Int
  /// Filters of a class.
  public var filters: Int
  /// Classes.
  public var classes: Int
  /// Samples of a batch.
  public var samples: Int
}

/// Square images of one channel through two convolutions.
public struct ImageWorkload: Hashable, Sendable {
  /// Channels of both convolutions.
  public var channels: Int
  /// Rows and columns.
  public var side: Int
  /// Classes.
  public var classes: Int
  /// Samples of a batch.
  public var samples: Int
}
