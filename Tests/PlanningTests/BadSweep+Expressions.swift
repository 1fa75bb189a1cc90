import Planning

extension BadSweep {
  /// Files whose expressions and diagrams are wrong.
  static let expressions: [BadSweep] = [
    BadSweep(
      "a set of an axis",
      body: "parameters: {width: {values: [100, 200]}}\nset:\n  - {width: 300}",
      .setAxis, line: 5, "'width'", "axis"),
    BadSweep(
      "a set of nothing",
      body: "parameters: {}\nset:\n  - {where: 'width > 3'}",
      .missingKey, line: 5, "sets nothing"),
    BadSweep(
      "a set of an unknown parameter",
      body: "parameters: {}\nset:\n  - {training.step: 5}",
      .unknownParameter, line: 5, "did you mean 'training.steps'"),
    BadSweep(
      "a set to a value out of range",
      body: "parameters: {}\nset:\n  - {samples: 0}",
      .parameterRange, line: 5, "from 1 to 10000"),
    BadSweep(
      "a set to half a neuron",
      body: "parameters: {samples: {values: [3, 4]}}\nset:\n  - {width: '1000 / samples'}",
      .setValue, line: 5, "1000 / samples", "333.333333333 is not a whole number"),
    BadSweep(
      "a set to a division by zero",
      body: "parameters: {}\nset:\n  - {samples: 'width / init.gammaPrime'}",
      .setValue, line: 5, "comes to inf"),
    BadSweep(
      "a set to the root of a negative number",
      body: "parameters: {}\nset:\n  - {init.gamma: 'sqrt(0 - width)'}",
      .setValue, line: 5, "has no value"),
    BadSweep(
      "a set to a condition",
      body: "parameters: {}\nset:\n  - {samples: 'width > 3'}",
      .expression, line: 5, "true or false", "an integer"),
    BadSweep(
      "a set to a bad expression",
      body: "parameters: {}\nset:\n  - {samples: 'width +'}",
      .expression, line: 5, "column 8"),
    BadSweep(
      "a set to an unknown word",
      body: "parameters: {}\nset:\n  - {mode: dorp}",
      .expression, line: 5, "unknown name 'dorp'"),
    BadSweep(
      "an exclude that is no expression",
      body: "parameters: {}\nexclude: 'width >> 3'",
      .expression, line: 4, "exclude", "column 8"),
    BadSweep(
      "an exclude in a programmer's words",
      body: "parameters: {}\nexclude:\n  - 'width > 3'\n  - 'width > 3 && samples > 2'",
      .expression, line: 6, "'&'", "column 11"),
    BadSweep(
      "an exclude with an unknown name",
      body: "parameters: {}\nexclude: 'gamma > 3'",
      .expression, line: 4, "unknown name 'gamma'"),
    BadSweep(
      "an exclude with an unquoted word",
      body: "parameters: {}\nexclude: 'mode == drop'",
      .expression, line: 4, "unknown name 'drop'", "column 9"),
    BadSweep(
      "an exclude with an unknown word",
      body: "parameters: {}\nexclude: \"mode == 'dorp'\"",
      .expression, line: 4, "'dorp' is no value of parameter 'mode'", "column 9"),
    BadSweep(
      "an exclude over a measure",
      body: "parameters: {}\nexclude: 'loss > 3'",
      .expression, line: 4, "unknown name 'loss'"),
    BadSweep(
      "an exclude that compares words with numbers",
      body: "parameters: {}\nexclude: 'mode > 3'",
      .expression, line: 4, "column 6"),
    BadSweep(
      "an exclude that is a number",
      body: "parameters: {}\nexclude: 'width + 1'",
      .expression, line: 4, "not a condition"),
    BadSweep(
      "an exclude of everything",
      body: "parameters: {width: {values: [100, 200]}}\nexclude: 'width > 3'",
      .noCells, line: 1, "all 2 cells", "width > 3"),
    BadSweep(
      "a grid that the study cannot train",
      body: "parameters: {width: 4}",
      .noCells, line: 1, "fewer than two neurons a sample"),
    BadSweep(
      "a diagram without a colour",
      body:
        "parameters:\n  init.gamma: {min: 0, max: 1, count: 3}\n  init.gammaPrime: {min: 0, max: 1, count: 3}\n  width: {values: [100, 200]}\ndiagram: {x: init.gamma, y: init.gammaPrime}",
      .missingKey, line: 7, "'color'"),
    BadSweep(
      "a diagram over an unknown axis",
      body:
        "parameters:\n  init.gamma: {min: 0, max: 1, count: 3}\n  init.gammaPrime: {min: 0, max: 1, count: 3}\n  width: {values: [100, 200]}\ndiagram:\n  x: init.gama\n  y: init.gammaPrime\n  color: loss",
      .diagramAxis, line: 8, "'init.gama'", "did you mean 'init.gamma'"),
    BadSweep(
      "a diagram over what does not vary",
      body:
        "parameters:\n  init.gamma: {min: 0, max: 1, count: 3}\n  init.gammaPrime: {min: 0, max: 1, count: 3}\n  width: {values: [100, 200]}\ndiagram:\n  x: init.gamma\n  y: samples\n  color: loss",
      .diagramAxis, line: 9, "'samples' does not vary"),
    BadSweep(
      "a diagram of an axis over itself",
      body:
        "parameters:\n  init.gamma: {min: 0, max: 1, count: 3}\n  init.gammaPrime: {min: 0, max: 1, count: 3}\n  width: {values: [100, 200]}\ndiagram: {x: init.gamma, y: init.gamma, color: loss}",
      .diagramAxis, line: 7, "both 'init.gamma'"),
    BadSweep(
      "a diagram of an unknown measure",
      body:
        "parameters:\n  init.gamma: {min: 0, max: 1, count: 3}\n  init.gammaPrime: {min: 0, max: 1, count: 3}\n  width: {values: [100, 200]}\ndiagram:\n  x: init.gamma\n  y: init.gammaPrime\n  color: [loss, distanc]",
      .diagramMeasure, line: 10, "'distanc'", "did you mean 'distance'"),
    BadSweep(
      "a diagram of a curve",
      body:
        "parameters:\n  init.gamma: {min: 0, max: 1, count: 3}\n  init.gammaPrime: {min: 0, max: 1, count: 3}\n  width: {values: [100, 200]}\ndiagram: {x: init.gamma, y: init.gammaPrime, color: lossCurve}",
      .diagramMeasure, line: 7, "is a curve"),
    BadSweep(
      "a diagram that leaves an axis open",
      body:
        "parameters:\n  init.gamma: {min: 0, max: 1, count: 3}\n  init.gammaPrime: {min: 0, max: 1, count: 3}\n  width: {values: [100, 200]}\ndiagram: {x: init.gamma, y: init.gammaPrime, color: loss}",
      .diagramOpenAxis, line: 7, "'width' (2 values)"),
    BadSweep(
      "a reduce over an axis that is not there",
      body:
        "parameters:\n  init.gamma: {min: 0, max: 1, count: 3}\n  init.gammaPrime: {min: 0, max: 1, count: 3}\n  width: {values: [100, 200]}\ndiagram:\n  x: init.gamma\n  y: init.gammaPrime\n  color: loss\n  reduce:\n    - {axis: depth, by: mean}",
      .diagramAxis, line: 12, "'depth'"),
    BadSweep(
      "a reduce over a drawn axis",
      body:
        "parameters:\n  init.gamma: {min: 0, max: 1, count: 3}\n  init.gammaPrime: {min: 0, max: 1, count: 3}\n  width: {values: [100, 200]}\ndiagram: {x: init.gamma, y: init.gammaPrime, color: loss, reduce: [{axis: init.gamma, by: mean}]}",
      .diagramReduce, line: 7, "is drawn"),
    BadSweep(
      "a reduce by an unknown way",
      body:
        "parameters:\n  init.gamma: {min: 0, max: 1, count: 3}\n  init.gammaPrime: {min: 0, max: 1, count: 3}\n  width: {values: [100, 200]}\ndiagram: {x: init.gamma, y: init.gammaPrime, color: loss, reduce: [{axis: width, by: avg}]}",
      .diagramReduce, line: 7, "'avg'"),
    BadSweep(
      "a reduce twice",
      body:
        "parameters:\n  init.gamma: {min: 0, max: 1, count: 3}\n  init.gammaPrime: {min: 0, max: 1, count: 3}\n  width: {values: [100, 200]}\ndiagram: {x: init.gamma, y: init.gammaPrime, color: loss, reduce: [{axis: width, by: mean}, {axis: width, by: max}]}",
      .diagramReduce, line: 7, "twice"),
    BadSweep(
      "a reduce at a value that is not there",
      body:
        "parameters:\n  init.gamma: {min: 0, max: 1, count: 3}\n  init.gammaPrime: {min: 0, max: 1, count: 3}\n  width: {values: [100, 200]}\ndiagram: {x: init.gamma, y: init.gammaPrime, color: loss, reduce: [{axis: width, by: at, at: 300}]}",
      .diagramReduce, line: 7, "300"),
    BadSweep(
      "a reduce at nothing",
      body:
        "parameters:\n  init.gamma: {min: 0, max: 1, count: 3}\n  init.gammaPrime: {min: 0, max: 1, count: 3}\n  width: {values: [100, 200]}\ndiagram: {x: init.gamma, y: init.gammaPrime, color: loss, reduce: [{axis: width, by: at}]}",
      .missingKey, line: 7, "needs the key 'at'"),
    BadSweep(
      "a reduce by mean at something",
      body:
        "parameters:\n  init.gamma: {min: 0, max: 1, count: 3}\n  init.gammaPrime: {min: 0, max: 1, count: 3}\n  width: {values: [100, 200]}\ndiagram: {x: init.gamma, y: init.gammaPrime, color: loss, reduce: [{axis: width, by: mean, at: 100}]}",
      .conflict, line: 7, "'at' has no meaning"),
    BadSweep(
      "a quantile above one",
      body:
        "parameters:\n  init.gamma: {min: 0, max: 1, count: 3}\n  init.gammaPrime: {min: 0, max: 1, count: 3}\n  width: {values: [100, 200]}\ndiagram: {x: init.gamma, y: init.gammaPrime, color: loss, reduce: [{axis: width, by: quantile, quantile: 90}]}",
      .diagramReduce, line: 7, "from 0 to 1"),
    BadSweep(
      "a reduce with a bad condition",
      body:
        "parameters:\n  init.gamma: {min: 0, max: 1, count: 3}\n  init.gammaPrime: {min: 0, max: 1, count: 3}\n  width: {values: [100, 200]}\ndiagram: {x: init.gamma, y: init.gammaPrime, color: loss, reduce: [{axis: width, by: mean, if: 'los < 1'}]}",
      .expression, line: 7, "unknown name 'los'"),
    BadSweep(
      "a mask over a reduced axis",
      body:
        "parameters:\n  init.gamma: {min: 0, max: 1, count: 3}\n  init.gammaPrime: {min: 0, max: 1, count: 3}\n  width: {values: [100, 200]}\ndiagram: {x: init.gamma, y: init.gammaPrime, color: loss, reduce: [{axis: width, by: mean}], mask: 'width > 100'}",
      .expression, line: 7, "unknown name 'width'"),
    BadSweep(
      "a mask that is a number",
      body:
        "parameters:\n  init.gamma: {min: 0, max: 1, count: 3}\n  init.gammaPrime: {min: 0, max: 1, count: 3}\n  width: {values: [100, 200]}\ndiagram: {x: init.gamma, y: init.gammaPrime, color: loss, fixed: {width: 100}, mask: 'loss + 1'}",
      .expression, line: 7, "no condition"),
    BadSweep(
      "a fixed value that is not there",
      body:
        "parameters:\n  init.gamma: {min: 0, max: 1, count: 3}\n  init.gammaPrime: {min: 0, max: 1, count: 3}\n  width: {values: [100, 200]}\ndiagram: {x: init.gamma, y: init.gammaPrime, color: loss, fixed: {width: 300}}",
      .diagramFixed, line: 7, "300"),
    BadSweep(
      "a fixed axis that is drawn",
      body:
        "parameters:\n  init.gamma: {min: 0, max: 1, count: 3}\n  init.gammaPrime: {min: 0, max: 1, count: 3}\n  width: {values: [100, 200]}\ndiagram: {x: init.gamma, y: init.gammaPrime, color: loss, fixed: {width: 100, init.gamma: 0}}",
      .diagramFixed, line: 7, "drawn or reduced"),
    BadSweep(
      "a fixed parameter that is not there",
      body:
        "parameters:\n  init.gamma: {min: 0, max: 1, count: 3}\n  init.gammaPrime: {min: 0, max: 1, count: 3}\n  width: {values: [100, 200]}\ndiagram: {x: init.gamma, y: init.gammaPrime, color: loss, fixed: {depth: 100}}",
      .diagramAxis, line: 7, "'depth'"),
    BadSweep(
      "a contour without a level",
      body:
        "parameters:\n  init.gamma: {min: 0, max: 1, count: 3}\n  init.gammaPrime: {min: 0, max: 1, count: 3}\n  width: {values: [100, 200]}\ndiagram: {x: init.gamma, y: init.gammaPrime, color: loss, fixed: {width: 100}, contour: {measure: loss}}",
      .missingKey, line: 7, "'at'"),
    BadSweep(
      "a contour of an unknown measure",
      body:
        "parameters:\n  init.gamma: {min: 0, max: 1, count: 3}\n  init.gammaPrime: {min: 0, max: 1, count: 3}\n  width: {values: [100, 200]}\ndiagram: {x: init.gamma, y: init.gammaPrime, color: loss, fixed: {width: 100}, contour: {measure: lss, at: 1}}",
      .diagramMeasure, line: 7, "'lss'"),
    BadSweep(
      "replicates by an unknown way",
      body:
        "parameters:\n  init.gamma: {min: 0, max: 1, count: 3}\n  init.gammaPrime: {min: 0, max: 1, count: 3}\n  width: {values: [100, 200]}\ndiagram: {x: init.gamma, y: init.gammaPrime, color: loss, fixed: {width: 100}, replicates: sum}",
      .wrongType, line: 7, "'sum'"),
    BadSweep(
      "a diagram with an unknown key",
      body:
        "parameters:\n  init.gamma: {min: 0, max: 1, count: 3}\n  init.gammaPrime: {min: 0, max: 1, count: 3}\n  width: {values: [100, 200]}\ndiagram: {x: init.gamma, y: init.gammaPrime, color: loss, colour: loss}",
      .unknownKey, line: 7, "'colour'", "did you mean 'color'"),
    BadSweep(
      "diagram and diagrams",
      body:
        "parameters:\n  init.gamma: {min: 0, max: 1, count: 3}\n  init.gammaPrime: {min: 0, max: 1, count: 3}\n  width: {values: [100, 200]}\ndiagram: {x: init.gamma, y: init.gammaPrime, color: loss}\ndiagrams: []",
      .conflict, line: 8, "both given"),
  ]
}
