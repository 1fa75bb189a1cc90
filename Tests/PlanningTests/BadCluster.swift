import Planning
import Protocol
import TestSupport
import Testing

/// One mistake in a cluster file, with what the user is to be told about it.
struct BadCluster: Sendable, CustomTestStringConvertible {
  let name: String
  let text: String
  let code: ClusterFileError.Code
  let line: Int?
  let words: [String]

  var testDescription: String { name }

  init(
    _ name: String, _ text: String, _ code: ClusterFileError.Code, line: Int?, _ words: String...
  ) {
    self.name = name
    self.text = text
    self.code = code
    self.line = line
    self.words = words
  }

  /// A file whose one node is `lab01` with these lines, the first of which is the third.
  init(
    _ name: String, node: String, _ code: ClusterFileError.Code, line: Int = 3,
    _ words: String...
  ) {
    self.name = name
    text = "nodes:\n  - host: lab01\n    " + node + "\n"
    self.code = code
    self.line = line
    self.words = words
  }

  /// A file whose one node, on the second line, is this text.
  init(
    _ name: String, host: String, _ code: ClusterFileError.Code = .host, _ words: String...
  ) {
    self.name = name
    text = "nodes:\n  - \(host)\n"
    self.code = code
    line = 2
    self.words = words
  }

  /// Every mistake.
  static var all: [BadCluster] { documents + lists + hosts + names + values + paths }

  /// Files that are no YAML, or no mapping of the known keys.
  static let documents: [BadCluster] = [
    BadCluster("an empty file", "", .syntax, line: 1, "empty", "nodes:"),
    BadCluster("a list at the top", "- lab01\n", .wrongType, line: 1, "begins with 'nodes:'"),
    BadCluster("a word at the top", "lab01\n", .wrongType, line: 1, "a mapping"),
    BadCluster("an open bracket", "nodes: [lab01\n", .syntax, line: 2, "no YAML"),
    BadCluster("a tab", "nodes:\n\t- lab01\n", .syntax, line: 2, "no YAML"),
    BadCluster("a NUL byte", "nodes:\n  - la\0b\n", .encoding, line: 2, "NUL", "cluster file"),
    BadCluster(
      "two documents", "nodes: [a]\n---\nnodes: [b]\n", .unsupportedSyntax, line: 2,
      "one cluster a file"),
    BadCluster(
      "an anchor", "defaults: &all\n  nice: 1\n", .unsupportedSyntax, line: 1, "anchors"),
    BadCluster(
      "a merge key", "nodes: [a]\ndefaults:\n  <<: x\n", .unsupportedSyntax, line: 3, "merge"),
    BadCluster("a tag", "nodes: !!set [a]\n", .unsupportedSyntax, line: 1, "tag"),
    BadCluster(
      "a key twice", "lease: 1 min\nnodes: [a]\nnodes: [b]\n", .duplicateKey, line: 2,
      "'nodes'", "twice"),
    BadCluster(
      "an unknown key", "node: [a]\n", .unknownKey, line: 1, "'node'", "did you mean 'nodes'?"),
    BadCluster(
      "an unknown key before another mistake", "leese: 1 min\nnodes: 7\n", .unknownKey, line: 1,
      "'lease'"),
    BadCluster(
      "two mistakes, the first of which is named", "lease: 1\nnodes: []\n", .lease, line: 1),
    BadCluster(
      "a key of several lines", "\"no\\ndes\": [a]\n", .unknownKey, line: 1, "no\u{fffd}des"),
  ]

  /// Lists of nodes, leases and defaults that are none.
  static let lists: [BadCluster] = [
    BadCluster("no nodes", "lease: 1 min\n", .missingKey, line: 1, "'nodes'"),
    BadCluster("an empty list", "lease: 1 min\nnodes: []\n", .noNodes, line: 2, "--cluster"),
    BadCluster("nothing in the place of a list", "nodes:\n", .wrongType, line: 1, "not nothing"),
    BadCluster("a word in the place of a list", "nodes: lab01\n", .wrongType, line: 1, "a list"),
    BadCluster(
      "a mapping in the place of a list", "nodes:\n  lab01: {slots: 2}\n", .wrongType, line: 2,
      "a list of hosts", "not a mapping"),
    BadCluster(
      "too many nodes",
      "nodes:\n" + (0...1000).map { "  - node\($0)\n" }.joined(), .tooManyNodes, line: 2,
      "1001", "1000"),
    BadCluster("a list as a node", "nodes:\n  - [lab01]\n", .wrongType, line: 2, "in quotes"),
    BadCluster("nothing as a node", "nodes:\n  - lab01\n  -\n", .wrongType, line: 3, "nothing"),
    BadCluster("a node without a host", "nodes:\n  - {slots: 2}\n", .missingKey, line: 2, "'host'"),
    BadCluster("a lease without a unit", "lease: 120\nnodes: [a]\n", .lease, line: 1, "'2 min'"),
    BadCluster("a lease of another unit", "lease: 2 m\nnodes: [a]\n", .lease, line: 1, "min, h"),
    BadCluster("a lease that is too short", "nodes: [a]\nlease: 4.9 s\n", .lease, line: 2, "5 s"),
    BadCluster("a lease that is too long", "lease: 25 h\nnodes: [a]\n", .lease, line: 1, "24 h"),
    BadCluster("a lease beyond numbers", "lease: 1e308 d\nnodes: [a]\n", .lease, line: 1),
    BadCluster("a negative lease", "lease: -1 min\nnodes: [a]\n", .lease, line: 1, "'-1 min'"),
    BadCluster("a list as a lease", "lease: [1 min]\nnodes: [a]\n", .lease, line: 1, "a list"),
    BadCluster(
      "defaults that are a word", "nodes: [a]\ndefaults: nice\n", .wrongType, line: 2, "a mapping"),
    BadCluster(
      "a host as a default", "nodes: [a]\ndefaults: {host: b}\n", .unknownKey, line: 2,
      "'defaults'"),
    BadCluster(
      "a name as a default", "nodes: [a]\ndefaults:\n  name: b\n", .unknownKey, line: 3),
    BadCluster(
      "a bad default", "nodes: [a]\ndefaults:\n  slots: 0\n", .range, line: 3, "'slots'"),
  ]

