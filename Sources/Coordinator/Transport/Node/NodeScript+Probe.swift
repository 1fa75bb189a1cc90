extension NodeScript {
  /// The script that finds out what a node is and what of ours is on it; it changes nothing.
  ///
  /// Answers one `fact` for each thing and a `warning` for what is wrong with the work directory, then
  /// `done`. ``NodeFacts`` reads them. What it writes to find out whether programs may be run it
  /// removes.
  /// - Parameter workDirectory: The node's work directory; `nil` for `~/.cache/phasegrid`.
  /// - Returns: The script.
  package static func probe(workDirectory: String?) -> NodeScript {
    probe(workDirectory: workDirectory, systemRoot: "")
  }

  static func probe(workDirectory: String?, systemRoot: String) -> NodeScript {
    NodeScript(
      values: [],
      parts: [
        beginning, gentleFailure, workDirectoryCheck, freeSpace, digest, machine, logind, ownFiles,
        ownFacts,
        systemFacts, processorFacts, Self.workDirectory(workDirectory), toolFacts,
        directoryFacts, contentFacts, #"say "done""#,
      ], systemRoot: systemRoot)
  }

  /// A probe goes on after what would end another script.
  private static let gentleFailure = #"""
    broken=
    work=
    fail() {
      say warning "$@"
      broken=yes
    }
    """#

  private static let systemFacts = #"""
    fact() { [ -z "$2" ] || say fact "$@"; }
    fact clock "$(date +%s 2>/dev/null)"
    fact machine "$(uname -m 2>/dev/null)"
    fact system "$(uname -s 2>/dev/null)"
    fact kernel "$(uname -r 2>/dev/null)"
    while read -r line; do
      case $line in
        PRETTY_NAME=*)
          line=${line#*=}
          line=${line#\"}
          fact distribution "${line%\"}"
          ;;
      esac
    done 2>/dev/null <"$root/etc/os-release"
    fact user "$(id -un 2>/dev/null)"
    user=$(id -u 2>/dev/null)
    fact home "${HOME-}"
    fact shell "${SHELL-}"
    while read -r name value line; do
      case $name in
        MemTotal:) fact memoryTotal "$value" ;;
        MemAvailable:) fact memoryAvailable "$value" ;;
      esac
    done 2>/dev/null <"$root/proc/meminfo"
    line=
    read -r line 2>/dev/null <"$root/proc/loadavg"
    fact load "$line"
    """#

  /// The first processor speaks for all: shells read this file slowly, and it can have megabytes.
  private static let processorFacts = #"""
    model=
    while read -r line; do
      case $line in
        'model name'*:*) model=${line#*: } ;;
        flags*:* | Features*:*)
          for name in avx2 fma avx512f; do
            case " ${line#*:} " in
              *" $name "*) fact feature "$name" ;;
            esac
          done
          fact features known
          ;;
        '') break ;;
      esac
    done 2>/dev/null <"$root/proc/cpuinfo"
    fact model "$model"
    processors=0
    cores=0
    seen=' '
    for directory in "$root"/sys/devices/system/cpu/cpu[0-9]*; do
      [ -r "$directory/topology/core_id" ] || continue
      read -r core <"$directory/topology/core_id"
      package=0
      [ ! -r "$directory/topology/physical_package_id" ] \
        || read -r package <"$directory/topology/physical_package_id"
      processors=$((processors + 1))
      case $seen in
        *" $package:$core "*) ;;
        *)
          seen="$seen$package:$core "
          cores=$((cores + 1))
          ;;
      esac
    done
    if [ "$processors" -eq 0 ]; then
      processors=$(getconf _NPROCESSORS_ONLN 2>/dev/null)
      cores=
    fi
    fact processors "$processors"
    fact cores "$cores"
    """#

  private static let toolFacts = #"""
    find_sha /dev/null && fact tool sha256
    for name in cat mkdir chmod mv rm ls df uname nice systemd-run loginctl busctl; do
      ! has "$name" || fact tool "$name"
    done
    fact tools known
    name_machine
    fact identity "$machine"
    ask_logind
    fact session "$session"
    fact killUserProcesses "$kills"
    if [ "$kills" = yes ]; then
      ! has loginctl || fact linger "$(loginctl show-user "$user" -p Linger 2>/dev/null </dev/null)"
      if has systemd-run \
        && systemd-run --user --scope --quiet --collect true >/dev/null 2>&1 </dev/null; then
        fact scope yes
      fi
    fi
    """#

  /// Where the work directory is not there yet, the place where it would be made is looked at.
  private static let directoryFacts = #"""
    fact work "$work"
    if [ -z "$broken" ]; then
      near=$work
      if check_work; then
        fact workExists yes
      elif [ -z "$broken" ]; then
        while [ ! -d "$near" ]; do
          near=${near%/*}
          near=${near:-/}
        done
        if [ ! -w "$near" ] || [ ! -x "$near" ]; then
          fail work-directory "$work cannot be made: $near cannot be written to"
        fi
      fi
      take_free "$near"
      fact free "$free"
    fi
    if [ -z "$broken" ]; then
      file=$near/phasegrid-probe.$token
      trap 'rm -f "$file"; exit 1' HUP INT PIPE TERM
      if words=$( (printf '#!/bin/sh\nexit 0\n' >"$file") 2>&1) && chmod 700 "$file"; then
        if "$file" >/dev/null 2>&1 </dev/null; then
          fact runs yes
        else
          fact runs no
        fi
      else
        # What a shell says when it cannot write may not say why.
        case $free in
          ? | ?? | ???) fail disk-full "$near has $free KiB free" ;;
          *) fail_writing "${words:-$near cannot be written to}" ;;
        esac
      fi
      rm -f "$file"
    fi
    """#

  private static let contentFacts = #"""
    is_same_kind() {
      [ "$(od -An -tx1 -j4 -N1 "$1")$(od -An -tx1 -j18 -N2 "$1")" \
        = "$(od -An -tx1 -j4 -N1 /proc/self/exe)$(od -An -tx1 -j18 -N2 /proc/self/exe)" ]
    }
    # A program is verified before it is run, and a shell would read one for another kind of machine
    # as a script.
    look_at_worker() {
      state=damaged
      release=
      take_sum <"$1/phasegrid-worker"
      if [ "$sum" = "$name" ]; then
        state=verified
        if has od && [ -x "$1/phasegrid-worker" ] && is_same_kind "$1/phasegrid-worker"; then
          release=$("$1/phasegrid-worker" --version 2>/dev/null </dev/null)
        fi
      fi
      fact worker "$name $state ${release:-unknown}"
    }
    if [ -n "$work" ]; then
      resolve_work
      each_program look_at_worker
      each_process tell_process
      each_spool
    fi
    """#
}
