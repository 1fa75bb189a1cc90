package import Protocol

extension Catalog {
  /// Writes what this catalog holds into a new one.
  ///
  /// The file appears under its name when it is whole.
  /// - Parameters:
  ///   - path: the new file.
  ///   - sweeps: the sweeps to write, with their trials; `nil` for everything.
  ///   - wanted: the trials whose results are written; `nil` for all.
  ///   - time: now, in microseconds since 1970.
  ///   - progress: told from time to time what has been done so far.
  /// - Returns: what was written.
  /// - Throws: `catalog.occupied` when there is something at the path, and the errors of every
  ///   change and look.
  package func export(
    to path: String, sweeps: [SweepRecord]? = nil, wanted: Set<TrialKey>? = nil,
    atMicroseconds time: Int64, progress: @escaping @Sendable (UnionCounts) -> Void = { _ in }
  ) async throws(CatalogError) -> UnionCounts {
    let file = CatalogFile(path: path)
    guard try file.inspect() == .missing else {
      throw CatalogError(
        .occupied, "cannot write the catalog '\(file.path)': there is a file of this name",
        remedy: "Give another name, or remove the file.")
    }
    let unfinished = file.path + ".unfinished"
    CatalogFile.remove(unfinished)
    let target = try await Catalog.open(path: unfinished, access: .writer)
    let counts: UnionCounts
    do throws(CatalogError) {
      counts = try await target.takeOver(
        from: self, sweeps: sweeps, wanted: wanted, atMicroseconds: time, progress: progress)
    } catch {
      await target.close()
      CatalogFile.remove(unfinished)
      CatalogFile.remove(unfinished + ".lock")
      throw error
    }
    await target.close()
    CatalogFile.remove(unfinished + ".lock")
    try CatalogFile.rename(unfinished, to: file.path)
    return counts
  }
}
