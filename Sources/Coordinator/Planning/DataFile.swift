import Glibc
package import Protocol

/// A file of the user that trials read, as it was when a sweep was planned.
package struct DataFile: Hashable, Sendable {
  /// The path as the sweep file says it.
  package let name: String
  /// Where it is on this machine: a whole path.
  package let path: String
  /// The SHA-256 of its content, 64 hexadecimal digits: what trials know it by.
  package let digest: String
  /// Its size in bytes.
  package let byteCount: Int

  /// Puts together what is known of a file.
  package init(name: String, path: String, digest: String, byteCount: Int) {
    self.name = name
    self.path = path
    self.digest = digest
    self.byteCount = byteCount
  }

  /// Reads and digests a file.
  /// - Parameters:
  ///   - name: The path as the sweep file says it.
  ///   - folder: What a path that is not whole begins at: the folder of the sweep file.
  /// - Throws: `sweep.data-file` when it cannot be read, is no file or is too large.
  init(reading name: String, in folder: String) throws(SweepFileError) {
    func failure(_ problem: String) -> SweepFileError {
      SweepFileError(
        .dataFile, "the data file '\(name.prefix(200))' \(problem)",
        remedy: "Name a file that you may read, from the folder of the sweep file.")
    }
    let joined = name.hasPrefix("/") ? name : "\(folder)/\(name)"
    guard !name.utf8.contains(0), let real = realpath(joined, nil) else {
      throw failure("cannot be found: \(String(cString: strerror(errno)))")
    }
    path = String(cString: real)
    free(real)
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw failure("cannot be read: \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw failure("is no file")
    }
    guard status.st_size <= off_t(FileDigest.fileBytesMax) else {
      throw failure("has more than \(FileDigest.fileBytesMax) bytes")
    }
    var hash = SHA256()
    var total = 0
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure("cannot be read: \(String(cString: strerror(errno)))") }
      guard count > 0 else { break }
      hash.update(Array(buffer[..<count]))
      total += count
      guard total <= FileDigest.fileBytesMax else {
        throw failure("has more than \(FileDigest.fileBytesMax) bytes")
      }
    }
    self.name = name
    digest = hexadecimal(of: hash.finish())
    byteCount = total
  }

  /// Looks whether the file is still what it was.
  /// - Throws: `sweep.data-file` when it is not there any more or has another content.
  package func check() throws(SweepFileError) {
    let now = try DataFile(reading: path, in: "/")
    guard now.digest == digest else {
      throw SweepFileError(
        .dataFile,
        "the data file '\(path)' has changed: its SHA-256 is \(now.digest), and the sweep was planned"
          + " with \(digest)",
        remedy: "Put the old file back, or run the sweep file again: what the new one gives is"
          + " trained then.")
    }
  }

  /// The file as catalogs keep it.
  package var json: JSONValue {
    [
      "bytes": .integer(Int64(byteCount)), "name": .string(name), "path": .string(path),
      "sha256": .string(digest),
    ]
  }

  /// Reads what a catalog keeps.
  /// - Returns: `nil` for anything else.
  package init?(json: JSONValue) {
    guard let name = json["name"]?.string, let path = json["path"]?.string,
      let digest = json["sha256"]?.string, FileDigest.isOne(digest),
      let bytes = json["bytes"]?.integer.flatMap({ Int(exactly: $0) })
    else { return nil }
    self.init(name: name, path: path, digest: digest, byteCount: bytes)
  }
}

extension SweepFile {
  /// The most files of one sweep.
  package static let dataFileCountMax = 256

  /// Reads and digests the files that the sweep names.
  /// - Parameter study: The study, which says what of its parameters are files.
  /// - Returns: Every file once, in the order of their names.
  /// - Throws: `sweep.data-file` with the line.
  package func dataFiles(of study: StudyDescription) throws(SweepFileError) -> [DataFile] {
    let parameters = Set(study.parameters.filter { $0.type == .file }.map(\.name))
    var lines: [String: (line: Int, key: String)] = [:]
    for (name, node) in namedValues where parameters.contains(name) {
      guard case .scalar(let text, _) = node.content, !text.isEmpty, !node.isNothing else {
        continue
      }
      lines[text] = lines[text] ?? (node.line, name)
    }
    guard lines.count <= SweepFile.dataFileCountMax else {
      throw SweepFileError(
        .dataFile, path: path,
        "the sweep names \(lines.count) data files; it may name \(SweepFile.dataFileCountMax)",
        remedy: "Divide it into several sweeps.")
    }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    let folder = parts.isEmpty ? "." : parts.joined(separator: "/")
    var files: [DataFile] = []
    for (name, place) in lines.sorted(by: { $0.key < $1.key }) {
      do throws(SweepFileError) {
        files.append(try DataFile(reading: name, in: folder.isEmpty ? "/" : folder))
      } catch {
        throw SweepFileError(
          error.kind, path: path, line: place.line, key: place.key, error.problem,
          remedy: error.remedy)
      }
    }
    return files
  }

  /// Every value that the file gives a parameter, with the parameter's name.
  private var namedValues: [(name: String, node: SourceNode)] {
    grids.joined().flatMap { parameter in parameter.nodes.map { (parameter.name, $0) } }
      + zips.flatMap(\.axes).flatMap { axis in axis.nodes.map { (axis.name, $0) } }
      + settings.flatMap(\.assignments).map { ($0.name, $0.node) }
  }

  /// The same sweep with the SHA-256 of files in the place of their paths.
  func naming(_ files: [DataFile], of study: StudyDescription) -> SweepFile {
    let parameters = Set(study.parameters.filter { $0.type == .file }.map(\.name))
    guard !parameters.isEmpty, !files.isEmpty else { return self }
    let digests = Dictionary(files.map { ($0.name, $0.digest) }) { first, _ in first }
    func named(_ name: String, _ node: SourceNode) -> SourceNode {
      guard parameters.contains(name), case .scalar(let text, _) = node.content,
        let digest = digests[text]
      else { return node }
      return SourceNode(.scalar(digest, isQuoted: true), line: node.line)
    }
    var file = self
    file.grids = grids.map {
      $0.map { parameter in parameter.mapping { named(parameter.name, $0) } }
    }
    file.zips = zips.map { zip in zip.mapping(named) }
    file.settings = settings.map { setting in
      SettingDeclaration(
        condition: setting.condition,
        assignments: setting.assignments.map {
          .init(name: $0.name, line: $0.line, node: named($0.name, $0.node))
        })
    }
    file.diagrams = diagrams.map { diagram in
      var diagram = diagram
      diagram.fixed = diagram.fixed.map {
        SourceNode.Entry(key: $0.key, line: $0.line, value: named($0.key, $0.value))
      }
      return diagram
    }
    return file
  }
}
