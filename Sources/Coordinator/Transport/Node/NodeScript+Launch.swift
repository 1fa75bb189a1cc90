package import Protocol

extension NodeScript {
  /// The script that starts a catalog's worker, or says that its program is not there.
  ///
  /// Answers `ready` and becomes `phasegrid-worker serve`, whose own stream follows; or `missing`
  /// with the kind of machine; or `failed`. Nothing may be sent to the node between the script and
  /// `ready`: the shell may read ahead.
  /// - Parameters:
  ///   - workDirectory: The node's work directory; `nil` for `~/.cache/phasegrid`.
  ///   - digest: The worker program's SHA-256, 64 hexadecimal digits.
  ///   - catalog: Whose worker it is.
  /// - Returns: The script.
  package static func launch(
    workDirectory: String?, digest: String, catalog: UniqueID
  ) -> NodeScript {
    launch(workDirectory: workDirectory, digest: digest, catalog: catalog, systemRoot: "")
  }

  static func launch(
    workDirectory: String?, digest: String, catalog: UniqueID, systemRoot: String
  ) -> NodeScript {
    NodeScript(
      values: [("digest", ShellQuoting.quote(digest)), ("catalog", "\(catalog)")],
      parts: [
        beginning, workDirectoryCheck, self.digest, machine, logind,
        Self.workDirectory(workDirectory),
        start,
      ], systemRoot: systemRoot)
  }

  /// The program is verified every time: what lies in a directory of ours may be torn or old.
  private static let start = #"""
    program=$work/$digest/phasegrid-worker
    found=
    if check_work && [ -f "$program" ] && [ -O "$program" ] && [ -r "$program" ]; then
      find_sha "$program" || fail tool sha256sum
      if [ "$sum" = "$digest" ]; then
        found=yes
      else
        say warning digest "$program has another SHA-256: $sum"
      fi
    fi
    if [ -z "$found" ]; then
      kind=$(uname -m 2>/dev/null)
      say missing "${kind:-unknown}"
      exit 0
    fi
    [ -x "$program" ] || chmod 700 "$program" 2>/dev/null
    [ -x "$program" ] || fail noexec "$program may not be executed"
    name_machine
    for directory in "$work/$machine" "$work/$machine/$catalog"; do
      [ -d "$directory" ] || words=$(mkdir "$directory" 2>&1) || [ -d "$directory" ] \
        || fail_writing "$words"
    done
    ask_logind
    if [ "$kills" = yes ]; then
      if can_leave; then
        say ready
        exec systemd-run --user --scope --quiet --collect "$program" serve --directory "$directory"
      fi
      say warning kill-user-processes "the system ends the worker when the connection ends:" \
        "KillUserProcesses is on, and loginctl enable-linger or systemd-run --user does not work"
    fi
    say ready
    exec "$program" serve --directory "$directory"
    """#
}
