import Foundation

/// A socket on which anybody in the network may call a process.
package struct ListeningSocket: Sendable, Hashable {
  /// The process that holds it.
  package let process: Int32
  /// `tcp`, `tcp6`, `udp` or `udp6`.
  package let family: String
  /// Its port.
  package let port: Int

  /// The sockets of some processes that wait for a connection, or take datagrams from anybody.
  package static func all(of processes: [Int32]) -> [ListeningSocket] {
    processes.flatMap { process -> [ListeningSocket] in
      let held = sockets(of: process)
      return ["tcp", "tcp6", "udp", "udp6"].flatMap { family in
        ports(of: process, family: family, among: held).map {
          ListeningSocket(process: process, family: family, port: $0)
        }
      }
    }
  }

  /// The numbers of the sockets that a process holds.
  private static func sockets(of process: Int32) -> Set<Substring> {
    let folder = "/proc/\(process)/fd"
    // A process that has ended holds nothing.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let targets = names.compactMap {
      // It may have closed the descriptor meanwhile.
      try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)")
    }
    return Set(
      targets.filter { $0.hasPrefix("socket:[") }.map { $0.dropFirst("socket:[".count).dropLast() })
  }

  private static func ports(
    of process: Int32, family: String, among held: Set<Substring>
  ) -> [Int] {
    let table = SystemFile.contents("/proc/\(process)/net/\(family)")
    // The system's words for a listening TCP socket and for one of UDP without a peer.
    let state = family.hasPrefix("tcp") ? "0A" : "07"
    let lines = String(decoding: table, as: UTF8.self).split(separator: "\n").dropFirst()
    return lines.compactMap { line in
      let fields = line.split(separator: " ")
      guard fields.count > 9, fields[3] == state, held.contains(fields[9]) else { return nil }
      return fields[1].split(separator: ":").last.flatMap { Int($0, radix: 16) }
    }
  }
}
