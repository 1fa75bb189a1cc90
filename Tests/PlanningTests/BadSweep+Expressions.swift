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
      .expression, line: 4, "'dorp' is no value of 'mode'", "column 9"),
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
      "too many conditions",
      body: "parameters: {}\nexclude: [" + String(repeating: "width < 3, ", count: 300) + "]",
      .tooManyEntries, line: 4, "'exclude' has 300 entries", "256"),
  ]
}
