/// Sweep files that the tests write.
enum SweepTexts {
  /// Idle trials that each take some seconds.
  static func idle(_ name: String, count: Int, seconds: Double = 0) -> String {
    """
    sweep: \(name)
    study: idle
    parameters:
      index: {min: 1, max: \(count), count: \(count)}
      seconds: \(seconds)
    """
  }

  /// A small part of the two-layer diagram: real training that takes some milliseconds a trial.
  static func twoLayer(
    _ name: String, gammas: String = "{min: 0.6, max: 1.4, count: 5}", widths: String = "[50, 100]",
    widthFirst: Bool = false, replicates: Int = 2
  ) -> String {
    let gammaLine = "  init.gamma: \(gammas)"
    let widthLine = "  width: {values: \(widths)}"
    let axes = widthFirst ? [widthLine, gammaLine] : [gammaLine, widthLine]
    return """
      sweep: \(name)
      study: two-layer-phase-diagram
      parameters:
      \(axes.joined(separator: "\n"))
        init.gammaPrime: {values: [-0.2, 0.2]}
      replicates: \(replicates)
      diagram:
        x: init.gamma
        y: init.gammaPrime
        color: relativeChange
        reduce: [{axis: width, by: logLogSlope}]
        contour: 0
      """
  }
}
