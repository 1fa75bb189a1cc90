/// What became of the contents of one catalog when another took them over.
package struct UnionCounts: Hashable, Sendable {
  /// Sweeps that the other had not.
  package var sweeps = 0
  /// Sweeps of a name that the other has for another grid; their results count below, their grids
  /// were left.
  package var otherGrids: [String] = []
  /// Results of trials that had none.
  package var added = 0
  /// Results that the other has too, to the bit.
  package var agreed = 0
  /// Results that differ from those that the other has, which stay: determinism faults.
  package var contradicted = 0
  /// Trials whose key is not the digest of what is said of them: they were left.
  package var misnamed = 0

  /// Counts nothing.
  package init() {}

  /// Results that were looked at.
  package var results: Int { added + agreed + contradicted }
  /// Whether the other has anything now that it had not.
  package var hasChanged: Bool { sweeps > 0 || added > 0 }
}
