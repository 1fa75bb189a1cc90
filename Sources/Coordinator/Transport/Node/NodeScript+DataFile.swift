extension NodeScript {
  /// The script that takes a file of the user and puts it in its place, `files/SHA-256`.
  ///
  /// Answers `done` at once when the file is there already, else `send`; then it reads the file from
  /// standard input to its end, and answers `done`. Files that no sweep has used for a month go.
  /// - Parameters:
  ///   - workDirectory: The node's work directory; `nil` for `~/.cache/phasegrid`.
  ///   - digest: The file's SHA-256, 64 hexadecimal digits.
  ///   - byteCount: The file's size, in bytes.
  /// - Returns: The script.
  package static func dataFile(
    workDirectory: String?, digest: String, byteCount: Int
  ) -> NodeScript {
    let neededKiB = (byteCount + spareBytes + 1023) / 1024
    return NodeScript(
      values: [
        ("digest", ShellQuoting.quote(digest)), ("size", "\(byteCount)"), ("need", "\(neededKiB)"),
      ],
      parts: [
        beginning, workDirectoryCheck, freeSpace, self.digest, Self.workDirectory(workDirectory),
        filePreparation, reception, filePlacing,
      ])
  }

  private static let filePreparation = #"""
    for tool in cat mkdir mv rm; do
      has "$tool" || fail tool "$tool"
    done
    find_sha /dev/null || fail tool sha256sum
    if ! check_work; then
      words=$(mkdir -p "$work" 2>&1) || fail_writing "$words"
      check_work || fail work-directory "$work cannot be made"
    fi
    place=$work/files
    [ -d "$place" ] || words=$(mkdir "$place" 2>&1) || [ -d "$place" ] || fail_writing "$words"
    [ -O "$place" ] || fail work-directory "$place belongs to somebody else"
    file=$place/$digest
    # Sets sum to the digest of the file in place.
    look() {
      sum=
      if [ -f "$file" ] && [ -r "$file" ]; then
        take_sum <"$file"
      fi
    }
    look
    if [ "$sum" = "$digest" ]; then
      # What is used stays.
      ! has touch || touch -c "$file" 2>/dev/null
      say "done" present
      exit 0
    fi
    if has find; then
      find "$place" -name 'upload.*' -type f -mmin +60 -exec rm -f '{}' ';' 2>/dev/null </dev/null
      find "$place" -type f -mtime +30 -exec rm -f '{}' ';' 2>/dev/null </dev/null
    fi
    free=
    take_free "$place"
    # Some shells count no further than 32 bits.
    [ -z "$free" ] || [ ${#free} -gt 9 ] || [ "$free" -ge "$need" ] \
      || fail disk-full "$work has $free KiB free, $need KiB are needed"
    """#

  private static let filePlacing = #"""
    [ ! -d "$file" ] || fail work-directory "$file is a directory"
    words=$(mv -f "$upload" "$file" 2>&1) || fail_writing "$words"
    upload=
    say "done" sent
    """#
}
