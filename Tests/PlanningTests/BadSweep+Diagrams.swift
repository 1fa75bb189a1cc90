import Planning

extension BadSweep {
  /// What most of the diagrams below draw.
  private static let drawn = "x: init.gamma, y: init.gammaPrime, color: loss"

  /// Files whose diagrams are wrong.
  static let diagrams: [BadSweep] = [
    BadSweep(
      "a diagram without a colour",
      diagram: "diagram: {x: init.gamma, y: init.gammaPrime}",
      .missingKey, line: 7, "'color'"),
    BadSweep(
      "a diagram whose colours span a reversed range",
      diagram: "diagram: {\(drawn), range: [1, -1]}",
      .range, line: 7, "two ascending numbers"),
    BadSweep(
      "a diagram whose colours span one number",
      diagram: "diagram: {\(drawn), range: 1}",
      .wrongType, line: 7, "[-1, 1]"),
    BadSweep(
      "a diagram over an unknown axis",
      diagram: "diagram:\n  x: init.gama\n  y: init.gammaPrime\n  color: loss",
      .diagramAxis, line: 8, "'init.gama'", "did you mean 'init.gamma'"),
    BadSweep(
      "a diagram over what does not vary",
      diagram: "diagram:\n  x: init.gamma\n  y: samples\n  color: loss",
      .diagramAxis, line: 9, "'samples' does not vary"),
    BadSweep(
      "a diagram of an axis over itself",
      diagram: "diagram: {x: init.gamma, y: init.gamma, color: loss}",
      .diagramAxis, line: 7, "both 'init.gamma'"),
    BadSweep(
      "a diagram of an unknown measure",
      diagram: "diagram:\n  x: init.gamma\n  y: init.gammaPrime\n  color: [loss, distanc]",
      .diagramMeasure, line: 10, "'distanc'", "did you mean 'distance'"),
    BadSweep(
      "a diagram of a curve",
      diagram: "diagram: {x: init.gamma, y: init.gammaPrime, color: lossCurve}",
      .diagramMeasure, line: 7, "is a curve"),
    BadSweep(
      "a diagram that leaves an axis open",
      diagram: "diagram: {\(drawn)}",
      .diagramOpenAxis, line: 7, "'width' (2 values)"),
    BadSweep(
      "a reduce over an axis that is not there",
      diagram: "diagram:\n  {\(drawn),\n    reduce: [\n    {axis: depth, by: mean}]}",
      .diagramAxis, line: 10, "'depth'"),
    BadSweep(
      "a reduce over a drawn axis",
      diagram: "diagram: {\(drawn), reduce: [{axis: init.gamma, by: mean}]}",
      .diagramReduce, line: 7, "is drawn"),
    BadSweep(
      "a reduce by an unknown way",
      diagram: "diagram: {\(drawn), reduce: [{axis: width, by: avg}]}",
      .diagramReduce, line: 7, "'avg'"),
    BadSweep(
      "a reduce twice",
      diagram: "diagram: {\(drawn), reduce: [{axis: width, by: mean}, {axis: width, by: max}]}",
      .diagramReduce, line: 7, "twice"),
    BadSweep(
      "a reduce at a value that is not there",
      diagram: "diagram: {\(drawn), reduce: [{axis: width, by: at, at: 300}]}",
      .diagramReduce, line: 7, "300"),
    BadSweep(
      "a reduce at nothing",
      diagram: "diagram: {\(drawn), reduce: [{axis: width, by: at}]}",
      .missingKey, line: 7, "needs the key 'at'"),
    BadSweep(
      "a reduce by mean at something",
      diagram: "diagram: {\(drawn), reduce: [{axis: width, by: mean, at: 100}]}",
      .conflict, line: 7, "'at' has no meaning"),
    BadSweep(
      "a quantile above one",
      diagram: "diagram: {\(drawn), reduce: [{axis: width, by: quantile, quantile: 90}]}",
      .diagramReduce, line: 7, "from 0 to 1"),
    BadSweep(
      "a reduce with a bad condition",
      diagram: "diagram: {\(drawn), reduce: [{axis: width, by: mean, if: 'los < 1'}]}",
      .expression, line: 7, "unknown name 'los'"),
    BadSweep(
      "a mask over a reduced axis",
      diagram: "diagram: {\(drawn), reduce: [{axis: width, by: mean}], mask: 'width > 100'}",
      .expression, line: 7, "unknown name 'width'"),
    BadSweep(
      "a mask that is a number",
      diagram: "diagram: {\(drawn), fixed: {width: 100}, mask: 'loss + 1'}",
      .expression, line: 7, "no condition"),
    BadSweep(
      "a fixed value that is not there",
      diagram: "diagram: {\(drawn), fixed: {width: 300}}",
      .diagramFixed, line: 7, "300"),
    BadSweep(
      "a fixed axis that is drawn",
      diagram: "diagram: {\(drawn), fixed: {width: 100, init.gamma: 0}}",
      .diagramFixed, line: 7, "drawn or reduced"),
    BadSweep(
      "a fixed parameter that is not there",
      diagram: "diagram: {\(drawn), fixed: {depth: 100}}",
      .diagramAxis, line: 7, "'depth'"),
    BadSweep(
      "a contour without a level",
      diagram: "diagram: {\(drawn), fixed: {width: 100}, contour: {measure: loss}}",
      .missingKey, line: 7, "'at'"),
    BadSweep(
      "a contour of an unknown measure",
      diagram: "diagram: {\(drawn), fixed: {width: 100}, contour: {measure: lss, at: 1}}",
      .diagramMeasure, line: 7, "'lss'"),
    BadSweep(
      "replicates by an unknown way",
      diagram: "diagram: {\(drawn), fixed: {width: 100}, replicates: sum}",
      .wrongType, line: 7, "'sum'"),
    BadSweep(
      "a diagram with an unknown key",
      diagram: "diagram: {\(drawn), colour: loss}",
      .unknownKey, line: 7, "'colour'", "did you mean 'color'"),
    BadSweep(
      "diagram and diagrams",
      diagram: "diagram: {\(drawn)}\ndiagrams: []",
      .conflict, line: 8, "both given"),
    BadSweep(
      "a condition over an outcome that there is not",
      diagram: "diagram: {\(drawn), reduce: [{axis: width, by: mean, if: \"outcome == 'ok'\"}]}",
      .expression, line: 7, "'ok' is no value of 'outcome'"),
    BadSweep(
      "a condition over an axis that is gone",
      diagram: "zip: [{mode: [none, drop], keepProbability: [1, 0.5]}]\n"
        + "diagram: {\(drawn), reduce: [{axis: width, by: mean},\n"
        + "  {axis: mode, by: mean, if: \"width > 100\"}]}",
      .expression, line: 9, "unknown name 'width'"),
  ]
}
