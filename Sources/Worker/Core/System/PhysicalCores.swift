/// How many physical cores this process may take without being in anybody's way.
enum PhysicalCores {
  /// The physical cores that are free now: those that this process may use, without those that the
  /// load of others keeps busy.
  /// - Parameter ownLoad: The part of the load average that is this worker's own.
  /// - Returns: At least 1.
  static func free(ownLoad: Double) -> UInt16 {
    let numbers =
      TextFile.read("/proc/self/status").flatMap(Machine.processorNumbers(inStatus:))
      ?? Array(0..<Int(Machine.processors))
    let cores = count(of: numbers) { number in
      TextFile.read("/sys/devices/system/cpu/cpu\(number)/topology/thread_siblings_list")
    }
    return free(
      cores: cores, quota: ProcessorQuota.processors,
      load: LoadAverage.current.map { max(0, $0 - ownLoad) } ?? 0)
  }

  /// How many of some cores are free.
  /// - Parameters:
  ///   - cores: The physical cores that may be used.
  ///   - quota: The processor time that is granted, in processors; `nil` for all there is.
  ///   - load: The load average of others.
  /// - Returns: At least 1.
  static func free(cores: Int, quota: Double?, load: Double) -> UInt16 {
    let granted = min(Double(cores), quota?.rounded(.down) ?? .infinity)
    let free = max(1, granted - max(0, load).rounded())
    return UInt16(min(free, Double(UInt16.max)))
  }

  /// Counts the physical cores of some logical processors.
  ///
  /// The processors of one core name the same siblings, whatever numbers package, die and core
  /// have; one that names none counts as a core.
  static func count(of processors: [Int], siblings: (Int) -> String?) -> Int {
    var seen: Set<String> = []
    var count = 0
    for processor in processors {
      let list = siblings(processor)?.filter { !$0.isWhitespace } ?? ""
      if list.isEmpty || seen.insert(list).inserted { count += 1 }
    }
    return count
  }
}
