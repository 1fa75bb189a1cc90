import Foundation
import Planning
import Protocol
import TestSupport
import Testing

@Suite struct ClusterFileTests {
  @Test func `a file says its lease and its nodes in their order`() throws {
    let file = try ClusterTexts.file(ClusterTexts.everything)
    #expect(file.leaseSeconds == 90)
    #expect(file.nodes.map(\.name.rawValue) == ["lab01", "ada7", "::1", "local"])
    #expect(file.text == ClusterTexts.everything)
    #expect(file.path == "clusters/a.yaml")
    #expect(file.definition == ClusterDefinition(leaseSeconds: 90, nodes: file.nodes))
  }

  @Test func `a node has what it says, whole paths, and no default in its place`() throws {
    let node = try ClusterTexts.file(ClusterTexts.everything).nodes[1]
    #expect(
      node
        == ClusterNode(
          name: NodeName("ada7"),
          launcher: .ssh(
            SSHReach(
              host: "10.0.0.7", user: "ada", port: 2222,
              identityFiles: ["/home/grace/.ssh/lab", "/data/sweeps/clusters/keys/spare"],
              knownHostsFiles: ["/etc/ssh/lab_hosts"],
              configurationFile: .file("/home/grace/.ssh/config"))),
          slots: 4, workDirectory: "/scratch/ada/phasegrid", nice: 0, loadLimit: 8.5))
  }

  @Test func `a node that says nothing has the defaults of the file`() throws {
    let node = try ClusterTexts.file(ClusterTexts.everything).nodes[0]
    #expect(
      node
        == ClusterNode(
          name: NodeName("lab01"),
          launcher: .ssh(
            SSHReach(
              host: "lab01", knownHostsFiles: ["/home/grace/.ssh/known_hosts"],
              configurationFile: .none)),
          slots: 2, workDirectory: "~/grid", nice: 5, loadLimit: 3))
  }

  @Test func `a local node has the defaults that are not of SSH`() throws {
    let node = try ClusterTexts.file(ClusterTexts.everything).nodes[3]
    #expect(
      node
        == ClusterNode(
          name: NodeName("local"), launcher: .local, slots: 1, workDirectory: "~/grid", nice: 5,
          loadLimit: 3))
  }

  @Test func `without defaults a node over SSH stands back and a local one does not`() throws {
    let file = try ClusterTexts.file("nodes: [lab01, {launcher: local}]")
    #expect(
      file.nodes == [
        ClusterNode(
          name: NodeName("lab01"), launcher: .ssh(SSHReach(host: "lab01")), nice: 10),
        ClusterNode(name: NodeName("local"), launcher: .local, nice: 0),
      ])
    #expect(file.leaseSeconds == 120)
  }

  @Test(arguments: [
    ("lab01", "lab01", nil, nil),
    ("ada@lab01.example.org", "lab01.example.org", "ada", nil),
    ("lab_01:22", "lab_01", nil, 22),
    ("ada@10.0.0.7:65535", "10.0.0.7", "ada", 65535),
    ("ada@example.org@lab01:1", "lab01", "ada@example.org", 1),
    ("'[::1]'", "::1", nil, nil),
    ("'[fe80::1%eth0]:2222'", "fe80::1%eth0", nil, 2222),
    ("'ada@[2001:db8::7]:2222'", "2001:db8::7", "ada", 2222),
    ("10", "10", nil, nil),
    ("bücher.example", "bücher.example", nil, nil),
  ])
  func `a host is a name or an address with its user and port`(
    text: String, host: String, user: String?, port: UInt16?
  ) throws {
    for line in ["- \(text)", "- {host: \(text)}", "- host: \(text)"] {
      let node = try #require(try ClusterTexts.file("nodes:\n  \(line)\n").nodes.first)
      #expect(node.launcher == .ssh(SSHReach(host: host, user: user, port: port)))
      #expect(node.name == NodeName(host))
    }
  }

  @Test(arguments: [
    ("5 s", 5), ("5000ms", 5), ("1.5 min", 90), ("'2 h'", 7200), ("24 h", 86400), ("1 d", 86400),
  ])
  func `a lease is a time with a unit`(text: String, seconds: Double) throws {
    #expect(try ClusterTexts.file("lease: \(text)\nnodes: [a]").leaseSeconds == seconds)
  }

  @Test(arguments: [
    ("/scratch/ada", "/scratch/ada"), ("//scratch/./ada//", "/scratch/ada"),
    ("~/a b/ä", "~/a b/ä"), ("~//./grid/", "~/grid"), ("/.cache", "/.cache"),
    ("/a..b", "/a..b"),
  ])
  func `a work directory loses needless parts and keeps its tilde`(
    text: String, directory: String
  ) throws {
    let file = try ClusterTexts.file("nodes: [{host: a, workDirectory: \"\(text)\"}]")
    #expect(file.nodes[0].workDirectory == directory)
  }

  @Test func `the place of keys and defaults does not matter`() throws {
    let first = try ClusterTexts.file("defaults: {slots: 3}\nlease: 9 s\nnodes: [a]")
    let last = try ClusterTexts.file("nodes: [a]\nlease: 9 s\ndefaults: {slots: 3}")
    #expect(first.definition == last.definition)
    #expect(first.nodes[0].slots == 3)
  }

  @Test(arguments: [
    ("/etc/lab/a.yaml", "/etc/lab/key"), ("a.yaml", "/data/sweeps/key"),
    ("./a.yaml", "/data/sweeps/./key"), ("../a.yaml", "/data/sweeps/../key"), ("/a.yaml", "/key"),
  ])
  func `a relative path begins in the folder of the cluster file`(
    path: String, key: String
  ) throws {
    let file = try ClusterFile(
      text: "nodes: [{host: a, identityFile: key}]", path: path, home: nil,
      currentDirectory: "/data/sweeps")
    #expect(file.nodes[0].launcher == .ssh(SSHReach(host: "a", identityFiles: [key])))
  }

  @Test func `a file called none is a file when its path says so`() throws {
    let file = try ClusterTexts.file("nodes: [{host: a, sshConfig: ./none}]")
    let configuration = SSHReach.ConfigurationFile.file("/data/sweeps/clusters/./none")
    #expect(
      file.nodes[0].launcher == .ssh(SSHReach(host: "a", configurationFile: configuration)))
  }

  @Test func `a thousand nodes are read`() throws {
    let hosts = (1...1000).map { "- node\($0)" }.joined(separator: "\n")
    #expect(try ClusterTexts.file("nodes:\n\(hosts)\n").nodes.count == 1000)
  }

  @Test func `a file on disk is read with the environment of the process`() async throws {
    try await TemporaryDirectory.with { directory in
      let path = directory.path("a.yaml")
      try Data("nodes: [{host: a, knownHosts: known}]".utf8).write(to: URL(fileURLWithPath: path))
      let file = try ClusterFile.read(path: path)
      #expect(
        file.nodes[0].launcher
          == .ssh(SSHReach(host: "a", knownHostsFiles: [directory.path("known")])))
    }
  }

  @Test func `every file of the folder clusters is good`() throws {
    let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
      .deletingLastPathComponent().appendingPathComponent("../../clusters").standardizedFileURL
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".yaml") }
    #expect(names.sorted() == ["example-lab.yaml", "local.yaml"])
    for name in names {
      let path = folder.appendingPathComponent(name).path
      #expect(try !ClusterFile.read(path: path, home: "/home/ada").nodes.isEmpty, "\(name)")
    }
  }

  @Test func `the file of this machine is the cluster of this machine`() throws {
    let file = try ClusterTexts.file("nodes: [{launcher: local, slots: 7}]")
    #expect(file.definition == .local(slots: 7))
  }
}

/// Cluster files that are good.
enum ClusterTexts {
  /// Everything that a cluster file can say.
  static let everything = """
    # The lab and a machine in the next room.
    lease: 90 s
    nodes:
      - lab01
      - host: ada@10.0.0.7:2222
        name: ada7
        launcher: ssh
        slots: 4
        identityFile: [~/.ssh/lab, keys/spare]
        knownHosts: /etc/ssh/lab_hosts
        sshConfig: ~/.ssh/config
        workDirectory: /scratch/ada/phasegrid
        nice: 0
        loadLimit: 8.5
      - {host: "[::1]:22", slots: 1024}
      - {launcher: local, slots: 1}
    defaults:
      knownHosts: ~/.ssh/known_hosts
      sshConfig: none
      workDirectory: ~/grid
      slots: 2
      nice: 5
      loadLimit: 3
    """

  /// The file `clusters/a.yaml` with this text, of a user called grace.
  static func file(_ text: String) throws(ClusterFileError) -> ClusterFile {
    try ClusterFile(
      text: text, path: "clusters/a.yaml", home: "/home/grace", currentDirectory: "/data/sweeps")
  }
}
