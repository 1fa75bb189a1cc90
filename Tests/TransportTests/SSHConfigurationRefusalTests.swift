import Testing
import Transport

@Suite struct SSHConfigurationRefusalTests {
  @Test(arguments: [
    "CertificateFile ~/.ssh/id-cert.pub", "CanonicalizeHostname yes", "CanonicalizeHostname always",
    "PKCS11Provider /lib/p.so", "SecurityKeyProvider /lib/s.so", "RevokedHostKeys /revoked",
    "PubkeyAuthentication no", "PreferredAuthentications password,keyboard-interactive",
    "ProxyCommand x\nProxyUseFdpass yes", "RefuseConnection closed", "IdentityFile /%C",
  ])
  func `what is not supported is named where it applies`(lines: String) throws {
    let error = try sshFailure("Host lab\n\(lines)\n")
    #expect(error.kind == .sshUnsupported)
    let line = lines.split(separator: "\n").count + 1
    #expect(error.message.hasPrefix("/home/ada/.ssh/config, line \(line): "))
    #expect(try sshSettings("Host other\n\(lines)\n").hostName == "lab")
  }

  @Test(arguments: [
    "CertificateFile none", "CanonicalizeHostname no", "PKCS11Provider none",
    "SecurityKeyProvider internal", "RevokedHostKeys none", "PubkeyAuthentication host-bound",
    "PreferredAuthentications gssapi-with-mic,publickey", "ProxyUseFdpass yes",
    "StrictHostKeyChecking no", "PasswordAuthentication yes", "ControlMaster auto",
    "LocalForward 1 a:2", "SendEnv LANG LC_*", "RemoteCommand top", "Tag x", "RSAMinSize 1024",
  ])
  func `what changes nothing here is read over`(line: String) throws {
    #expect(try sshSettings("Host lab\n\(line)\n") == sshSettings(""))
  }

  @Test(arguments: [
    "Match host lab", "Match exec \"test -e /x\"", "Match !exec false", "Match user=ada",
    "Match localuser ada originalhost lab", "Match !final host lab",
  ])
  func `a Match that would change the host is refused`(match: String) throws {
    let error = try sshFailure("Host *\n Port 9\n\(match)\n SendEnv X\n User bob\n")
    #expect(error.kind == .sshUnsupported)
    #expect(error.message.contains(match))
    #expect(error.message.contains("line 3"))
    #expect(error.message.contains("line 5"))
    #expect(error.remedy.contains("sshConfig:"))
  }

  @Test(arguments: [
    "Match all\n User bob", "User bob\nMatch host lab\n User eve\n", "Match final\n User bob",
    "Match canonical all\n User eve\nHost *\n User bob",
    "Match !all\n User eve\nHost lab\nUser bob",
    "Match exec x\n ForwardAgent yes\nHost lab\n User bob",
    "Match final exec x\nSetEnv a=b\nMatch all\n User bob",
  ])
  func `a Match that can be decided or changes nothing is no error`(text: String) throws {
    #expect(try sshSettings(text).user == "bob")
  }

  @Test func `a Match matters no more when the caller says what it would`() throws {
    let text = "Match exec x\n User eve\n Port 1\n"
    #expect(try sshSettings(text, user: "bob", port: 2).user == "bob")
    #expect(throws: TransportError.self) { try sshSettings(text, user: "bob") }
  }

  @Test func `a Host block ends a Match block`() throws {
    #expect(try sshSettings("Match exec x\nHost lab\n User bob").user == "bob")
  }

  @Test(arguments: [
    "Port 0", "Port 65536", "Port -1", "Port", "Port 1 2", "Port \"\"", "Port ssh", "User \"a",
    "User 'a", "HostName a b", "HostName", "Host", "Host \"\"", "Match", "Match all host x",
    "Match host", "Match unheard", "IdentitiesOnly 1", "Compression true", "ConnectTimeout 5x",
    "ConnectTimeout -1", "ConnectTimeout 99999999999", "ConnectTimeout s", "ConnectTimeout 1.5",
    "ProxyJump a,,b", "ProxyJump a, b", "ProxyJump a:0", "ProxyJump @a", "ProxyJump ::1",
    "ProxyJump -x", "ProxyJump [::1", "ProxyJump ,", "ProxyJump none,a;b",
    "UserKnownHostsFile none a", "RequiredRSASize x", "Include", "Include \"a", "IdentityFile a b",
    "= x", "Port==33", "\"User bob", "SendEnv", "IgnoreUnknown", "GlobalKnownHostsFile \"\"",
    "Include ~nobody-of-this-name/x",
  ])
  func `a malformed line is named, whether or not it applies`(line: String) throws {
    let error = try sshFailure("# first\nHost other\n\(line)\n")
    #expect(error.kind == .sshConfiguration)
    #expect(error.message.hasPrefix("/home/ada/.ssh/config, line 3: "))
  }

