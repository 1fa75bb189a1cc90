/// The processor time that the control groups of this process grant it.
enum ProcessorQuota {
  /// The least that any group above this process grants, in processors; `nil` for no bound.
  static var processors: Double? {
    guard let groups = TextFile.read("/proc/self/cgroup") else { return nil }
    return files(inGroups: groups).compactMap { file in
      switch file {
      case .maximum(let path):
        TextFile.read(path).flatMap(processors(inMaximum:))
      case .quota(let quota, let period):
        processors(quota: TextFile.read(quota) ?? "", period: TextFile.read(period) ?? "")
      }
    }.min()
  }

  /// Where a bound may stand.
  enum File: Hashable {
    /// Quota and period in one file, of the second version of control groups.
    case maximum(String)
    /// A file each, of the first version.
    case quota(String, period: String)
  }

  /// The files that bound a process, for its own group and every one above it.
  ///
  /// Inside a container the path may be the one outside of it; then the files are at the root.
  /// - Parameter text: `/proc/self/cgroup`: lines of number, controllers and path.
  /// - Returns: The process's own group first.
  static func files(inGroups text: String) -> [File] {
    var files: [File] = []
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let controllers = parts[1].split(separator: ",")
      var names = parts[2].split(separator: "/")
      while true {
        let path = names.map { "/\($0)" }.joined()
        if parts[0] == "0", parts[1].isEmpty {
          files += ["", "/unified"].map { .maximum("/sys/fs/cgroup\($0)\(path)/cpu.max") }
        } else if controllers.contains("cpu") {
          let folder = "/sys/fs/cgroup/\(parts[1])\(path)"
          files.append(
            .quota("\(folder)/cpu.cfs_quota_us", period: "\(folder)/cpu.cfs_period_us"))
        }
        if names.popLast() == nil { break }
      }
    }
    return files
  }

  /// Reads `cpu.max`: a quota or `max`, and a period, both in microseconds.
  static func processors(inMaximum text: String) -> Double? {
    let words = text.split { $0.isWhitespace }
    guard words.count == 2 else { return nil }
    return processors(quota: String(words[0]), period: String(words[1]))
  }

  /// The processors that a quota of a period is; `nil` for `max`, -1 and what is no number.
  static func processors(quota: String, period: String) -> Double? {
    guard let quota = quota.split(whereSeparator: \.isWhitespace).first.flatMap({ Double($0) }),
      let period = period.split(whereSeparator: \.isWhitespace).first.flatMap({ Double($0) }),
      quota.isFinite, period.isFinite, quota > 0, period > 0
    else { return nil }
    return quota / period
  }
}
