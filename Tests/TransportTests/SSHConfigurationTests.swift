import Testing
import Transport

@Suite struct SSHConfigurationTests {
  @Test func `a host of which nothing is said has the defaults`() throws {
    let found = try sshSettings("", for: "Lab")
    #expect(found.hostName == "lab")
    #expect(found.alias == "Lab")
    #expect(found.user == "ada")
    #expect(found.port == 22)
    #expect(found.identityFiles.isEmpty)
    #expect(found.usesDefaultIdentityFiles)
    #expect(!found.identitiesOnly)
    #expect(found.identityAgent == .environment)
    #expect(
      found.userKnownHostsFiles == ["/home/ada/.ssh/known_hosts", "/home/ada/.ssh/known_hosts2"])
    #expect(
      found.globalKnownHostsFiles == ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"])
    #expect(found.hostKeyAlias == nil)
    #expect(found.proxy == .none)
    #expect(found.connectTimeoutSeconds == nil)
    #expect(!found.compression)
  }

  @Test func `what the caller gives goes before the file`() throws {
    let text = "Host lab\n User bob\n Port 99\n"
    let found = try sshSettings(text, user: "cleo", port: 7)
    #expect(found.user == "cleo")
    #expect(found.port == 7)
  }

  @Test func `the first value wins and key files add up`() throws {
    let found = try sshSettings(
      "Host lab\n Port 1\n IdentityFile /a\nHost *\n Port 2\n IdentityFile /b\n IdentityFile /a\n")
    #expect(found.port == 1)
    #expect(found.identityFiles == ["/a", "/b"])
    #expect(!found.usesDefaultIdentityFiles)
  }

  @Test(arguments: [
    ("l?b", true), ("l*", true), ("*", true), ("lab", true), ("LAB", false), ("x lab", true),
    ("!lab *", false), ("* !lab", false), ("!other *", true), ("!other", false), ("l??b", false),
    ("*a*b", true), ("lab,x", false), ("", false), ("**a**b**", true), ("la", false),
  ])
  func `a Host line takes patterns`(patterns: String, applies: Bool) throws {
    let text = patterns.isEmpty ? "Host x\n Port 9" : "Host \(patterns)\n Port 9"
    #expect(try sshSettings(text).port == (applies ? 9 : 22))
  }

  @Test(arguments: [
    "User bob", "User=bob", "User = bob", "\tUser\t\"bob\"  ", "user 'bob' # friend", "USER bob\r",
    "User b\"o\"b", "\"User\" bob", "# User x\n\nUser bob",
  ])
  func `a line is read however it is written`(line: String) throws {
    #expect(try sshSettings(line).user == "bob")
  }

  @Test func `blanks in a value are kept by quotes and backslashes`() throws {
    let text = "IdentityFile \"/a b\"\nIdentityFile /c\\ d\nIdentityFile '/e\\'f'\nIdentityFile /#g"
    #expect(try sshSettings(text).identityFiles == ["/a b", "/c d", "/e'f", "/#g"])
  }

  @Test func `tokens of a key file are replaced`() throws {
    let found = try sshSettings(
      "HostName %h.example.org\nUser bob\nPort 44\n"
        + "IdentityFile ~/.ssh/%n_%h_%p_%r_%u_%L_%l_%%\nIdentityFile %d/${KEYS}/x\n"
        + "HostKeyAlias Rack\nIdentityFile /%k\n", for: "Lab")
    #expect(
      found.identityFiles == [
        "/home/ada/.ssh/Lab_lab.example.org_44_bob_ada_desk_desk.example.org_%",
        "/home/ada//keys/x", "/rack",
      ])
    #expect(found.hostKeyAlias == "rack")
  }

  @Test func `no key file at all is not the same as the usual ones`() throws {
    let found = try sshSettings("IdentityFile none\nIdentitiesOnly yes")
    #expect(found.identityFiles.isEmpty)
    #expect(!found.usesDefaultIdentityFiles)
    #expect(found.identitiesOnly)
  }

  @Test(arguments: [
    ("none", SSHHostSettings.AgentChoice.none), ("SSH_AUTH_SOCK", .environment),
    ("$AGENT", .socket("/agent.socket")), ("${AGENT}.2", .socket("/agent.socket.2")),
    ("~/agent-%r", .socket("/home/ada/agent-ada")),
  ])
  func `the agent can be chosen`(value: String, choice: SSHHostSettings.AgentChoice) throws {
    #expect(try sshSettings("IdentityAgent \(value)").identityAgent == choice)
  }

  @Test func `known-hosts files are listed, or none`() throws {
    let found = try sshSettings("UserKnownHostsFile ~/a \"/b/%h\"\nGlobalKnownHostsFile none")
    #expect(found.userKnownHostsFiles == ["/home/ada/a", "/b/lab"])
    #expect(found.globalKnownHostsFiles.isEmpty)
  }

  @Test(arguments: [
    ("gate", [SSHHop(host: "gate")]),
    ("bob@gate:2222", [SSHHop(user: "bob", host: "gate", port: 2222)]),
    ("ssh://bob@gate:2222/", [SSHHop(user: "bob", host: "gate", port: 2222)]),
    ("[::1]:3,10.0.0.7", [SSHHop(host: "::1", port: 3), SSHHop(host: "10.0.0.7")]),
    ("a@b@gate", [SSHHop(user: "a@b", host: "gate")]),
    ("%r@gate-%h # by night", [SSHHop(user: "ada", host: "gate-lab")]),
    (
      "= first,ssh://second,third:4",
      [
        SSHHop(host: "first"), SSHHop(host: "second"), SSHHop(host: "third", port: 4),
      ]
    ),
  ])
  func `jump hosts are listed from first to last`(value: String, hops: [SSHHop]) throws {
    #expect(try sshSettings("ProxyJump \(value)").proxy == .jump(hops))
  }

  @Test func `a proxy command is kept as written, with its tokens replaced`() throws {
    let found = try sshSettings("HostName n1\nProxyCommand nc -X \"a  b\" %h %p %n %r %% # c")
    #expect(found.proxy == .command("nc -X \"a  b\" n1 22 lab ada % # c"))
  }

  @Test(arguments: [
    ("ProxyJump a\nProxyCommand b", SSHHostSettings.Proxy.jump([SSHHop(host: "a")])),
    ("ProxyCommand b\nProxyJump a", .command("b")), ("ProxyCommand none\nProxyJump a", .none),
    ("ProxyJump none\nProxyJump a", .none), ("ProxyJump none\nProxyCommand b", .command("b")),
    ("ProxyCommand NONE\nProxyCommand b", .none),
  ])
  func `the first proxy wins`(text: String, proxy: SSHHostSettings.Proxy) throws {
    #expect(try sshSettings(text).proxy == proxy)
  }

  @Test(arguments: [
    ("30", 30.0), ("1m30", 90), ("2H", 7200), ("1w2d3h4m5s", 788_645), ("0", nil), ("none", nil),
  ])
  func `a time to connect is read`(value: String, seconds: Double?) throws {
    #expect(try sshSettings("ConnectTimeout \(value)").connectTimeoutSeconds == seconds)
  }

  @Test func `algorithms are kept as written`() throws {
    let found = try sshSettings(
      "Ciphers ^aes128-ctr\nMACs -hmac-sha1*\nKexAlgorithms +a,b\nHostKeyAlgorithms c\n"
        + "PubkeyAcceptedKeyTypes d\nRequiredRSASize 3072\nCompression yes")
    #expect(found.ciphers == "^aes128-ctr")
    #expect(found.macs == "-hmac-sha1*")
    #expect(found.keyExchangeAlgorithms == "+a,b")
    #expect(found.hostKeyAlgorithms == "c")
    #expect(found.publicKeyAlgorithms == "d")
    #expect(found.requiredRSASizeBits == 3072)
    #expect(found.compression)
  }

  @Test func `a final pass is held against the name that was found`() throws {
    let found = try sshSettings(
      "HostName rack7\nMatch final all\n Port 3\nHost rack7\n User bob\n IdentityFile /r\n")
    #expect(found.port == 3)
    #expect(found.user == "bob")
    #expect(found.identityFiles == ["/r"])
  }
}
