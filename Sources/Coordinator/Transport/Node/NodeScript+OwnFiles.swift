extension NodeScript {
  /// Finds what is ours on a node, by where it is and what it is called; used to tell and to remove.
  static let ownFiles = #"""
    # Sets real to the work directory without symbolic links, as the system names it; as it is given
    # when it is gone: its workers may still be there.
    resolve_work() {
      real=$(cd "$work" 2>/dev/null && pwd -P)
      real=${real:-$work}
    }
    is_hexadecimal() {
      [ ${#1} -eq "$2" ] || return 1
      case $1 in
        *[!0-9a-f]*) return 1 ;;
      esac
    }
    # Whether a name is one that name_machine makes.
    is_machine() {
      case $1 in
        ?*-????????????????) is_hexadecimal "${1##*-}" 16 ;;
        *) return 1 ;;
      esac
    }
    # Calls a function with the number of each process of a worker below the work directory, with
    # name set to the SHA-256 of its program. One look at all of /proc: links are read by no shell.
    each_process() {
      list=$(ls -ld /proc/[0-9]*/exe 2>/dev/null)
      while read -r line; do
        case $line in
          *" -> $real/"*/phasegrid-worker | *" -> $real/"*"/phasegrid-worker (deleted)") ;;
          *) continue ;;
        esac
        name=${line##*" -> $real/"}
        name=${name%%/*}
        is_hexadecimal "$name" 64 || continue
        line=${line%%"/exe -> "*}
        process=${line##*/}
        case $process in
          '' | *[!0-9]*) continue ;;
        esac
        [ ! -O "/proc/$process" ] || "$1" "$process"
      done <<END
    $list
    END
    }
    # Sets bytes to the size of a directory's spools beyond their headers.
    count_bytes() {
      bytes=0
      for file in "$1/spool" "$1"/spool.damaged-*; do
        [ -f "$file" ] || continue
        size=$(wc -c 2>/dev/null <"$file")
        case $size in
          *[0-9]*) size=$((size - 64)) ;;
          *) size=0 ;;
        esac
        [ "$size" -le 0 ] || bytes=$((bytes + size))
      done
    }
    """#

  /// Tells what was found; the probe alone does.
  static let ownFacts = #"""
    # Calls a function with each directory that is named by a program's SHA-256.
    each_program() {
      for directory in "$work"/*; do
        name=${directory##*/}
        [ -d "$directory" ] && [ ! -L "$directory" ] && [ -O "$directory" ] || continue
        is_hexadecimal "$name" 64 && [ -f "$directory/phasegrid-worker" ] || continue
        "$1" "$directory"
      done
    }
    # What a process is (daemon, slot, serve), for which directory, and for how many seconds.
    tell_process() {
      words=
      ! has tr || words=$(tr '\000\n' '\n ' 2>/dev/null <"/proc/$1/cmdline")
      kind=
      place=
      {
        read -r kind
        read -r kind
        read -r line
        read -r place
      } <<END
    $words
    END
      place=${place#"$real/"}
      line=
      read -r line 2>/dev/null <"/proc/$1/stat"
      # The name of the program, in brackets, may hold anything.
      line=${line##*")"}
      started=$(
        set -f
        # shellcheck disable=SC2086
        set -- $line
        echo "${20-}"
      )
      seconds=
      read -r seconds line 2>/dev/null </proc/uptime
      case ${seconds%%.*}$started in
        '' | *[!0-9]*) seconds=0 ;;
        *) seconds=$((${seconds%%.*} - ${started:-0} / 100)) ;;
      esac
      fact process "$1 $seconds $name ${kind:-unknown} $place"
    }
    # The directories of workers, with the bytes of results that no coordinator has collected.
    each_spool() {
      for directory in "$work"/*/*; do
        name=${directory##*/}
        place=${directory%/*}
        place=${place##*/}
        is_hexadecimal "$name" 32 && is_machine "$place" && [ -d "$directory" ] || continue
        count_bytes "$directory"
        fact spool "$bytes $place/$name"
      done
    }
    """#
}
