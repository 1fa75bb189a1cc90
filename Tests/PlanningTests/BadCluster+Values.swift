import Planning

extension BadCluster {
  /// Values of a node that are none.
  static let values: [BadCluster] = [
    BadCluster(
      "an unknown key of a node", node: "slot: 4", .unknownKey, "'nodes'", "did you mean 'slots'?"),
    BadCluster(
      "a key of a node twice", node: "slots: 4\n    slots: 5", .duplicateKey, "'slots'", "twice"),
    BadCluster("no slots", node: "slots: 0", .range, "1 to 1024"),
    BadCluster("too many slots", node: "slots: 1025", .range, "1 to 1024"),
    BadCluster("negative slots", node: "slots: -1", .range, "'-1'"),
    BadCluster("half a slot", node: "slots: 1.5", .range, "a whole number"),
    BadCluster("slots beyond numbers", node: "slots: 1e300", .range),
    BadCluster("slots in quotes", node: "slots: '4'", .wrongType, "the text '4'"),
    BadCluster("slots that are a word", node: "slots: all", .wrongType, "'all'"),
    BadCluster("slots without a value", node: "slots:", .wrongType, "nothing"),
    BadCluster("a list of slots", node: "slots: [1]", .wrongType, "a list"),
    BadCluster("too nice", node: "nice: 20", .range, "0 to 19"),
    BadCluster("not nice", node: "nice: -5", .range, "0 to 19"),
    BadCluster("no load", node: "loadLimit: 0", .range, "above 0"),
    BadCluster("a negative load", node: "loadLimit: -0.5", .range, "above 0"),
    BadCluster("an infinite load", node: "loadLimit: .inf", .range, "finite"),
    BadCluster("a load that is no number", node: "loadLimit: .nan", .range, "finite"),
    BadCluster("a load with a unit", node: "loadLimit: 50 %", .wrongType, "a number"),
    BadCluster("an unknown launcher", node: "launcher: shh", .wrongType, "did you mean 'ssh'?"),
    BadCluster("a list of launchers", node: "launcher: [ssh]", .wrongType, "a list"),
    BadCluster(
      "a host with a local launcher", "nodes:\n  - launcher: local\n    host: a\n", .conflict,
      line: 3, "'host'", "launcher: local"),
    BadCluster(
      "a host with a local launcher by default",
      "nodes:\n  - lab01\ndefaults: {launcher: local}\n", .conflict, line: 2, "'host'"),
    BadCluster(
      "a key with a local launcher",
      "nodes:\n  - launcher: local\n    slots: 1\n    identityFile: ~/k\n", .conflict, line: 4,
      "'identityFile'"),
    BadCluster(
      "known hosts with a local launcher",
      "nodes:\n  - {launcher: local, knownHosts: k}\n", .conflict, line: 2, "'knownHosts'"),
    BadCluster(
      "an ssh configuration with a local launcher",
      "nodes:\n  - {sshConfig: none, launcher: local}\n", .conflict, line: 2, "'sshConfig'"),
  ]

  /// Files and directories that are none.
  static let paths: [BadCluster] = [
    BadCluster("a relative work directory", node: "workDirectory: grid", .path, "'grid'", "~/"),
    BadCluster("the root as work directory", node: "workDirectory: /", .path),
    BadCluster("the root in disguise", node: "workDirectory: //./", .path),
    BadCluster("the home directory", node: "workDirectory: ~/", .path),
    BadCluster("a tilde alone", node: "workDirectory: '~'", .path),
    BadCluster("another user's directory", node: "workDirectory: ~root/x", .path, "'~root/x'"),
    BadCluster("a way up", node: "workDirectory: /scratch/../etc", .path, "'..'"),
    BadCluster(
      "a way up with a mark behind it", node: "workDirectory: \"/a/../\u{301}b\"", .path),
    BadCluster("a work directory of two lines", node: #"workDirectory: "/a\nb""#, .path),
    BadCluster("a work directory with a NUL", node: #"workDirectory: "/a\0b""#, .path),
    BadCluster(
      "a work directory of many letters",
      node: "workDirectory: /" + String(repeating: "a", count: 1024), .path, "1024"),
    BadCluster("no work directory", node: "workDirectory: ''", .wrongType),
    BadCluster("a list of work directories", node: "workDirectory: [/a]", .wrongType),
    BadCluster("another user's key", node: "identityFile: ~root/k", .path, "'~root/k'"),
    BadCluster("a key with a NUL", node: #"identityFile: "k\0""#, .path),
    BadCluster("a key of two lines", node: #"identityFile: "k\nl""#, .path, "k\u{fffd}l"),
    BadCluster("no keys", node: "identityFile: []", .wrongType, "at least one"),
    BadCluster(
      "a bad key in a list", node: "identityFile:\n      - ~/a\n      - ~b\n", .path, line: 5,
      "'~b'"),
    BadCluster(
      "too many keys",
      node: "identityFile: [" + (0...32).map { "k\($0)" }.joined(separator: ", ") + "]", .range,
      "33", "32"),
    BadCluster("a mapping of known hosts", node: "knownHosts: {a: b}", .wrongType, line: 3),
    BadCluster("nothing as an ssh configuration", node: "sshConfig:", .wrongType, "'none'"),
    BadCluster("a list of ssh configurations", node: "sshConfig: [a]", .wrongType),
    BadCluster("another user's ssh configuration", node: "sshConfig: ~a/config", .path),
  ]
}
