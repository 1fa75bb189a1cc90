import Foundation
import TestSupport
import Testing
import Transport

/// Holds what is read here against what `ssh -G` says of the same file.
///
/// That connects to nothing.
@Suite(.enabled(if: InstalledSSH.isInstalled, "ssh is not installed, which tells what is right"))
struct SSHConfigurationComparisonTests {
  @Test(arguments: [
    "", "Host lab\n HostName Rack7.Example.ORG\n User bob\n Port 2222\n",
    "Port=3\nHost lab\nPort 4\nUser \"a b\"\n", "Host !lab *\n Port 5\nHost l?b\n User x\n",
    "IdentityFile ~/.ssh/a\nIdentityFile \"/b c\"\nHost lab\nIdentityFile /d\nIdentitiesOnly yes\n",
    "IdentityFile none\n", "ProxyJump a@gate:2222\nProxyCommand nc\n",
    "Host lab\n ProxyCommand nc -x  \"a  b\" c # d\nHost *\n ProxyJump gate\n",
    "ProxyJump none\nProxyCommand nc\n", "ProxyJump none\nProxyJump gate\n",
    "ProxyCommand none\nProxyJump gate\n", "ProxyJump one,bob@two:3,[::1]:4\n",
    "ProxyJump ssh://one:5\n", "ProxyJump a@b@c # d\n", "HostName x-%h-%%\nProxyJump 10.0.0.1\n",
    "UserKnownHostsFile ~/a /%h_%n_%p_%r_%u_%i \"/b c\"\nGlobalKnownHostsFile /g /h\n",
    "UserKnownHostsFile none\n", "UserKnownHostsFile ${HOME}/x %d/y /z_%L_%l\n",
    "ConnectTimeout 1m30\nCompression yes\nHostKeyAlias Rack\n", "ConnectTimeout none\n",
    "IdentityAgent none\n", "IdentityAgent ~/agent-%u\n", "IdentityAgent SSH_AUTH_SOCK\n",
    "HostName rack\nMatch final all\nPort 3\nHost rack\nUser bob\nIdentityFile /q\n",
    "Match !final all\nPort 3\nMatch all\nUser bob\n", "Match canonical all\nPort 3\n",
    "Match canonical all\nUser eve\nMatch final\nPort 4\n", "Match !all\nPort 3\n",
    "Match final all\nHostName rack\nPort 3\n",
    "IgnoreUnknown Use*\nUseKeychain yes\nPort 3\n", "Include /nothing/of/this/*\nPort 3\n",
    "user 'a b' # c\r\n\tport\t=\t\"7\"\t\r\n", "User a#b\nPort +33\n", "User a\\ b\\c\n",
    "Host lab,other\nPort 3\nHost LAB\nPort 4\n", "Host [l]ab\nPort 3\nHost *a*\nPort 4\n",
    "Hostname a\nHOSTNAME b\n", "HostName FE80::A%%Eth0\n",
  ])
  func `a host has the settings that ssh gives it`(text: String) async throws {
    try await compare(text)
  }

  @Test(arguments: [
    "Port 0", "Port 65536", "Port", "Port 1 2", "Port \"\"", "User \"a", "Host", "Host \"\"",
    "Match all host x", "Match host", "Match unheard", "IdentitiesOnly 1", "Compression true",
    "ConnectTimeout 5x", "ConnectTimeout -1", "ConnectTimeout 99999999999", "ProxyJump a,,b",
    "ProxyJump a, b", "ProxyJump a:0", "ProxyJump @a", "ProxyJump ::1", "ProxyJump lab",
    "UserKnownHostsFile none a", "Include", "HostName %z", "UserKnownHostsFile /%T",
    "UserKnownHostsFile ${NOWHERE_AT_ALL}/x", "Port==33", "Unheard yes", "IdentityFile a b",
    "UserKnownHostsFile ~nobody-of-this-name/x",
  ])
  func `what ssh refuses is refused`(line: String) async throws {
    try await TemporaryDirectory.with { directory in
      let path = try write(line, in: directory)
      #expect(try InstalledSSH.settings(path: path, host: "lab") == nil)
      #expect(throws: TransportError.self) { try read(path).settings(for: "lab") }
    }
  }

  @Test(arguments: 0..<40)
  func `a file put together by chance is read as ssh reads it`(seed: UInt64) async throws {
    let lines = [
      "Host lab", "Host *", "Host l*b !lax", "Host other", "Host !other *", "Match all",
      "Match final all", "HostName rack", "HostName %h.org", "Host rack", "Host *.org", "User bob",
      "User eve", "Port 2", "Port 3", "IdentityFile /a", "IdentityFile ~/b", "IdentityFile none",
      "IdentitiesOnly yes", "IdentitiesOnly no", "ProxyJump gate", "ProxyJump none",
      "ProxyJump a,b:3", "ProxyCommand nc", "ProxyCommand none", "UserKnownHostsFile /k /l",
      "UserKnownHostsFile none", "Compression yes", "# comment", "ConnectTimeout 2m", "SendEnv A",
    ]
    var generator = SeededGenerator(seed: seed)
    let count = Int.random(in: 1...12, using: &generator)
    let text = (0..<count).map { _ in lines.randomElement(using: &generator) ?? "" }
    try await compare(text.joined(separator: "\n"))
  }