  /// Hosts that are none.
  static let hosts: [BadCluster] = [
    BadCluster("an empty host", host: "''", .wrongType, "[user@]host[:port]"),
    BadCluster("a port of 0", host: "lab01:0", .host, "1 to 65535"),
    BadCluster("a port that is too large", host: "lab01:65536", .host, "1 to 65535"),
    BadCluster("a port that is no number", host: "lab01:ssh", .host, "1 to 65535"),
    BadCluster("a port with a sign", host: "lab01:+22", .host, "1 to 65535"),
    BadCluster("a port of many digits", host: "lab01:000000000022", .host, "1 to 65535"),
    BadCluster("no port behind its colon", host: "'lab01:'", .host, "1 to 65535"),
    BadCluster("a port alone", host: "':22'", .host, "no host"),
    BadCluster("a user alone", host: "'ada@'", .host, "no host"),
    BadCluster("an empty user", host: "'@lab01'", .host, "user"),
    BadCluster("a user that is an option", host: "'-l@lab01'", .host, "user"),
    BadCluster("a user for a shell", host: "'a;b@lab01'", .host, "user"),
    BadCluster("a host that is an option", host: "'-oProxyCommand=x'", .host, "letters"),
    BadCluster("a host for a shell", host: "'$(reboot)'", .host, "letters"),
    BadCluster("a host of two words", host: "lab 01", .host, "letters"),
    BadCluster("a host of two lines", host: #""lab\n01""#, .host, "lab\u{fffd}01"),
    BadCluster("a host with a NUL", host: #""lab\0""#, .host, "letters"),
    BadCluster("a host that writes backwards", host: #""lab\u202e""#, .host, "letters"),
    BadCluster("an address of the web", host: "ssh://lab01", .host, "[user@]host[:port]"),
    BadCluster("an IPv6 address without brackets", host: "'::1'", .host, "brackets"),
    BadCluster("brackets around a name", host: "'[lab01]:22'", .host, "brackets"),
    BadCluster("brackets that do not close", host: "'[::1'", .host, "brackets"),
    BadCluster("brackets around no address", host: "'[::1::]'", .host, "letters"),
    BadCluster("an interface for a shell", host: "'[fe80::1%$x]'", .host, "letters"),
    BadCluster("text behind brackets", host: "'[::1]22'", .host, "1 to 65535"),
    BadCluster(
      "a host of many letters", host: String(repeating: "a", count: 254), .host, "letters"),
    BadCluster("a mapping as a host", host: "{host: {a: b}}", .wrongType, "a host"),
    BadCluster("an address that YAML takes for a list", host: "{host: [a]}", .wrongType, "quotes"),
  ]

  /// Names that are none, or taken.
  static let names: [BadCluster] = [
    BadCluster("a name of two words", node: "name: a b", .nodeName, "'a b'"),
    BadCluster("a name with a slash", node: "name: a/b", .nodeName),
    BadCluster("a name with a marked slash", node: "name: \"a/\u{301}b\"", .nodeName),
    BadCluster(
      "a name with a control character", node: #"name: "a\e[2J""#, .nodeName, "\u{fffd}[2J"),
    BadCluster("a name that is an option", node: "name: --help", .nodeName, "'-'"),
    BadCluster("a name that is a directory", node: "name: ..", .nodeName),
    BadCluster("an empty name", node: "name: ''", .wrongType),
    BadCluster(
      "a name of many bytes", node: "name: " + String(repeating: "ä", count: 65), .nodeName, "128"),
    BadCluster(
      "a host that is too long for a name", host: String(repeating: "a", count: 129), .nodeName,
      "'name'"),
    BadCluster(
      "a name twice", "nodes:\n  - lab01\n  - lab02\n  - {host: b, name: lab01}\n",
      .duplicateNode, line: 4, "'lab01'", "line 2"),
    BadCluster(
      "one host on two ports", "nodes:\n  - 127.0.0.1:2201\n  - 127.0.0.1:2202\n",
      .duplicateNode, line: 3, "line 2", "another 'name'"),
    BadCluster(
      "one place twice",
      "nodes:\n  - {host: ada@lab01, slots: 1}\n  - {host: ada@lab01, name: again}\n",
      .duplicateNode, line: 3, "same place", "'lab01'", "line 2"),
    BadCluster(
      "this machine twice",
      "nodes:\n  - {launcher: local}\n  - {launcher: local, name: b}\n",
      .duplicateNode, line: 3, "same place"),
  ]
}
