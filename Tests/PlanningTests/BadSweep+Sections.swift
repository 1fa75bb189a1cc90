import Planning

extension BadSweep {
  /// Files that are no YAML, or whose sections are wrong.
  static let sections: [BadSweep] = [
    BadSweep(
      "an empty file",
      "",
      .syntax, line: 1, "empty"),
    BadSweep(
      "only a comment",
      "# nothing\n",
      .syntax, line: 1, "empty"),
    BadSweep(
      "a list at the top",
      "- a\n- b\n",
      .wrongType, line: 1, "a mapping", "not a list"),
    BadSweep(
      "a word at the top",
      "sweep\n",
      .wrongType, line: 1, "a mapping"),
    BadSweep(
      "broken indentation",
      "sweep: bad\n  study: fixture\n",
      .syntax, line: 2, "no YAML"),
    BadSweep(
      "an open bracket",
      "sweep: bad\nstudy: fixture\nparameters: {width: [1, 2\n",
      .syntax, line: 4, "no YAML"),
    BadSweep(
      "an open quote",
      "sweep: bad\nstudy: 'fixture\n",
      .syntax, line: 3, "no YAML"),
    BadSweep(
      "a tab for indentation",
      "sweep: bad\nparameters:\n\twidth: 1\n",
      .syntax, line: 3, "no YAML"),
    BadSweep(
      "a NUL byte",
      "sweep: bad\nstudy: fix\0ture\n",
      .encoding, line: 2, "NUL"),
    BadSweep(
      "a control character",
      "sweep: bad\nstudy: fix\u{1}ture\n",
      .encoding, line: 2, "character"),
    BadSweep(
      "two documents",
      "sweep: bad\n---\nsweep: worse\n",
      .unsupportedSyntax, line: 2, "second YAML document"),
    BadSweep(
      "a key twice",
      body: "parameters: {width: 100}\nparameters: {width: 200}",
      .duplicateKey, line: 3, "'parameters'", "twice"),
    BadSweep(
      "a parameter twice",
      body: "parameters:\n  width: 100\n  init.gamma: 1\n  width: 200",
      .duplicateKey, line: 4, "'width'", "twice"),
    BadSweep(
      "an anchor",
      body: "parameters: &base\n  width: 100",
      .unsupportedSyntax, line: 3, "anchors"),
    BadSweep(
      "an alias",
      body: "parameters: *base",
      .unsupportedSyntax, line: 3, "anchors"),
    BadSweep(
      "a merge key",
      body: "parameters:\n  <<: {width: 100}",
      .unsupportedSyntax, line: 4, "merge keys"),
    BadSweep(
      "a bomb of aliases",
      body:
        "a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\n"
        + "c: &c [*b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c]\n? *d\n: 1",
      .unsupportedSyntax, line: 3, "anchors"),
    BadSweep(
      "a bomb behind a tag",
      body: "a: !!seq &a [x]\n? [*a, *a]\n: 1",
      .unsupportedSyntax, line: 3, "anchors"),
    BadSweep(
      "a tag",
      body: "parameters: !!python/object:os.system {width: 100}",
      .unsupportedSyntax, line: 3, "tag"),
    BadSweep(
      "a list as a key",
      body: "parameters:\n  [1, 2]: 3",
      .syntax, line: 4, "a key must be a word"),
    BadSweep(
      "too many levels",
      body: "parameters: [[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]",
      .unsupportedSyntax, line: 3, "nested"),
    BadSweep(
      "no sweep name",
      "study: fixture\nparameters: {}\n",
      .missingKey, line: 1, "'sweep'"),
    BadSweep(
      "no study",
      "sweep: bad\nparameters: {}\n",
      .missingKey, line: 1, "'study'"),
    BadSweep(
      "no parameters",
      body: "replicates: 2",
      .missingKey, line: 1, "'parameters'"),
    BadSweep(
      "a sweep name with capitals",
      "sweep: Bad Name\nstudy: fixture\nparameters: {}\n",
      .name, line: 1, "'Bad Name'", "small letters"),
    BadSweep(
      "a sweep name that climbs out",
      "sweep: ../../etc\nstudy: fixture\nparameters: {}\n",
      .name, line: 1, "'../../etc'"),
    BadSweep(
      "an unknown study",
      "sweep: bad\nstudy: fixtur\nparameters: {}\n",
      .unknownStudy, line: 2, "'fixtur'", "did you mean 'fixture'"),
    BadSweep(
      "an unknown key",
      body: "parameters: {}\nreplicate: 3",
      .unknownKey, line: 4, "'replicate'", "did you mean 'replicates'"),
    BadSweep(
      "a key far from all",
      body: "parameters: {}\nzebra: 3",
      .unknownKey, line: 4, "'zebra'"),
    BadSweep(
      "keep nothing", body: "parameters: {}\nkeep: {}", .keep, line: 4, "'keep' keeps nothing"),
    BadSweep(
      "keep a word", body: "parameters: {}\nkeep: all", .wrongType, line: 4, "'keep'", "a mapping"),
    BadSweep(
      "keep something else", body: "parameters: {}\nkeep: {parameter: [0]}",
      .unknownKey, line: 4, "'parameter'", "did you mean 'parameters'"),
    BadSweep(
      "keep at a moment that is none",
      body: "parameters: {}\nkeep:\n  parameters: [0, last]",
      .keep, line: 5, "'last'", "'final'"),
    BadSweep(
      "keep at a step below zero", body: "parameters: {}\nkeep: {parameters: -1}",
      .keep, line: 4, "'-1'"),
    BadSweep(
      "keep a moment twice", body: "parameters: {}\nkeep: {parameters: [final, final]}",
      .keep, line: 4, "'final' twice"),
    BadSweep(
      "keep curves of no interval", body: "parameters: {}\nkeep: {curves: {}}",
      .keep, line: 4, "'curves'", "how many steps"),
    BadSweep(
      "keep curves every 0 steps", body: "parameters: {}\nkeep: {curves: {every: 0}}",
      .keep, line: 4, "'every'", "from 1, not 0"),
    BadSweep(
      "keep an unknown matrix", body: "parameters: {}\nkeep:\n  matrices:\n    - cosinW",
      .keep, line: 6, "'cosinW'", "did you mean 'cosineW'"),
    BadSweep(
      "a random method",
      body: "method: random\nparameters: {}",
      .notAvailable, line: 3, "'method'", "not available in this version"),
    BadSweep(
      "parameters and grids",
      body: "parameters: {}\ngrids: [{width: 100}]",
      .conflict, line: 4, "'parameters' and 'grids'"),
    BadSweep(
      "nothing under parameters",
      body: "parameters:",
      .wrongType, line: 3, "'parameters' wants a mapping"),
    BadSweep(
      "parameters as a list",
      body: "parameters: [width]",
      .wrongType, line: 3, "'parameters' wants a mapping", "not a list"),
    BadSweep(
      "grids as a mapping",
      body: "grids: {width: 100}",
      .wrongType, line: 3, "a list of grids"),
    BadSweep(
      "grids without a grid",
      body: "grids: []",
      .emptyAxis, line: 3, "'grids' has no grid"),
    BadSweep(
      "no replicates",
      body: "parameters: {}\nreplicates: 0",
      .replicates, line: 4, "from 1"),
    BadSweep(
      "half a replicate",
      body: "parameters: {}\nreplicates: 2.5",
      .wrongType, line: 4, "a whole number"),
    BadSweep(
      "a negative replicate",
      body: "parameters: {}\nreplicates: [0, -1]",
      .wrongType, line: 4, "seed indices"),
    BadSweep(
      "a replicate twice",
      body: "parameters: {}\nreplicates: [3, 1, 3]",
      .replicates, line: 4, "3 is given twice"),
    BadSweep(
      "an empty list of replicates",
      body: "parameters: {}\nreplicates: []",
      .replicates, line: 4, "no index"),
    BadSweep(
      "unknown numerics",
      body: "parameters: {}\nnumerics: pined",
      .wrongType, line: 4, "did you mean 'pinned'"),
    BadSweep(
      "an unknown seed purpose",
      body: "parameters: {}\nseeds: {dat: 0}",
      .unknownSeed, line: 4, "'dat'", "did you mean 'data'"),
    BadSweep(
      "a seed that is no index",
      body: "parameters: {}\nseeds: {data: -3}",
      .wrongType, line: 4, "'data' wants a seed index"),
    BadSweep(
      "memory without a unit",
      body: "parameters: {}\nlimits: {memory: 2}",
      .limits, line: 4, "with a unit", "GiB"),
    BadSweep(
      "memory of no size",
      body: "parameters: {}\nlimits: {memory: 0 GiB}",
      .limits, line: 4, "above 0"),
    BadSweep(
      "time in an unknown unit",
      body: "parameters: {}\nlimits: {time: 3 weeks}",
      .limits, line: 4, "with a unit"),
    BadSweep(
      "an unknown limit",
      body: "parameters: {}\nlimits: {cpu: 3}",
      .unknownKey, line: 4, "'cpu'"),
  ]
}
