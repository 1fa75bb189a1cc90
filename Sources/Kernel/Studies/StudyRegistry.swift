import Protocol

/// The studies that this worker can train: adding one is one file and one line here.
public enum StudyRegistry {
  /// Every study, quickest first.
  public static let all: [any Study] = [
    IdleStudy(),
    InitialCondensation(),
    TwoLayerPhaseDiagram(),
    ConvolutionCondensation(),
    DropoutCondensation(),
    LabelGranularity(),
    AnchorFunctions(),
    MatchingReasoning(),
    CompositeAnchors(),
    Supervised(),
  ]

  /// The study of this name.
  public static func study(named name: String) -> (any Study)? {
    all.first { $0.description.name == name }
  }
}
