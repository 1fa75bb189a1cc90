import Glibc

/// How paths of a cluster file become absolute ones of this machine.
package struct ClusterPaths: Sendable {
  /// What `~` is.
  private let home: String?
  /// The folder of the cluster file; `nil` where nobody knows it.
  private let folder: String?

  init(clusterFile path: String, home: String?, currentDirectory: String?) {
    self.home = home.flatMap { $0.hasPrefix("/") ? $0 : nil }
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    let parent = slash.map { String(path[..<$0]) }
    if path.hasPrefix("/") {
      folder = parent
    } else {
      folder = currentDirectory.map { directory in
        parent.map { ClusterPaths.joined(directory, $0) } ?? directory
      }
    }
  }

  /// The home directory as the environment says; `nil` when it says nothing.
  package static var environmentHome: String? { getenv("HOME").map { String(cString: $0) } }

  /// The directory that the process works in; `nil` when that is gone.
  package static var processDirectory: String? {
    guard let bytes = getcwd(nil, 0) else { return nil }
    defer { free(bytes) }
    return String(cString: bytes)
  }

  /// The file that a value names.
  func absolute(
    _ text: String, key: String, line: Int
  ) throws(ClusterFileError) -> String {
    func fault(_ problem: String, _ remedy: String) -> ClusterFileError {
      ClusterFileError(.path, line: line, key: key, "'\(key)' \(problem)", remedy: remedy)
    }
    let shown = SourceNode.visible(String(text.prefix(100)))
    guard ClusterText.isPath(text) else {
      throw fault(
        "wants the path of a file without control characters and of at most "
          + "\(ClusterText.pathBytesMax) bytes, not '\(shown)'", "Correct the path.")
    }
    let path: String
    if text.hasPrefix("/") {
      path = text
    } else if text.hasPrefix("~/") {
      guard let home else {
        throw fault(
          "begins with '~/', and no home directory is known here",
          "Set HOME to your home directory, or write the whole path.")
      }
      path = ClusterPaths.joined(home, String(text.dropFirst(2)))
    } else if text.hasPrefix("~") {
      throw fault(
        "wants a path of your own, not '\(shown)'",
        "Write the whole path, or '~/' for your own home directory.")
    } else {
      guard let folder else {
        throw fault(
          "is a relative path, and the folder of the cluster file is not known",
          "Write the whole path.")
      }
      path = ClusterPaths.joined(folder, text)
    }
    guard ClusterText.isPath(path) else {
      throw fault("becomes too long a path: '\(shown)'", "Write a shorter path.")
    }
    return path
  }

  private static func joined(_ directory: String, _ path: String) -> String {
    directory.hasSuffix("/") ? directory + path : directory + "/" + path
  }
}