  @Test func `included files are read as ssh reads them`() async throws {
    try await TemporaryDirectory.with { directory in
      try FileManager.default.createDirectory(
        atPath: directory.path("d"), withIntermediateDirectories: true)
      for (name, text) in [
        ("d/2", "Host lab\nUser two\nHost other\nCompression yes\n"), ("d/1", "ConnectTimeout 7\n"),
        ("e", "Host *\nPort 5\n"),
      ] { _ = try write(text, in: directory, name: name) }
      let text =
        "Host other\nInclude \(directory.path("e"))\nHost lab\nInclude \(directory.path("d"))/*\n"
        + "IdentityFile /x\n"
      let path = try write(text, in: directory)
      try compare(path: path, host: "lab")
      try compare(path: path, host: "other")
    }
  }

  private func compare(_ text: String) async throws {
    try await TemporaryDirectory.with { directory in
      let path = try write(text, in: directory)
      try compare(path: path, host: "lab")
      try compare(path: path, host: "Lab2")
    }
  }

  private func compare(path: String, host: String) throws {
    let expected = try #require(try InstalledSSH.settings(path: path, host: host))
    let found = try read(path).settings(for: host)
    #expect(InstalledSSH.lines(of: found) == expected)
  }

  private func write(
    _ text: String, in directory: TemporaryDirectory, name: String = "config"
  ) throws -> String {
    let path = directory.path(name)
    try Data((text + "\n").utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    return path
  }

  private func read(_ path: String) throws -> SSHConfiguration {
    try SSHConfiguration(
      paths: [path], home: InstalledSSH.home, localUser: NSUserName(),
      localHostName: InstalledSSH.hostName)
  }
}

/// The `ssh` of this machine, asked for what it would do.
enum InstalledSSH {
  static let path = "/usr/bin/ssh"
  static var isInstalled: Bool { access(path, X_OK) == 0 }
  static var home: String { getpwuid(getuid()).map { String(cString: $0.pointee.pw_dir) } ?? "/" }
  static var hostName: String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "" }
    return name.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } } ?? ""
  }

  private static let keywords: Set = [
    "user", "hostname", "port", "identityfile", "identitiesonly", "proxyjump", "proxycommand",
    "userknownhostsfile", "globalknownhostsfile", "connecttimeout", "compression", "hostkeyalias",
    "identityagent",
  ]

  /// The lines of `ssh -G` that concern us, in alphabetical order; `nil` when it refuses the file.
  static func settings(path file: String, host: String) throws -> [String]? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = ["-G", "-F", file, host]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    var lines: [String] = []
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
      guard let keyword = parts.first, keywords.contains(keyword) else { continue }
      // It prints this where it is written, although it is what holds anyway.
      if line == "identityagent SSH_AUTH_SOCK" { continue }
      guard keyword == "identityfile", let value = parts.last else {
        lines.append(String(line).trimmingCharacters(in: .whitespaces))
        continue
      }
      // It prints key files as they are written, `none` too, and its defaults if there are none.
      if value == "none" || value.hasPrefix("~/.ssh/id_") { continue }
      lines.append("identityfile " + (value.hasPrefix("~") ? home + value.dropFirst() : value))
    }
    return lines.sorted()
  }

  /// The same lines of what was found here.
  static func lines(of settings: SSHHostSettings) -> [String] {
    var lines = [
      "user \(settings.user)", "hostname \(settings.hostName)", "port \(settings.port)",
      "identitiesonly \(settings.identitiesOnly ? "yes" : "no")",
      "compression \(settings.compression ? "yes" : "no")",
      "connecttimeout " + (settings.connectTimeoutSeconds.map { "\(Int($0))" } ?? "none"),
      line("userknownhostsfile", settings.userKnownHostsFiles),
      line("globalknownhostsfile", settings.globalKnownHostsFiles),
    ]
    lines += settings.identityFiles.map { "identityfile \($0)" }
    if let alias = settings.hostKeyAlias { lines.append("hostkeyalias \(alias)") }
    switch settings.identityAgent {
    case .environment: break
    case .none: lines.append("identityagent none")
    case .socket(let path): lines.append("identityagent \(path)")
    }
    switch settings.proxy {
    case .none: break
    case .command(let command): lines.append("proxycommand \(command)")
    case .jump(let hops):
      lines.append(
        "proxyjump "
          + hops.enumerated().map { text($1, isLast: $0 == hops.count - 1) }
          .joined(separator: ","))
    }
    return lines.sorted()
  }

  private static func line(_ keyword: String, _ paths: [String]) -> String {
    "\(keyword) " + (paths.isEmpty ? "none" : paths.joined(separator: " "))
  }

  /// A hop as `ssh -G` prints it: brackets around what is no name, but those before it as written.
  private static func text(_ hop: SSHHop, isLast: Bool) -> String {
    let isAddress = hop.host.contains(":") || (isLast && hop.host.allSatisfy { !$0.isLetter })
    return (hop.user.map { $0 + "@" } ?? "") + (isAddress ? "[\(hop.host)]" : hop.host)
      + (hop.port.map { ":\($0)" } ?? "")
  }
}