  @Test(arguments: [
    "HostName %z", "HostName %", "HostName a;b", "IdentityFile ${NOWHERE}/x", "IdentityFile ${x",
    "IdentityFile /%", "ProxyCommand x %d", "IdentityFile ~nobody-of-this-name/x",
    "IdentityAgent $NOWHERE", "UserKnownHostsFile /%T", "ProxyJump %u",
  ])
  func `a value that makes no sense for the host is named`(line: String) throws {
    let error = try sshFailure("Host lab\n\(line)\n")
    #expect(error.kind == .sshConfiguration)
    #expect(error.message.hasPrefix("/home/ada/.ssh/config, line 2: "))
    #expect(try sshSettings("Host other\n\(line)\n").hostName == "lab")
  }

  @Test func `an unknown keyword is answered with the nearest name`() throws {
    let error = try sshFailure("Host other\n IdentifyFile x")
    #expect(error.kind == .sshConfiguration)
    #expect(error.message.contains("did you mean 'IdentityFile'?"))
  }

  @Test func `unknown keywords may be ignored by name`() throws {
    #expect(try sshSettings("IgnoreUnknown Use*,apple\nUseKeychain yes\nApple x").user == "ada")
    #expect(throws: TransportError.self) { try sshSettings("UseKeychain yes\nIgnoreUnknown Use*") }
  }

  @Test(arguments: [
    "", "-oProxyCommand=x", "a b", "a;b", "$(x)", "a\"b", "a\nb", "a,b", "a\u{0}",
  ])
  func `a host name that a shell would act on is refused`(host: String) throws {
    #expect(try sshFailure("", for: host).kind == .sshConfiguration)
  }

  @Test(arguments: ["", "-l", "a b", "a;b", "a|b", "a\\"])
  func `a user name that a shell would act on is refused`(user: String) throws {
    #expect(try sshFailure("", user: user).kind == .sshConfiguration)
  }

  @Test func `port 0 is refused`() throws {
    #expect(try sshFailure("", port: 0).kind == .sshConfiguration)
  }

  @Test func `a host that is its own jump host is refused`() throws {
    let error = try sshFailure("Host *\n ProxyJump lab")
    #expect(error.kind == .sshConfiguration)
    #expect(
      try sshSettings("Host *\n ProxyJump lab", for: "n1").proxy == .jump([SSHHop(host: "lab")]))
  }

  @Test func `bytes that no configuration holds are refused`() throws {
    #expect(try sshFailure("User a\u{0}b").kind == .sshConfiguration)
    #expect(
      try sshFailure("User " + String(repeating: "a", count: 40_000)).kind == .sshConfiguration)
    let large = String(repeating: "# a line that says nothing\n", count: 50_000)
    #expect(try sshFailure(large).kind == .sshConfiguration)
  }

  @Test func `a pattern of many stars takes no time`() throws {
    let pattern = String(repeating: "*a", count: 2_000)
    let host = String(repeating: "a", count: 1_500) + "b"
    #expect(try sshSettings("Host \(pattern)\n Port 9", for: host).port == 22)
  }

  @Test func `no bytes make it stop`() throws {
    // Every pair of letters that mean something, at the beginning and behind each keyword.
    let letters = [
      "\"", "'", "\\", "#", "=", " ", "%", "$", "{", "}", "~", "!", "@", ":", "[", ",",
    ]
    for keyword in ["", "Host ", "ProxyJump ", "IdentityFile ", "Match ", "ProxyCommand "] {
      for first in letters {
        for second in letters {
          // Only that it comes back: most of these are errors, some are not.
          _ = try? sshSettings(keyword + first + second + "a\n" + keyword + "a" + first + second)
        }
      }
    }
    #expect(try sshSettings("User bob").user == "bob")
  }
}
