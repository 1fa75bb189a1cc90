extension NodeScript {
  /// The script that takes the worker program and puts it in its place.
  ///
  /// Answers `send`, then reads the program from standard input to its end, and answers `done` with
  /// the release that the program says it is. Answers `done` at once, without `send`, when a verified
  /// program is in place already: another node may share the directory. A program that is in place is
  /// never replaced by the same one: on a network file system that would pull it from under the
  /// workers of other machines.
  /// - Parameters:
  ///   - workDirectory: The node's work directory; `nil` for `~/.cache/phasegrid`.
  ///   - digest: The program's SHA-256, 64 hexadecimal digits.
  ///   - byteCount: The program's size, in bytes.
  /// - Returns: The script.
  package static func upload(workDirectory: String?, digest: String, byteCount: Int) -> NodeScript {
    let neededKiB = (byteCount + spareBytes + 1023) / 1024
    return NodeScript(
      values: [
        ("digest", ShellQuoting.quote(digest)), ("size", "\(byteCount)"), ("need", "\(neededKiB)"),
      ],
      parts: [
        beginning, workDirectoryCheck, freeSpace, self.digest, Self.workDirectory(workDirectory),
        preparation, reception, trial,
      ])
  }

  /// What must be free beside the program itself, in bytes: spools and logs want to be written too.
  static let spareBytes = 8 << 20

  private static let preparation = #"""
    for tool in cat mkdir chmod mv rm; do
      has "$tool" || fail tool "$tool"
    done
    find_sha /dev/null || fail tool sha256sum
    if ! check_work; then
      words=$(mkdir -p "$work" 2>&1) || fail_writing "$words"
      check_work || fail work-directory "$work cannot be made"
    fi
    place=$work/$digest
    [ -d "$place" ] || words=$(mkdir "$place" 2>&1) || [ -d "$place" ] || fail_writing "$words"
    [ -O "$place" ] || fail work-directory "$place belongs to somebody else"
    program=$place/phasegrid-worker
    # Sets sum to the digest of the program in place.
    look() {
      sum=
      if [ -f "$program" ] && [ -x "$program" ] && [ -O "$program" ]; then
        take_sum <"$program"
      fi
    }
    finish() {
      release=$("$program" --version 2>/dev/null </dev/null) || release=unknown
      say "done" "$release"
      exit 0
    }
    look
    [ "$sum" != "$digest" ] || finish
    # What uploads that were cut long ago have left.
    ! has find || find "$place" -name 'upload.*' -type f -mmin +60 -exec rm -f '{}' ';' \
      2>/dev/null </dev/null
    free=
    take_free "$place"
    # Some shells count no further than 32 bits.
    [ -z "$free" ] || [ ${#free} -gt 9 ] || [ "$free" -ge "$need" ] \
      || fail disk-full "$work has $free KiB free, $need KiB are needed"
    """#

  /// Receives what is sent into `$place/upload.$token` and verifies it.
  static let reception = #"""
    upload=$place/upload.$token
    trap 'rm -f "$upload"; exit 1' HUP INT PIPE TERM
    say send
    words=$(cat 2>&1 >"$upload") || fail_writing "${words:-cat failed}"
    if has wc; then
      count=$(wc -c <"$upload")
      [ "$((count))" -eq "$size" ] || fail digest "$((count)) of $size bytes arrived"
    fi
    take_sum <"$upload"
    [ "$sum" = "$digest" ] || fail digest "what arrived has the SHA-256 $sum"
    """#

  /// A program that cannot run here must not get into place, so it is tried before.
  private static let trial = #"""
    chmod 700 "$upload" 2>/dev/null || fail work-directory "chmod fails in $place"
    [ -x "$upload" ] || fail noexec "$place is on a file system where nothing may be executed"
    release=$("$upload" --version 2>&1 </dev/null)
    status=$?
    case $status$release in
      0[0-9]*) ;;
      *'ermission denied'*) fail noexec "$release" ;;
      *) fail execution "it ended with status $status: $release" ;;
    esac
    look
    if [ "$sum" = "$digest" ]; then
      rm -f "$upload"
      finish
    fi
    [ ! -d "$program" ] || fail work-directory "$program is a directory"
    words=$(mv -f "$upload" "$program" 2>&1) || fail_writing "$words"
    upload=
    say "done" "$release"
    """#
}
