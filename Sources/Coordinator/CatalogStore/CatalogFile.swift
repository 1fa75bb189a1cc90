import Glibc
import Protocol

/// The file of a catalog as it can be judged before SQLite sees it.
///
/// A look at the first bytes tells a catalog from anything else without creating a file or a lock
/// beside it.
struct CatalogFile {
  /// What is at the path.
  enum Contents: Equatable {
    /// Nothing.
    case missing
    /// A file without a byte: a writer makes a catalog of it.
    case empty
    /// A catalog, as far as its header says.
    case catalog
  }

  /// Marks an SQLite file as a catalog: "PhGr" in ASCII, in the header's application id.
  static let applicationID: Int32 = 0x5068_4772

  /// The absolute path with symbolic links resolved, so that one catalog has one lock.
  let path: String

  /// Resolves a path as the user wrote it.
  init(path: String) {
    self.path = CatalogFile.resolve(path)
  }

  /// Looks at the file.
  /// - Throws: `catalog.not-a-file`, `catalog.unreadable`, `catalog.not-a-catalog`,
  ///   `catalog.damaged`.
  func inspect() throws(CatalogError) -> Contents {
    var status = stat()
    guard stat(path, &status) == 0 else {
      if errno == ENOENT { return .missing }
      throw unreadable(errno)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let kind = status.st_mode & S_IFMT == S_IFDIR ? "a directory" : "no regular file"
      throw CatalogError(
        .notAFile, "cannot open the catalog '\(path)': it is \(kind)",
        remedy: "Name a file with --catalog.")
    }
    if status.st_size == 0 { return .empty }
    let header = try readHeader()
    guard header.count == CatalogFile.headerByteCount, header.starts(with: CatalogFile.magic) else {
      throw CatalogError(
        .notACatalog, "cannot open the catalog '\(path)': it is no SQLite file",
        remedy: "Name a catalog, or a file that does not exist yet, with --catalog.")
    }
    guard number(in: header, at: 68) == UInt32(bitPattern: CatalogFile.applicationID) else {
      throw CatalogError(
        .notACatalog, "cannot open the catalog '\(path)': it is another program's SQLite file",
        remedy: "Name a catalog, or a file that does not exist yet, with --catalog.")
    }
    try checkLength(header: header, byteCount: Int(status.st_size))
    return .catalog
  }

  /// Whether this process may write the file and create others beside it.
  var isWritable: Bool {
    access(path, W_OK) == 0 && access(CatalogFile.directory(of: path), W_OK | X_OK) == 0
  }

  /// Whether a write-ahead log lies beside the file: a writer has it open, or was killed.
  var hasLog: Bool {
    access(path + "-wal", F_OK) == 0
  }

  /// Creates the file, readable by its owner alone, before SQLite would create it for everyone.
  /// - Throws: `catalog.not-writable`.
  func create() throws(CatalogError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw CatalogError(
        .notWritable, "cannot create the catalog '\(path)': \(describe(errno))",
        remedy: "Name a file in a directory that exists and that you may write to with --catalog.")
    }
    close(descriptor)
  }

  /// The path as a URI that SQLite opens with these parameters.
  func uri(_ parameters: String) -> String {
    var text = "file:"
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."),
        UInt8(ascii: "-"), UInt8(ascii: "_"):
        text.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        text += "%" + hexadecimal(of: [byte])
      }
    }
    return text + "?" + parameters
  }

  private static let headerByteCount = 100
  private static let magic = Array("SQLite format 3\u{0}".utf8)

  private func readHeader() throws(CatalogError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(errno) }
    defer { close(descriptor) }
    var header = [UInt8](repeating: 0, count: CatalogFile.headerByteCount)
    let count = read(descriptor, &header, header.count)
    guard count >= 0 else { throw unreadable(errno) }
    return Array(header.prefix(count))
  }

  /// A file that ends before the pages that its header counts was cut off.
  ///
  /// With a write-ahead log beside it the header may be ahead of the file, and SQLite knows better.
  private func checkLength(header: [UInt8], byteCount: Int) throws(CatalogError) {
    let written = Int(header[16]) << 8 | Int(header[17])
    let pageBytes = written == 1 ? 65_536 : written
    let isCounted = number(in: header, at: 24) == number(in: header, at: 92)
    let expected = Int(number(in: header, at: 28)) * pageBytes
    guard isCounted, !hasLog, byteCount < expected else { return }
    throw CatalogError(
      .damaged,
      "cannot open the catalog '\(path)': it ends after \(byteCount) of \(expected) bytes",
      remedy: CatalogError.damagedRemedy)
  }

  private func number(in header: [UInt8], at offset: Int) -> UInt32 {
    header[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }

  private func unreadable(_ code: Int32) -> CatalogError {
    CatalogError(
      .unreadable, "cannot read the catalog '\(path)': \(describe(code))",
      remedy: "Check the path and its permissions, or name another file with --catalog.")
  }

  private static func resolve(_ path: String) -> String {
    if let whole = canonical(path) { return whole }
    let name = path.split(separator: "/", omittingEmptySubsequences: true).last.map(String.init)
    guard let name, let directory = canonical(directory(of: path)) else {
      return path.hasPrefix("/") ? path : "./" + path
    }
    return directory == "/" ? "/" + name : directory + "/" + name
  }

  private static func canonical(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}

/// What the operating system calls an error number.
func describe(_ code: Int32) -> String {
  String(cString: strerror(code))
}

extension CatalogFile {
  /// Removes a file, if it is there.
  static func remove(_ path: String) {
    unlink(path)
  }

  /// Puts a file in the place of another.
  /// - Throws: `catalog.not-writable`.
  static func rename(_ path: String, to destination: String) throws(CatalogError) {
    guard Glibc.rename(path, destination) == 0 else {
      throw CatalogError(
        .notWritable, "cannot write '\(destination)': \(describe(errno))",
        remedy: "Give yourself write permission for that directory.")
    }
  }
}
