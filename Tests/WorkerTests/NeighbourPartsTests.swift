import Testing

@testable import WorkerCore

/// How a worker learns what of the machine is free, from the texts of the system.
@Suite struct NeighbourPartsTests {
  /// A machine's processors as the system describes them, and how many cores they are.
  struct Machinery: CustomTestStringConvertible {
    var testDescription: String
    var allowed: [Int]
    var siblings: [Int: String]
    var cores: Int
  }

  @Test(arguments: [
    Machinery(
      testDescription: "two threads a core", allowed: [0, 1, 2, 3],
      siblings: [0: "0,2\n", 1: "1,3\n", 2: "0,2\n", 3: "1,3\n"], cores: 2),
    Machinery(
      testDescription: "one thread of each core", allowed: [0, 1],
      siblings: [0: "0,2\n", 1: "1,3\n"], cores: 2),
    Machinery(
      testDescription: "both threads of one core", allowed: [1, 3],
      siblings: [1: "1,3\n", 3: "1,3\n"], cores: 1),
    Machinery(
      testDescription: "some cores with two threads and some with one", allowed: Array(0..<6),
      siblings: [0: "0-1", 1: "0-1", 2: "2-3", 3: "2-3", 4: "4", 5: "5"], cores: 4),
    Machinery(
      testDescription: "a system that says nothing", allowed: [0, 1, 2], siblings: [:], cores: 3),
    Machinery(
      testDescription: "a system that says nothing of one", allowed: [0, 1, 2],
      siblings: [0: "0-1", 1: "0-1", 2: "\n"], cores: 2),
  ])
  func `physical cores are counted and not their threads`(machinery: Machinery) {
    let count = PhysicalCores.count(of: machinery.allowed) { machinery.siblings[$0] }
    #expect(count == machinery.cores)
  }

  @Test func `the processors of a status are listed`() {
    let status = "Name:\tx\nCpus_allowed_list:\t0-2,8\nThreads:\t1\n"
    #expect(Machine.processorNumbers(inStatus: status) == [0, 1, 2, 8])
    #expect(Machine.processorNumbers(inStatus: "Cpus_allowed_list:\t0-9999999999\n") == nil)
  }

  /// What is granted, how busy others are, and how many cores are free.
  struct Sharing: CustomTestStringConvertible {
    var cores: Int
    var quota: Double?
    var load: Double
    var free: UInt16
    var testDescription: String { "\(cores) cores, \(quota ?? .infinity) granted, load \(load)" }
  }

  @Test(arguments: [
    Sharing(cores: 8, quota: nil, load: 0, free: 8),
    Sharing(cores: 8, quota: nil, load: 2.4, free: 6),
    Sharing(cores: 8, quota: nil, load: 2.5, free: 5),
    Sharing(cores: 8, quota: nil, load: 7.9, free: 1),
    Sharing(cores: 8, quota: nil, load: 1e300, free: 1),
    Sharing(cores: 8, quota: 2.9, load: 0, free: 2),
    Sharing(cores: 8, quota: 0.5, load: 0, free: 1),
    Sharing(cores: 8, quota: 64, load: 1, free: 7),
    Sharing(cores: 8, quota: 1e300, load: -3, free: 8),
    Sharing(cores: 0, quota: nil, load: 0, free: 1),
    Sharing(cores: 1_000_000, quota: nil, load: 0, free: .max),
  ])
  func `what others use and what is not granted is not free`(sharing: Sharing) {
    let free = PhysicalCores.free(cores: sharing.cores, quota: sharing.quota, load: sharing.load)
    #expect(free == sharing.free)
  }

  @Test(
    arguments: [
      ("max 100000\n", nil), ("200000 100000\n", 2), ("50000 100000", 0.5), ("", nil),
      ("0 100000", nil), ("200000 0", nil), ("nan 1", nil), ("1 2 3", nil),
    ] as [(String, Double?)])
  func `a bound of the second version is read`(text: String, processors: Double?) {
    #expect(ProcessorQuota.processors(inMaximum: text) == processors)
  }

  @Test(
    arguments: [
      ("-1\n", "100000\n", nil), ("150000\n", "100000\n", 1.5), ("", "", nil), ("1", "", nil),
    ] as [(String, String, Double?)])
  func `a bound of the first version is read`(quota: String, period: String, processors: Double?) {
    #expect(ProcessorQuota.processors(quota: quota, period: period) == processors)
  }

  @Test func `every group above a process may bound it`() {
    let files = ProcessorQuota.files(inGroups: "0::/user.slice/a b.scope\n")
    #expect(
      files
        == ["/user.slice/a b.scope", "/user.slice", ""].flatMap { path in
          ["", "/unified"].map { .maximum("/sys/fs/cgroup\($0)\(path)/cpu.max") }
        })
  }

  @Test func `of the groups of the first version, the one of processor time counts`() {
    let groups = "12:cpuset:/x\n4:cpu,cpuacct:/docker/7\n1:name=systemd:/y:z\nrubbish\n"
    let folders = ["/docker/7", "/docker", ""].map { "/sys/fs/cgroup/cpu,cpuacct\($0)" }
    #expect(
      ProcessorQuota.files(inGroups: groups)
        == folders.map { .quota("\($0)/cpu.cfs_quota_us", period: "\($0)/cpu.cfs_period_us") })
  }

  @Test(
    arguments: [
      ("0.42 0.31 0.20 1/123 4567\n", 0.42), ("12\n", 12), ("", nil), ("high 1 2", nil),
      ("nan 0 0", nil), ("-1 0 0", nil),
    ] as [(String, Double?)])
  func `the load of the last minute is read`(text: String, load: Double?) {
    #expect(LoadAverage.minute(in: text) == load)
  }

  @Test func `our own load follows our slots as the system's does`() {
    var load = OwnLoad(seconds: 1000)
    load.advance(to: 1060, running: 4)
    #expect(abs(load.value - 4 * 0.632_120_558_8) < 1e-9)
    load.advance(to: 1500, running: 4)
    #expect(load.value > 3.99 && load.value < 4)
    let before = load.value
    load.advance(to: 1400, running: 9)
    #expect(load.value == before)
    load.advance(to: 1620, running: 0)
    #expect(abs(load.value - before * 0.135_335_283_2) < 1e-9)
  }

  @Test func `the steps in which time passes do not change our own load`() {
    var (whole, parts) = (OwnLoad(seconds: 0), OwnLoad(seconds: 0))
    whole.advance(to: 90, running: 3)
    for second in 1...90 { parts.advance(to: Double(second), running: 3) }
    #expect(abs(whole.value - parts.value) < 1e-12)
  }

  @Test func `a gate tells when it shuts and when it opens, and only then`() {
    var gate = LoadGate(limit: 4)
    #expect(!gate.isShut && gate.lookAt < 0)
    #expect(gate.look(at: 10, load: 4) == nil)
    #expect(!gate.isShut && gate.lookAt == 10 + LoadGate.lookSeconds)
    #expect(gate.look(at: 20, load: 4.256)?.contains("4.26") == true)
    #expect(gate.isShut)
    #expect(gate.look(at: 30, load: 9) == nil)
    #expect(gate.look(at: 40, load: 3.9)?.contains("again") == true)
    #expect(!gate.isShut)
  }

  @Test func `a load that nobody knows holds nothing up`() {
    var gate = LoadGate(limit: 0.5)
    _ = gate.look(at: 0, load: 1)
    #expect(gate.isShut)
    #expect(gate.look(at: 5, load: nil)?.contains("unknown") == true)
    #expect(!gate.isShut)
  }
}
