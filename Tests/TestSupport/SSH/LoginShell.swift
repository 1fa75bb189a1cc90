/// What runs the commands of a session on a node.
package enum LoginShell: String, Sendable, CaseIterable {
  /// The system's `sh`.
  case sh
  /// Bash.
  case bash
  /// Tcsh under its old name.
  case csh
  /// Fish.
  case fish
  /// Bash with a start file that prints 20 KiB and sleeps a second before anything is run.
  case noisy
  /// Bash that refuses `exec`, output files, and commands with a slash.
  case restricted
  /// Says that the account is not available, and ends with 1.
  case closed
  /// Reads nothing, says nothing and does not end.
  case hanging

  /// Why it cannot be had on this machine, or nothing when it can.
  package var reasonUnavailable: String? {
    SystemCommand.find(program) == nil ? "\(program) is not installed" : nil
  }

  private var program: String {
    switch self {
    case .sh, .closed, .hanging: "sh"
    case .bash, .noisy, .restricted: "bash"
    case .csh: "csh"
    case .fish: "fish"
    }
  }

  /// The start file of a noisy shell: much on both streams, then a wait.
  static let noise = """
    unset BASH_ENV
    number=0
    while [ "$number" -lt 300 ]; do
      echo 'Welcome to this machine! Read the rules, and be quiet after ten.  (news)'
      number=$((number + 1))
    done
    echo 'Mind the gap.' >&2
    sleep 1
    """

  /// The program that the server starts for each session, as a login program would: it goes to the
  /// node's home and hands the command to the login shell.
  /// - Parameters:
  ///   - home: the home directory as the node sees it.
  ///   - folder: the folder of the node's settings as the node sees it.
  /// - Returns: the text of the program.
  /// - Throws: `LaboratoryError` when the shell is not installed.
  func entrance(home: String, folder: String) throws -> String {
    let shell = try SystemCommand.require(program)
    let call =
      switch self {
      case .sh, .bash, .csh, .fish: "\(shell)"
      // The outermost shell of an SSH session would read the start file of a terminal instead.
      case .noisy: "env SHLVL=2 BASH_ENV='\(folder)/noise' \(shell)"
      case .restricted: "\(shell) --restricted"
      case .closed: "\(shell) -c 'echo This account is not available.; exit 1' --"
      case .hanging: "sleep 1000000 #"
      }
    // What the server passes in SSH_ORIGINAL_COMMAND no real login shell would find there.
    return """
      #!/bin/sh
      cd '\(home)' || exit 70
      SHELL='\(shell)'
      export SHELL
      if [ -n "${SSH_ORIGINAL_COMMAND+set}" ]; then
        command=$SSH_ORIGINAL_COMMAND
        unset SSH_ORIGINAL_COMMAND
        exec \(call) -c "$command"
      fi
      exec \(call)

      """
  }
}
