import Protocol

/// Puts trials into shards: what they share is written once, and none grows beyond its bound.
enum ShardBuilder {
  /// A trial with the number of the attempt that it is handed out under.
  struct Entry: Sendable {
    var key: TrialKey
    var attempt: AttemptNumber
    var specification: TrialSpecification
  }

  /// The shards of these trials, in their order.
  static func shards(
    of entries: [Entry], limits: TrialLimits, keep: KeepRequest = .nothing
  ) -> [Shard] {
    var shards: [Shard] = []
    var rest = entries[...]
    while let first = rest.first {
      let kin = rest.prefix {
        $0.specification.study == first.specification.study
          && $0.specification.revision == first.specification.revision
          && $0.specification.numerics == first.specification.numerics
      }
      var part = kin.prefix(Limits.trialsPerListMax)
      var shard = shard(of: part, limits: limits, keep: keep)
      // Trials with many differing parameters are large: halve until they fit.
      while part.count > 1, estimatedBytes(shard) > Limits.shardBytesTarget {
        part = part.prefix(part.count / 2)
        shard = self.shard(of: part, limits: limits, keep: keep)
      }
      shards.append(shard)
      rest = rest.dropFirst(part.count)
    }
    return shards
  }

  private static func shard(
    of entries: ArraySlice<Entry>, limits: TrialLimits, keep: KeepRequest
  ) -> Shard {
    guard let first = entries.first else { preconditionFailure("a shard holds a trial") }
    var shared = first.specification.parameters
    for entry in entries {
      for (name, value) in shared where entry.specification.parameters[name] != value {
        shared[name] = nil
      }
    }
    return Shard(
      study: first.specification.study, revision: first.specification.revision,
      numerics: first.specification.numerics, limits: limits, keep: keep,
      shared: shared,
      entries: entries.map { entry in
        Shard.Entry(
          key: entry.key, attempt: entry.attempt, replicate: entry.specification.replicate,
          parameters: entry.specification.parameters.filter { shared[$0.key] == nil },
          seeds: entry.specification.seeds)
      })
  }

  private static func estimatedBytes(_ shard: Shard) -> Int {
    shard.entries.reduce(0) { sum, entry in
      entry.parameters.reduce(sum + 60 + 24 * entry.seeds.count) {
        $0 + 24 + $1.key.utf8.count + $1.value.canonicalText.utf8.count
      }
    }
  }
}
