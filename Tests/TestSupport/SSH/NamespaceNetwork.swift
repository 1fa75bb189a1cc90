import Foundation

/// A bridge of this machine with a private range of addresses, and the links that lead from it
/// into other network namespaces.
struct NamespaceNetwork: Sendable {
  /// The bridge's name, with which the names of all links begin.
  let bridge: String
  /// The first three numbers of every address.
  let range: String

  /// Makes the bridge; name and addresses are drawn, so that laboratories live side by side.
  init() throws {
    let taken = try SystemCommand.run("ip", ["-4", "route", "show", "table", "all"])
    var range = ""
    repeat {
      range = "10.\(Int.random(in: 128...254)).\(Int.random(in: 0...254))."
    } while taken.contains(range)
    self.range = range
    bridge = "pg" + String(Int.random(in: 0x10000...0xfffff), radix: 16)
    try NamespaceNetwork.batch(
      """
      link add \(bridge) type bridge
      link set \(bridge) addrgenmode none
      address add \(range)254/24 dev \(bridge)
      link set \(bridge) up
      """)
  }

  /// The address of a node.
  func address(_ number: Int) -> String { "\(range)\(number)" }

  /// This machine's end of the kernel's own link to a node.
  func outerLink(_ number: Int) -> String { "\(bridge)v\(number)" }

  /// This machine's end of a wire to a node.
  func outerTap(_ number: Int) -> String { "\(bridge)t\(number)" }

  /// The node's end of a wire.
  func innerTap(_ number: Int) -> String { "\(bridge)i\(number)" }

  /// Links a namespace, named by a process in it, with the bridge.
  func connect(_ number: Int, to process: Int32) throws {
    let outer = outerLink(number)
    try NamespaceNetwork.batch(
      """
      link add \(outer) type veth peer name eth0 address \(hardware(number)) netns \(process)
      link set \(outer) addrgenmode none master \(bridge) up
      """)
    try inside(process, "link set lo up\nlink set eth0 addrgenmode none\n" + plug("eth0", number))
  }

  /// Takes the kernel's link to a node away, if there is one.
  func disconnect(_ number: Int) throws {
    guard FileManager.default.fileExists(atPath: "/sys/class/net/\(outerLink(number))") else {
      return
    }
    try NamespaceNetwork.batch("link delete \(outerLink(number))")
  }

  /// Puts a wire whose devices exist in the place of the kernel's link: with the same addresses
  /// inside, so that connections go on.
  func fitWire(_ number: Int, to process: Int32) throws {
    let inner = innerTap(number)
    try NamespaceNetwork.batch("link set \(inner) netns \(process)")
    try inside(
      process,
      """
      link set \(inner) addrgenmode none address \(hardware(number))
      link set eth0 down
      address flush dev eth0
      """)
    try NamespaceNetwork.batch(
      """
      link set \(outerLink(number)) nomaster
      link set \(outerTap(number)) addrgenmode none master \(bridge) up
      """)
    try inside(process, plug(inner, number))
  }

  /// Puts the kernel's link back when the wire is gone.
  func removeWire(_ number: Int, from process: Int32) throws {
    try NamespaceNetwork.batch("link set \(outerLink(number)) master \(bridge)")
    try inside(process, plug("eth0", number))
  }

  /// Switches this machine's ends of the links to a node on or off.
  func switchLinks(_ number: Int, on: Bool) throws {
    let links = [outerLink(number), outerTap(number)].filter {
      FileManager.default.fileExists(atPath: "/sys/class/net/\($0)")
    }
    try NamespaceNetwork.batch(
      links.map { "link set \($0) \(on ? "up" : "down")\n" }.joined())
  }

  /// Limits a link in both directions, or lifts the limit.
  func limit(_ number: Int, of process: Int32, wired: Bool, megabits: Double?) throws {
    let devices =
      wired ? (outerTap(number), innerTap(number)) : (outerLink(number), "eth0")
    let inside = ["--target", "\(process)", "--net", "tc"]
    if let megabits {
      let words = ["root", "tbf", "rate", "\(megabits)mbit", "burst", "32kb", "latency", "100ms"]
      try SystemCommand.run("tc", ["qdisc", "replace", "dev", devices.0] + words)
      try SystemCommand.run("nsenter", inside + ["qdisc", "replace", "dev", devices.1] + words)
    } else {
      try SystemCommand.run("tc", ["qdisc", "del", "dev", devices.0, "root"])
      try SystemCommand.run("nsenter", inside + ["qdisc", "del", "dev", devices.1, "root"])
    }
  }

  /// Removes the bridge and every link to it.
  func remove() throws {
    let devices = try FileManager.default.contentsOfDirectory(atPath: "/sys/class/net")
    // What the kernel takes away in between is no fault.
    try NamespaceNetwork.batch(
      devices.filter { $0.hasPrefix(bridge) }.map { "link delete \($0)\n" }.joined(),
      despiteFaults: true)
  }

  /// The address of a node's end, always the same: a cable may change, the node does not.
  private func hardware(_ number: Int) -> String {
    let bytes = range.split(separator: ".").compactMap { Int($0) } + [number]
    return "02:" + bytes.map { String(0x100 + $0, radix: 16).suffix(2) }.joined(separator: ":")
      + ":01"
  }

  private func plug(_ device: String, _ number: Int) -> String {
    """
    address replace \(address(number))/24 dev \(device)
    link set \(device) up
    route replace default via \(range)254
    """
  }

  private func inside(_ process: Int32, _ lines: String) throws {
    try SystemCommand.run(
      "nsenter", ["--target", "\(process)", "--net", "ip", "-batch", "-"], input: lines + "\n")
  }

  private static func batch(_ lines: String, despiteFaults: Bool = false) throws {
    guard despiteFaults else {
      try SystemCommand.run("ip", ["-batch", "-"], input: lines + "\n")
      return
    }
    _ = try RunningCommand(
      try SystemCommand.require("ip"), ["-force", "-batch", "-"], input: lines + "\n"
    ).waitedEnding()
  }
}
