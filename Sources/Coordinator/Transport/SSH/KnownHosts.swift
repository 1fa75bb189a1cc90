import CLibSSH
import Glibc

/// The host keys that a user trusts, for one host.
struct KnownHosts {
  /// The file that libssh reads.
  struct File {
    var path: String
    /// Whether it was made for one login.
    var isTemporary: Bool

    func remove() {
      if isTemporary { unlink(path) }
    }
  }

  let settings: SSHHostSettings

  private var paths: [String] {
    (settings.userKnownHostsFiles + settings.globalKnownHostsFiles)
  }

  /// One file with everything that the configured files say.
  ///
  /// libssh reads one file of the user's and one of the system's; OpenSSH's configuration may name
  /// any number.
  /// - Throws: `ssh.configuration` when a file is there and cannot be read.
  func file() throws(TransportError) -> File {
    let existing = paths.filter { access($0, F_OK) == 0 }
    if existing.isEmpty { return File(path: "/dev/null", isTemporary: false) }
    if existing.count == 1 { return File(path: existing[0], isTemporary: false) }
    var bytes: [UInt8] = []
    for path in existing { bytes += try contents(of: path) + [UInt8(ascii: "\n")] }
    return File(path: try temporaryFile(with: bytes), isTemporary: true)
  }

  /// Compares the host's key with the known ones.
  /// - Returns: The key's fingerprint, as `ssh-keygen -l` prints it.
  /// - Throws: `ssh.host-key-unknown`, `ssh.host-key-changed`, `ssh.configuration`.
  func check(_ session: OpaquePointer) throws(TransportError) -> String {
    let verdict = ssh_session_is_known_server(session)
    let key = HostKey(session)
    let file = settings.userKnownHostsFiles.first ?? "~/.ssh/known_hosts"
    if try isRevoked(key) {
      throw TransportError(
        .sshHostKeyChanged,
        "The host key of \(settings.subject) (\(key.fingerprint)) is marked as revoked.",
        remedy: "Do not use this machine before its administrator has given it a new key.")
    }
    switch verdict {
    case SSH_KNOWN_HOSTS_OK:
      return key.fingerprint
    case SSH_KNOWN_HOSTS_CHANGED, SSH_KNOWN_HOSTS_OTHER:
      throw TransportError(
        .sshHostKeyChanged,
        "The host key of \(settings.subject) is not the one in \(file): it now shows"
          + " \(key.fingerprint). Somebody may be listening in, or the machine was set up anew.",
        remedy: "Ask its administrator for the fingerprint; if it is this one, remove the old key"
          + " with 'ssh-keygen -R \(lookupName) -f \(file)' and add the new one.")
    case SSH_KNOWN_HOSTS_UNKNOWN, SSH_KNOWN_HOSTS_NOT_FOUND:
      throw TransportError(
        .sshHostKeyUnknown,
        "The host key of \(settings.subject), \(key.fingerprint), is in none of"
          + " \(paths.joined(separator: ", ")).",
        remedy: "Compare it with the machine's own ('ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub'"
          + " there), then run 'ssh-keyscan\(portOption) \(settings.hostName) >> \(file)'.")
    default:
      throw TransportError(
        .sshConfiguration,
        "Looking for the host key of \(settings.subject) in \(paths.joined(separator: ", ")): "
          + session.lastSSHError + ".",
        remedy: "Check that the file can be read and is a known-hosts file.")
    }
  }

  private var portOption: String { settings.port == 22 ? "" : " -p \(settings.port)" }

  private var lookupName: String {
    if let alias = settings.hostKeyAlias { return alias }
    return settings.port == 22 ? settings.hostName : "'[\(settings.hostName)]:\(settings.port)'"
  }

  /// libssh skips `@revoked` lines; a revoked key is refused whichever host it is marked for.
  private func isRevoked(_ key: HostKey) throws(TransportError) -> Bool {
    guard !key.base64.isEmpty else { return false }
    for path in paths where access(path, F_OK) == 0 {
      let text = String(decoding: try contents(of: path), as: UTF8.self)
      for line in text.split(separator: "\n") where line.hasPrefix("@revoked") {
        if line.split(separator: " ").contains(Substring(key.base64)) { return true }
      }
    }
    return false
  }

  private func contents(of path: String) throws(TransportError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw TransportError(
        .sshConfiguration,
        "Reading the known hosts of \(settings.subject) from \(path): "
          + String(cString: strerror(errno)) + ".",
        remedy: "Make the file readable, or name another as 'knownHosts' in the cluster file.")
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    readToEnd(descriptor) { bytes += $0 }
    return bytes
  }

  private func temporaryFile(with bytes: [UInt8]) throws(TransportError) -> String {
    let folder = getenv("XDG_RUNTIME_DIR").map { String(cString: $0) } ?? "/tmp"
    let pattern = String(repeating: "X", count: 6)
    var template = Array("\(folder)/phasegrid-known-hosts-\(pattern)".utf8CString)
    let descriptor = mkstemp(&template)
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard descriptor >= 0 else {
      throw TransportError(
        .sshConfiguration,
        "Writing the known hosts of \(settings.subject) to \(folder): "
          + String(cString: strerror(errno)) + ".",
        remedy: "Set XDG_RUNTIME_DIR to a directory of your own.")
    }
    defer { close(descriptor) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 || errno == EINTR else { break }
      rest = rest.dropFirst(max(0, count))
    }
    return path
  }
}

/// The key that a host has shown.
private struct HostKey {
  /// As `ssh-keygen -l` prints it.
  var fingerprint = "no fingerprint"
  /// As it stands in known-hosts files.
  var base64 = ""

  init(_ session: OpaquePointer) {
    var key: OpaquePointer?
    guard ssh_get_server_publickey(session, &key) == SSH_OK, let key else { return }
    defer { ssh_key_free(key) }
    var text: UnsafeMutablePointer<CChar>?
    if ssh_pki_export_pubkey_base64(key, &text) == SSH_OK, let text {
      base64 = String(cString: text)
      ssh_string_free_char(text)
    }
    var hash: UnsafeMutablePointer<UInt8>?
    var count = 0
    guard ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &count) == 0 else { return }
    defer { ssh_clean_pubkey_hash(&hash) }
    if let words = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, count) {
      fingerprint = String(cString: words)
      ssh_string_free_char(words)
    }
    if let type = ssh_key_type_to_char(ssh_key_type(key)) {
      fingerprint += " (\(String(cString: type)))"
    }
  }
}
