import GRDB
package import Protocol

extension Catalog {
  /// What was kept of a trial beside its result.
  /// - Parameters:
  ///   - key: the trial.
  ///   - kinds: what kinds of things are wanted.
  ///   - request: what decides where there are several of one name: the thing that it asks for comes
  ///     before others, and of curves the one with the most points.
  /// - Returns: the things, one of each kind and name, ordered by these.
  /// - Throws: `catalog.damaged`, `catalog.input-output`, `catalog.busy`.
  package func keptThings(
    of key: TrialKey, kinds: Set<KeptThing.Kind> = Set(KeptThing.Kind.allCases),
    asked request: KeepRequest = .nothing
  ) async throws(CatalogError) -> [KeptThing] {
    let words = Set(request.words)
    return try await read("read what is kept of a trial") { database in
      var found: [(isAsked: Bool, thing: KeptThing)] = []
      for kind in KeptThing.Kind.allCases where kinds.contains(kind) {
        try database.each(
          """
          SELECT k.what, k.name, k.step, k.bytes FROM kept k JOIN trial t ON t.id = k.trial
          WHERE t.key = ? AND k.kind = ? ORDER BY k.name, length(k.bytes) DESC, k.what
          """, key.value, kind.rawValue.value
        ) { row in
          let thing = KeptThing(
            kind: kind, name: try row.decode(atIndex: 1),
            step: UInt64(clamping: try row.decode(Int64.self, atIndex: 2)), bytes: row.bytes(3))
          let isAsked = words.contains(try row.decode(String.self, atIndex: 0))
          if found.last?.thing.name == thing.name, found.last?.thing.kind == kind {
            guard isAsked, found.last?.isAsked == false else { return }
            found.removeLast()
          }
          found.append((isAsked, thing))
        }
      }
      return found.map(\.thing)
    }
  }

  /// The vectors and curves among the measures of a trial, by name.
  /// - Throws: `catalog.damaged`, `catalog.input-output`, `catalog.busy`.
  package func measuredCurves(of key: TrialKey) async throws(CatalogError) -> [MeasureValue] {
    try await read("read the curves of a trial") { database in
      guard
        let trial = try database.first(
          "SELECT id FROM trial WHERE key = ?", key.value,
          body: { TrialID(try $0.decode(atIndex: 0)) })
      else { return [] }
      return try database.measures(of: trial).filter { $0.values.count != 1 || !$0.steps.isEmpty }
    }
  }
}

extension KeptThings {
  /// The word of the wish that a thing fulfils.
  func word(of thing: KeptThing) -> String {
    switch thing.kind {
    case .parameters: "parameters \(thing.name)"
    case .matrix: "matrix \(thing.name)"
    case .curve: asked.first { $0.hasPrefix("curves ") } ?? "curves"
    }
  }
}

extension Database {
  /// Writes what was kept of a trial; what it has already stays.
  func insert(_ kept: KeptThings, of trial: TrialID) throws {
    for what in kept.asked {
      try run(
        "INSERT INTO keeping (trial, what) VALUES (?, ?) ON CONFLICT DO NOTHING", trial.value,
        what.value)
    }
    for thing in kept.things {
      try run(
        """
        INSERT INTO kept (trial, what, kind, name, step, bytes) VALUES (?, ?, ?, ?, ?, ?) \
        ON CONFLICT DO NOTHING
        """, trial.value, kept.word(of: thing).value, thing.kind.rawValue.value,
        thing.name.value, thing.step.value, thing.bytes.value)
    }
  }

  /// Whether all that is asked for was asked for when a trial was trained.
  func hasKept(_ words: [String], of trial: TrialID) throws -> Bool {
    try words.allSatisfy { what in
      try first(
        "SELECT 1 FROM keeping WHERE trial = ? AND what = ?", trial.value, what.value
      ) { _ in true } != nil
    }
  }

  /// Whether a sweep keeps anything: where it does not, nothing has to be looked for.
  func keepsAnything(_ sweep: SweepID) throws -> Bool {
    try first("SELECT 1 FROM sweep WHERE id = ? AND keep IS NOT NULL", sweep.value) { _ in true }
      != nil
  }
}

/// Conditions on a trial `t` that fills a cell by the link `l`.
enum KeptCondition {
  /// The trial has a result, and its training kept less than the sweep now asks for.
  static let isUnkept = """
    (t.outcome IN ('completed', 'diverged') AND EXISTS (
      SELECT 1 FROM sweep s, json_each(s.keep) w WHERE s.id = l.sweep AND NOT EXISTS (
        SELECT 1 FROM keeping k WHERE k.trial = t.id AND k.what = w.value)))
    """

  /// The trial is to be trained.
  /// - Parameter keeps: whether the sweep keeps anything.
  /// - Returns: the condition in SQL.
  static func isPending(_ keeps: Bool) -> String {
    keeps ? "(t.outcome IS NULL OR \(isUnkept))" : "t.outcome IS NULL"
  }
}
