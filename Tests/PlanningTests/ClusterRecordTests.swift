import Planning
import Protocol
import TestSupport
import Testing

/// What a catalog keeps of clusters.
@Suite struct ClusterRecordTests {
  @Test func `a cluster is the same after it was written and read`() throws {
    let cluster = try ClusterTexts.file(ClusterTexts.everything).definition
    let text = cluster.json.text
    #expect(try ClusterDefinition(json: JSONValue(parsing: text)) == cluster)
  }

  @Test func `a node is the same after it was written and read`() throws {
    for node in try ClusterTexts.file(ClusterTexts.everything).nodes {
      #expect(try ClusterNode(json: JSONValue(parsing: node.json.text)) == node)
    }
  }

  @Test(arguments: [0.1, 8.0, 1e22, Double.leastNonzeroMagnitude, 1.0 / 3])
  func `a load limit keeps its bits`(limit: Double) throws {
    let node = ClusterNode(name: NodeName("a"), launcher: .local, loadLimit: limit)
    #expect(try ClusterNode(json: JSONValue(parsing: node.json.text)).loadLimit == limit)
  }

  @Test func `members stand in alphabetical order and say what there is to say`() throws {
    let file = try ClusterTexts.file(
      "nodes: [{host: ada@lab:22, name: a, sshConfig: none, identityFile: /k, loadLimit: 2}]")
    #expect(
      file.definition.json.text == """
        {"leaseSeconds":120.0,"nodes":[{"host":"lab","identityFiles":["/k"],"launcher":"ssh",\
        "loadLimit":2.0,"name":"a","nice":10,"port":22,"sshConfig":"none","user":"ada"}]}
        """)
  }

  @Test func `this machine alone is one node of the given slots`() throws {
    #expect(
      ClusterDefinition.local(slots: nil).json.text
        == #"{"leaseSeconds":120.0,"nodes":[{"launcher":"local","name":"local","nice":0}]}"#)
    #expect(ClusterDefinition.local(slots: 3).nodes[0].slots == 3)
    #expect(ClusterDefinition.local(slots: 100_000).nodes[0].slots == 1024)
    #expect(ClusterDefinition.local(slots: -1).nodes[0].slots == 1)
  }

  @Test func `a member that is not known is not looked at`() throws {
    let json = try JSONValue(
      parsing: #"{"launcher":"local","later":[1],"name":"a","nice":0,"slots":null}"#)
    #expect(
      try ClusterNode(json: json) == ClusterNode(name: NodeName("a"), launcher: .local))
  }

  @Test(arguments: [
    "null", "[]", "{}", #"{"launcher":"local","nice":0}"#, #"{"launcher":"local","name":"a"}"#,
    #"{"launcher":"slurm","name":"a","nice":0}"#, #"{"launcher":1,"name":"a","nice":0}"#,
    #"{"launcher":"ssh","name":"a","nice":0}"#, #"{"launcher":"local","name":"a b","nice":0}"#,
    #"{"launcher":"local","name":"","nice":0}"#, #"{"launcher":"local","name":"a","nice":20}"#,
    #"{"launcher":"local","name":"a","nice":0.5}"#,
    #"{"launcher":"local","name":"a","nice":0,"slots":0}"#,
    #"{"launcher":"local","name":"a","nice":0,"slots":1025}"#,
    #"{"launcher":"local","name":"a","nice":0,"loadLimit":0}"#,
    #"{"launcher":"local","name":"a","nice":0,"loadLimit":"8"}"#,
    #"{"launcher":"local","name":"a","nice":0,"workDirectory":"/"}"#,
    #"{"launcher":"local","name":"a","nice":0,"workDirectory":"/a/../b"}"#,
    #"{"launcher":"ssh","name":"a","nice":0,"host":"-oProxyCommand=x"}"#,
    #"{"launcher":"ssh","name":"a","nice":0,"host":"a","user":"$(x)"}"#,
    #"{"launcher":"ssh","name":"a","nice":0,"host":"a","port":0}"#,
    #"{"launcher":"ssh","name":"a","nice":0,"host":"a","port":65536}"#,
    #"{"launcher":"ssh","name":"a","nice":0,"host":"a","identityFiles":"/k"}"#,
    #"{"launcher":"ssh","name":"a","nice":0,"host":"a","identityFiles":["k"]}"#,
    #"{"launcher":"ssh","name":"a","nice":0,"host":"a","knownHostsFiles":[1]}"#,
    #"{"launcher":"ssh","name":"a","nice":0,"host":"a","sshConfig":"config"}"#,
  ])
  func `a node that nobody has written is refused`(text: String) throws {
    let json = try JSONValue(parsing: text)
    let error = #expect(throws: ClusterFileError.self) { try ClusterNode(json: json) }
    #expect(error?.kind == .record)
  }

  @Test(arguments: [
    "[]", "{}", #"{"leaseSeconds":120}"#, #"{"leaseSeconds":120,"nodes":[]}"#,
    #"{"leaseSeconds":120,"nodes":[{}]}"#,
    #"{"leaseSeconds":4.9,"nodes":[{"launcher":"local","name":"a","nice":0}]}"#,
    #"{"leaseSeconds":"2 min","nodes":[{"launcher":"local","name":"a","nice":0}]}"#,
    #"""
    {"leaseSeconds":9,"nodes":[{"launcher":"local","name":"a","nice":0},
     {"launcher":"local","name":"a","nice":0}]}
    """#,
  ])
  func `a cluster that nobody has written is refused`(text: String) throws {
    let json = try JSONValue(parsing: text)
    let error = #expect(throws: ClusterFileError.self) { try ClusterDefinition(json: json) }
    #expect(error?.kind == .record)
    #expect(error?.description.contains("cluster") == true)
  }

  @Test func `a damaged record names the member that is at fault`() throws {
    let json = try JSONValue(
      parsing: #"{"leaseSeconds":9,"nodes":[{"launcher":"local","name":"a","nice":-1}]}"#)
    let error = #expect(throws: ClusterFileError.self) { try ClusterDefinition(json: json) }
    #expect(
      error?.message == "cannot read a stored cluster: 'cluster.nodes[0].nice' must be a whole "
        + "number from 0 to 19")
  }
}
