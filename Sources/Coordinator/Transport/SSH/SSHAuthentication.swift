import CLibSSH
import Glibc

/// The login by keys, those of files and those of an agent.
///
/// Nobody is ever asked for anything.
struct SSHAuthentication {
  let session: OpaquePointer
  let settings: SSHHostSettings

  /// The key files that are tried when the configuration names none.
  private static let defaultFiles = ["id_ed25519", "id_ecdsa", "id_rsa"]

  /// What became of one attempt.
  private enum Verdict {
    case accepted
    case refused
    /// The key was accepted, and the host wants something more.
    case wantsMore
  }

  /// Logs in.
  /// - Throws: `ssh.authentication`, `ssh.interactive`.
  func perform() throws(TransportError) {
    if ssh_userauth_none(session, nil) == SSH_AUTH_SUCCESS.rawValue { return }
    let methods = UInt32(bitPattern: ssh_userauth_list(session, nil))
    guard methods & UInt32(SSH_AUTH_METHOD_PUBLICKEY) != 0 else {
      throw methods & UInt32(SSH_AUTH_METHOD_INTERACTIVE | SSH_AUTH_METHOD_PASSWORD) != 0
        ? interactive("it takes no keys, only a password or an answer at the keyboard")
        : failure(["it takes no keys"])
    }
    var tried: [String] = []
    var isEncrypted = false
    // Files that the user named come first: an agent with many keys would use up the attempts that
    // the server allows. Where none are named, the agent comes first, as with OpenSSH.
    let named = settings.identityFiles
    if !named.isEmpty, try tryFiles(named, &tried, &isEncrypted) { return }
    // Where only the named keys may be tried, the agent is asked for the ones that it alone can read.
    if !settings.identitiesOnly || isEncrypted, try tryAgent(&tried) { return }
    if named.isEmpty, settings.usesDefaultIdentityFiles,
      try tryFiles(defaultFiles, &tried, &isEncrypted)
    {
      return
    }
    throw failure(tried)
  }

  private var defaultFiles: [String] {
    guard let home = getenv("HOME").map({ String(cString: $0) }) else { return [] }
    return SSHAuthentication.defaultFiles.map { "\(home)/.ssh/\($0)" }
      .filter { access($0, F_OK) == 0 }
  }

  /// - Returns: Whether the host let us in.
  private func tryFiles(
    _ files: [String], _ tried: inout [String], _ isEncrypted: inout Bool
  ) throws(TransportError) -> Bool {
    for file in files {
      guard access(file, R_OK) == 0 else {
        tried.append("\(file): \(String(cString: strerror(errno)))")
        continue
      }
      var key: OpaquePointer?
      var wantsPassphrase = false
      let status = ssh_pki_import_privkey_file(
        file, nil,
        { _, _, _, _, _, told in
          told?.assumingMemoryBound(to: Bool.self).pointee = true
          return -1
        }, &wantsPassphrase, &key)
      guard status == SSH_OK, let key else {
        if wantsPassphrase { isEncrypted = true }
        tried.append(
          wantsPassphrase
            ? "\(file): it is encrypted; 'ssh-add \(file)' gives it to the agent"
            : "\(file): it is no private key that can be read")
        continue
      }
      defer { ssh_key_free(key) }
      switch verdict(ssh_userauth_publickey(session, nil, key)) {
      case .accepted: return true
      case .refused: tried.append("\(file): refused")
      case .wantsMore: throw interactive("it accepts the key \(file) and wants more than a key")
      }
    }
    return false
  }

  /// - Returns: Whether the host let us in.
  private func tryAgent(_ tried: inout [String]) throws(TransportError) -> Bool {
    switch settings.identityAgent {
    case .none: return false
    case .environment where getenv("SSH_AUTH_SOCK") == nil:
      tried.append("no agent (SSH_AUTH_SOCK is not set)")
      return false
    case .environment, .socket: break
    }
    switch verdict(ssh_userauth_agent(session, nil)) {
    case .accepted: return true
    case .refused: tried.append("the agent's keys: refused, or it holds none")
    case .wantsMore: throw interactive("it accepts a key of the agent and wants more than a key")
    }
    return false
  }

  private func verdict(_ status: Int32) -> Verdict {
    switch status {
    case SSH_AUTH_SUCCESS.rawValue: .accepted
    case SSH_AUTH_PARTIAL.rawValue: .wantsMore
    default: .refused
    }
  }

  private func interactive(_ why: String) -> TransportError {
    TransportError(
      .sshInteractive, "Logging in to \(settings.subject): \(why).",
      remedy: "Ask for a login by key alone; a sweep must be able to log in while nobody is there.")
  }

  private func failure(_ tried: [String]) -> TransportError {
    let list = tried.isEmpty ? "there is no key to try" : tried.joined(separator: "; ")
    return TransportError(
      .sshAuthentication, "Logging in to \(settings.subject): \(list).",
      remedy: "Add your public key to its ~/.ssh/authorized_keys ('ssh-copy-id'), or name the right"
        + " key as 'identityFile' in the cluster file or the ssh configuration.")
  }
}
