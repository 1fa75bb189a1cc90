import Planning

extension BadSweep {
  /// Files whose values and axes are wrong.
  static let grids: [BadSweep] = [
    BadSweep(
      "an unknown parameter",
      body: "parameters:\n  init.gama: 1",
      .unknownParameter, line: 4, "'init.gama'", "did you mean 'init.gamma'"),
    BadSweep(
      "a parameter without its group",
      body: "parameters:\n  gammaPrime: 1",
      .unknownParameter, line: 4, "did you mean 'init.gammaPrime'"),
    BadSweep(
      "a word for a number",
      body: "parameters:\n  width: wide",
      .parameterType, line: 4, "'wide'", "an integer from 2 to 1000000"),
    BadSweep(
      "a number in quotes",
      body: "parameters:\n  width: '1000'",
      .parameterType, line: 4, "the text '1000'"),
    BadSweep(
      "a hexadecimal number",
      body: "parameters:\n  width: 0x10",
      .parameterType, line: 4, "'0x10'"),
    BadSweep(
      "half a neuron",
      body: "parameters:\n  width: 10.5",
      .parameterType, line: 4, "10.5 is not a whole number"),
    BadSweep(
      "a width out of range",
      body: "parameters:\n  width: {values: [100, 1]}",
      .parameterRange, line: 4, "1 is out of range", "from 2 to 1000000"),
    BadSweep(
      "an unknown word",
      body: "parameters:\n  mode: {values: [none, dorp]}",
      .parameterRange, line: 4, "'dorp'", "did you mean 'drop'"),
    BadSweep(
      "yes for true",
      body: "parameters:\n  antisymmetric: yes",
      .parameterType, line: 4, "true or false"),
    BadSweep(
      "a range over words",
      body: "parameters:\n  mode: {min: 0, max: 1, count: 3}",
      .parameterType, line: 4, "one of 'none', 'drop', 'r1'"),
    BadSweep(
      "NaN",
      body: "parameters:\n  init.gamma: .nan",
      .notFinite, line: 4, ".nan"),
    BadSweep(
      "infinity on an axis",
      body: "parameters:\n  init.gamma: {values: [1, -.inf]}",
      .notFinite, line: 4, "-.inf"),
    BadSweep(
      "NaN as a range's end",
      body: "parameters:\n  init.gamma: {min: nan, max: 1, count: 3}",
      .notFinite, line: 4, "'min'"),
    BadSweep(
      "a number that overflows",
      body: "parameters:\n  init.gamma: 1e999",
      .notFinite, line: 4, "1e999"),
    BadSweep(
      "no value",
      body: "parameters:\n  width:",
      .wrongType, line: 4, "'width' wants a value, not nothing"),
    BadSweep(
      "a bare list",
      body: "parameters:\n  width: [100, 200]",
      .wrongType, line: 4, "not a list"),
    BadSweep(
      "an empty axis",
      body: "parameters:\n  width: {values: []}",
      .emptyAxis, line: 4, "'width' has no values"),
    BadSweep(
      "a range of no values",
      body: "parameters:\n  init.gamma: {min: 0, max: 1, count: 0}",
      .emptyAxis, line: 4, "'init.gamma' has no values"),
    BadSweep(
      "a value twice",
      body: "parameters:\n  width: {values: [100, 200, 100.0]}",
      .duplicateValue, line: 4, "100 twice"),
    BadSweep(
      "values that agree in twelve digits",
      body: "parameters:\n  init.gamma: {values: [0.1, 0.1000000000000001]}",
      .duplicateValue, line: 4, "0.1 twice"),
    BadSweep(
      "an axis in the grid and in zip",
      body: "parameters:\n  width: {values: [100, 200]}\nzip:\n  - {width: [100], mode: [drop]}",
      .duplicateParameter, line: 4, "'width'", "'zip'"),
    BadSweep(
      "an axis in zip twice",
      body:
        "parameters: {}\nzip:\n  - {width: [100], mode: [drop]}\n  - {width: [100], samples: [3]}",
      .duplicateParameter, line: 6, "'width'", "twice"),
    BadSweep(
      "a reversed range",
      body: "parameters:\n  init.gamma: {min: 2, max: 1, count: 3}",
      .range, line: 4, "from 2.0 to 1.0", "reversed"),
    BadSweep(
      "a range of one point",
      body: "parameters:\n  init.gamma: {min: 2, max: 2, count: 3}",
      .range, line: 4, "one point"),
    BadSweep(
      "a range with one value",
      body: "parameters:\n  init.gamma: {min: 1, max: 2, count: 1}",
      .range, line: 4, "at least 2"),
    BadSweep(
      "half a count",
      body: "parameters:\n  init.gamma: {min: 1, max: 2, count: 2.5}",
      .wrongType, line: 4, "'count' wants a whole number"),
    BadSweep(
      "a logarithm through zero",
      body: "parameters:\n  init.gamma: {min: -1, max: 1, count: 3, scale: log}",
      .logScale, line: 4, "-1.0"),
    BadSweep(
      "a logarithm from zero",
      body: "parameters:\n  training.clip: {min: 0, max: 1, count: 3, scale: log}",
      .logScale, line: 4, "0.0"),
    BadSweep(
      "a logarithmic list with zero",
      body: "parameters:\n  init.gamma: {values: [0, 1], scale: log}",
      .logScale, line: 4, "above 0"),
    BadSweep(
      "an unknown scale",
      body: "parameters:\n  init.gamma: {min: 1, max: 2, count: 3, scale: lgo}",
      .wrongType, line: 4, "'lgo'", "did you mean 'log'"),
    BadSweep(
      "an unknown key of an axis",
      body: "parameters:\n  init.gamma: {min: 1, max: 2, cuont: 3}",
      .unknownKey, line: 4, "'cuont'", "did you mean 'count'"),
    BadSweep(
      "a range without an end",
      body: "parameters:\n  init.gamma: {min: 1, count: 3}",
      .missingKey, line: 4, "'max'"),
    BadSweep(
      "a range without a count",
      body: "parameters:\n  init.gamma: {min: 1, max: 2}",
      .noFiniteGrid, line: 4, "count"),
    BadSweep(
      "a normal distribution",
      body: "parameters:\n  init.gamma: {distribution: normal, mu: 0}",
      .unknownKey, line: 4, "'mu'"),
    BadSweep(
      "a distribution without a grid",
      body: "parameters:\n  init.gamma: {min: 1, max: 2, distribution: q_uniform}",
      .noFiniteGrid, line: 4, "'q_uniform'"),
    BadSweep(
      "exponents of a logarithm",
      body: "parameters:\n  init.gamma: {min: 1, max: 2, distribution: log_uniform}",
      .noFiniteGrid, line: 4, "'log_uniform'"),
    BadSweep(
      "a uniform distribution without a count",
      body: "parameters:\n  init.gamma: {min: 1, max: 2, distribution: uniform}",
      .noFiniteGrid, line: 4, "count"),
    BadSweep(
      "a constant distribution without a value",
      body: "parameters:\n  init.gamma: {values: [1], distribution: constant}",
      .missingKey, line: 4, "'value'"),
    BadSweep(
      "values in two ways",
      body: "parameters:\n  init.gamma: {values: [1], min: 1, max: 2, count: 3}",
      .conflict, line: 4, "more than one way"),
    BadSweep(
      "a count beside values",
      body: "parameters:\n  init.gamma: {values: [1, 2], count: 2}",
      .conflict, line: 4, "'count' has no meaning"),
    BadSweep(
      "a range off the whole numbers",
      body: "parameters:\n  width: {min: 10, max: 1000, count: 4, scale: log}",
      .parameterType, line: 4, "46.4158883361 is not a whole number"),
    BadSweep(
      "a trillion cells",
      body:
        "parameters:\n  init.gamma: {min: 0, max: 1, count: 1000000}\n"
        + "  init.gammaPrime: {min: 0, max: 1, count: 1000000}",
      .tooManyTrials, line: 3, "1000000000000 cells", "10000000"),
    BadSweep(
      "an axis of a trillion values",
      body: "parameters:\n  init.gamma: {min: 0, max: 1, count: 1000000000000}",
      .tooManyTrials, line: 3, "1000000000000 cells"),
    BadSweep(
      "a trillion whole numbers",
      body: "parameters:\n  width: {min: 1, max: 1000000000000, distribution: int_uniform}",
      .tooManyTrials, line: 3, "1000000000000 cells"),
    BadSweep(
      "an axis of too many values",
      body: "parameters:\n  init.gamma: {min: 0, max: 1, count: 2000000}",
      .tooManyTrials, line: 4, "at most 1000000"),
    BadSweep(
      "a trillion replicates",
      body: "parameters: {}\nreplicates: 1000000000000",
      .tooManyTrials, line: 4, "1000000000000"),
    BadSweep(
      "zipped lists of different lengths",
      body: "parameters: {}\nzip:\n  - {mode: [none, drop], keepProbability: [1]}",
      .zipLength, line: 5, "'mode' has 2", "'keepProbability' has 1"),
    BadSweep(
      "a zip of one axis",
      body: "parameters: {}\nzip:\n  - {mode: [none, drop]}",
      .wrongType, line: 5, "at least two"),
    BadSweep(
      "a zip of nothing",
      body: "parameters: {}\nzip:\n  - {mode: [], keepProbability: []}",
      .emptyAxis, line: 5, "'mode' has no values"),
    BadSweep(
      "a zipped row twice",
      body: "parameters: {}\nzip:\n  - {mode: [drop, drop], keepProbability: [1, 1]}",
      .duplicateValue, line: 5, "(drop, 1.0) twice"),
    BadSweep(
      "an unknown zipped parameter",
      body: "parameters: {}\nzip:\n  - mode: [drop]\n    keepProbabilty: [1]",
      .unknownParameter, line: 6, "did you mean 'keepProbability'"),
  ]
}
