extension NodeScript {
  /// What every script begins with: how it answers and how it fails.
  static let beginning = #"""
    LC_ALL=C
    export LC_ALL
    umask 077
    upload=
    say() { printf 'phasegrid %s %s\n' "$token" "$*"; }
    fail() {
      [ -z "$upload" ] || rm -f "$upload"
      say failed "$@"
      exit 1
    }
    # What a program complained of while it wrote into the work directory.
    fail_writing() {
      case $1 in
        *'o space left'* | *uota*) fail disk-full "$1" ;;
        *) fail work-directory "$1" ;;
      esac
    }
    has() { command -v "$1" >/dev/null 2>&1; }
    """#

  /// Looks at the work directory: 1 when it is not there, a failure when it may not be used.
  ///
  /// Members of the group may write if its owner lets them; anybody may only where the sticky bit
  /// keeps them from renaming what is ours.
  static let workDirectoryCheck = #"""
    check_work() {
      case $work in
        /*) ;;
        *) fail work-directory "$work is no absolute path" ;;
      esac
      if [ ! -d "$work" ]; then
        if [ -e "$work" ] || [ -L "$work" ]; then
          fail work-directory "$work is no directory"
        fi
        return 1
      fi
      [ -O "$work" ] || fail work-directory "$work belongs to somebody else"
      if [ ! -w "$work" ] || [ ! -x "$work" ]; then
        fail work-directory "$work cannot be written to"
      fi
      mode=$(ls -ld "$work" 2>/dev/null)
      case $mode in
        ????????w[!tT]*) fail work-directory "$work may be written to by anybody" ;;
      esac
      return 0
    }
    """#

  /// Sets `free` to the KiB that are free where a path leads; empty when nothing tells it.
  static let freeSpace = #"""
    take_free() {
      free=
      has df || return 0
      # The number before the percentage: names of devices may hold spaces.
      free=$(df -P -k "$1" 2>/dev/null </dev/null | {
        set -f
        read -r line
        read -r line
        available=
        for word in $line; do
          case $word in
            [0-9]*%) break ;;
          esac
          available=$word
        done
        echo "$available"
      })
      case $free in
        *[!0-9]* | ????????????????*) free= ;;
      esac
    }
    """#

  /// Computes SHA-256 digests with whatever program there is.
  ///
  /// OpenSSL first: with the processor's own instructions it takes a quarter of the time.
  static let digest = #"""
    sha=
    hash_with() {
      case $1 in
        openssl) openssl dgst -sha256 -r ;;
        sha256sum) sha256sum ;;
        shasum) shasum -a 256 ;;
        busybox) busybox sha256sum ;;
      esac 2>/dev/null
    }
    # Sets sum to the digest of standard input, empty when no program can tell it.
    take_sum() {
      sum=$(hash_with "$sha")
      sum=${sum%% *}
    }
    # Finds a program that tells the digest of a file, and sets sum to it.
    find_sha() {
      for sha in openssl sha256sum shasum busybox; do
        has "$sha" || continue
        take_sum <"$1"
        [ ${#sum} -ne 64 ] || return 0
      done
      return 1
    }
    """#

  /// Names the machine: homes are often one network file system for many of them.
  ///
  /// The system's own identity is confidential (machine-id(5)), so it is hashed together with a word
  /// of ours, as the worker does. Where there is none, a host name stands in: the identity of the
  /// running system changes with every start, and would leave results behind.
  static let machine = #"""
    name_machine() {
      identity=
      for file in "$root/etc/machine-id" "$root/var/lib/dbus/machine-id"; do
        [ -r "$file" ] || continue
        read -r identity <"$file"
        case $identity in
          *[!0-9a-fA-F]*) identity= ;;
        esac
        [ ${#identity} -ne 32 ] || break
        identity=
      done
      host=
      [ ! -r "$root/proc/sys/kernel/hostname" ] || read -r host <"$root/proc/sys/kernel/hostname"
      [ -n "$host" ] || host=$(uname -n 2>/dev/null)
      if [ -z "$identity" ]; then
        case $host in
          '' | localhost* | '(none)')
            file=$root/proc/sys/kernel/random/boot_id
            [ ! -r "$file" ] || read -r identity <"$file"
            ;;
          *) identity=$host ;;
        esac
      fi
      sum=$(printf '%s' "phasegrid machine $identity" | hash_with "$sha")
      sum=${sum%% *}
      rest=${host%%.*}
      host=
      while [ -n "$rest" ] && [ ${#host} -lt 48 ]; do
        first=${rest%"${rest#?}"}
        rest=${rest#?}
        case $first in
          [A-Za-z0-9-]) host=$host$first ;;
        esac
      done
      machine=${host:-node}-${sum%"${sum#????????????????}"}
    }
    """#

  /// Finds out whether the system kills what a session leaves behind: sets `kills` to yes or no.
  ///
  /// Only a session of logind can be killed by it; elsewhere nothing is asked and no time is spent.
  static let logind = #"""
    ask_logind() {
      kills=no
      session=
      [ -r "$root/proc/self/cgroup" ] || return 0
      while read -r line; do
        case $line in
          */session-*.scope*) session=yes ;;
        esac
      done <"$root/proc/self/cgroup"
      [ -n "$session" ] || return 0
      line=
      if has busctl; then
        line=$(busctl --timeout=2 get-property org.freedesktop.login1 /org/freedesktop/login1 \
          org.freedesktop.login1.Manager KillUserProcesses 2>/dev/null </dev/null)
      fi
      case $line in
        'b true') kills=yes; return 0 ;;
        'b false') return 0 ;;
      esac
      for file in "$root/usr/lib/systemd/logind.conf" "$root/etc/systemd/logind.conf" \
        "$root"/usr/lib/systemd/logind.conf.d/*.conf "$root"/run/systemd/logind.conf.d/*.conf \
        "$root"/etc/systemd/logind.conf.d/*.conf; do
        [ -r "$file" ] || continue
        while read -r line || [ -n "$line" ]; do
          case $line in
            KillUserProcesses*=*)
              line=${line#*=}
              case ${line# } in
                [yYtT1]* | on) kills=yes ;;
                *) kills=no ;;
              esac
              ;;
          esac
        done <"$file"
      done
      return 0
    }
    # Whether a process can leave the session: its user must linger, too.
    can_leave() {
      has systemd-run && has loginctl || return 1
      if ! loginctl enable-linger >/dev/null 2>&1 </dev/null; then
        line=$(loginctl show-user "$(id -un)" -p Linger 2>/dev/null </dev/null)
        [ "$line" = Linger=yes ] || return 1
      fi
      systemd-run --user --scope --quiet --collect true >/dev/null 2>&1 </dev/null
    }
    """#
}
