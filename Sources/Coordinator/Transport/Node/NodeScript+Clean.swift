extension NodeScript {
  /// The script that ends our processes on a node and removes our files.
  ///
  /// Answers `fact`s: how many processes and files, how many bytes of results that nobody had
  /// collected, and what is left; then `done`. ``NodeCleaning`` reads them. It takes only what is
  /// where ours is and is called as ours is: the processes and files of other work directories, of
  /// other users, and of other machines that share the directory stay.
  /// - Parameter workDirectory: The node's work directory; `nil` for `~/.cache/phasegrid`.
  /// - Returns: The script.
  package static func clean(workDirectory: String?) -> NodeScript {
    clean(workDirectory: workDirectory, systemRoot: "")
  }

  static func clean(workDirectory: String?, systemRoot: String) -> NodeScript {
    NodeScript(
      values: [],
      parts: [
        beginning, digest, machine, ownFiles, Self.workDirectory(workDirectory), ending, removal,
        runtimeRemoval,
        #"""
        say fact processes "$processes"
        say fact files "$files"
        say fact results "$results"
        say "done"
        """#,
      ], systemRoot: systemRoot)
  }

  /// Looks again until there are none: a daemon may start a slot while it is being ended.
  private static let ending = #"""
    processes=0
    files=0
    results=0
    seen=' '
    end_process() {
      found=$((found + 1))
      kill -9 "$1" 2>/dev/null
      case $seen in
        *" $1 "*) ;;
        *)
          seen="$seen$1 "
          processes=$((processes + 1))
          ;;
      esac
    }
    resolve_work
    round=0
    while [ "$round" -lt 50 ]; do
      found=0
      each_process end_process
      [ "$found" -gt 0 ] || break
      round=$((round + 1))
      sleep 0.1 2>/dev/null || sleep 1
    done
    [ "$found" -eq 0 ] || say fact left "$found processes that do not end"
    """#

  /// The programs stay while another machine has its files beside them: it may be running them.
  private static let removal = #"""
    remove() {
      for file in "$@"; do
        if [ -e "$file" ] || [ -L "$file" ]; then
          rm -f "$file" && files=$((files + 1))
        fi
      done
    }
    remove_directory() {
      [ ! -d "$1" ] || rmdir "$1" 2>/dev/null || say fact left "$1"
    }
    is_own_directory() {
      [ -d "$1" ] && [ ! -L "$1" ] && [ -O "$1" ]
    }
    ! find_sha /dev/null || name_machine
    if [ -n "${machine-}" ] && is_own_directory "$work/$machine"; then
      for directory in "$work/$machine"/*; do
        is_hexadecimal "${directory##*/}" 32 && is_own_directory "$directory" || continue
        count_bytes "$directory"
        results=$((results + bytes))
        remove "$directory"/*
        remove_directory "$directory"
      done
      remove_directory "$work/$machine"
    fi
    shared=
    for directory in "$work"/*; do
      name=${directory##*/}
      [ "$name" != "${machine-}" ] && is_machine "$name" && is_own_directory "$directory" || continue
      rmdir "$directory" 2>/dev/null && continue
      shared=yes
      say fact left "$directory"
    done
    for directory in "$work"/*; do
      is_hexadecimal "${directory##*/}" 64 && is_own_directory "$directory" || continue
      if [ -n "$shared" ]; then
        say fact left "$directory"
      else
        remove "$directory/phasegrid-worker" "$directory"/upload.????????????????
        remove_directory "$directory"
      fi
    done
    if is_own_directory "$work/files"; then
      if [ -n "$shared" ]; then
        say fact left "$work/files"
      else
        for file in "$work/files"/*; do
          ! is_hexadecimal "${file##*/}" 64 || remove "$file"
        done
        remove "$work/files"/upload.????????????????
        remove_directory "$work/files"
      fi
    fi
    remove "$work"/phasegrid-probe.????????????????
    # Nothing is lost with an empty directory: it is made again when it is needed.
    [ ! -d "$work" ] || rmdir "$work" 2>/dev/null
    """#

  /// Locks and sockets go only with a process that is gone: other work directories have theirs in
  /// the same place.
  private static let runtimeRemoval = #"""
    user=$(id -u 2>/dev/null)
    for place in "${XDG_RUNTIME_DIR-}" "/run/user/$user" /tmp; do
      place=$place/phasegrid-$user
      is_own_directory "$place" || continue
      for file in "$place"/*.lock; do
        name=${file##*/}
        name=${name%.lock}
        is_hexadecimal "$name" 16 && [ -f "$file" ] && [ ! -L "$file" ] || continue
        process=
        read -r process <"$file"
        case $process in
          '' | *[!0-9]*) continue ;;
        esac
        # The number may have gone to another program since.
        case $(ls -ld "/proc/$process/exe" 2>/dev/null) in
          *'/phasegrid-worker'*) continue ;;
        esac
        remove "$place/$name.sock" "$file"
      done
      rmdir "$place" 2>/dev/null
    done
    """#
}
