import GRDB
package import Planning
package import Protocol

/// A node as the catalog remembers it.
package struct NodeRecord: Hashable, Sendable {
  /// What the cluster file calls it.
  package var name: NodeName
  /// The machine's own identity.
  package var machine: String
  /// The worker's release.
  package var release: String
  /// The logical processors that the worker may use.
  package var processors: UInt16
  /// The trials that its worker trains at once; 0 when nobody knows.
  package var slots: UInt16
  /// Its entry in the cluster that it was last used in; `nil` when nobody knows.
  package var definition: ClusterNode?
  /// What is believed of it, in a word: `attached`, `silent`, `lost`, `released` ...
  package var state: String
  /// The spool that its records come from.
  package var spool: UniqueID?
  /// The last record of that spool that the catalog holds; 0 for none.
  package var committedSequence: UInt64
  /// When it was last heard of, in microseconds since 1970.
  package var lastSeenMicroseconds: Int64?

  /// Puts a node together.
  package init(
    name: NodeName, machine: String = "", release: String = "", processors: UInt16 = 0,
    slots: UInt16 = 0, definition: ClusterNode? = nil, state: String = "", spool: UniqueID? = nil,
    committedSequence: UInt64 = 0,
    lastSeenMicroseconds: Int64? = nil
  ) {
    self.name = name
    self.machine = machine
    self.release = release
    self.processors = processors
    self.slots = slots
    self.definition = definition
    self.state = state
    self.spool = spool
    self.committedSequence = committedSequence
    self.lastSeenMicroseconds = lastSeenMicroseconds
  }
}

/// What a node holds and has done.
package struct NodeActivity: Hashable, Sendable {
  /// The node.
  package var node: NodeName
  /// Attempts that it holds and has not begun, as far as the catalog knows.
  package var assigned = 0
  /// Attempts that its slots train.
  package var running = 0
  /// Attempts that gave a result since the time asked for.
  package var answered = 0
  /// Attempts that failed since then.
  package var failed = 0
}

extension Catalog {
  /// Writes down what is known of a node.
  ///
  /// What has been committed of its spool stays as it is, because
  /// ``record(_:setAside:atMicroseconds:)`` alone moves it; only another spool begins from 0. What
  /// is not said of its spool, its slots, its definition or when it was heard of stays too.
  /// - Throws: `catalog.full`, `catalog.input-output`, `catalog.busy`, `catalog.damaged`.
  package func upsert(_ node: NodeRecord) async throws(CatalogError) {
    try await write("write the node '\(node.name)' down") { database in
      try database.run(
        """
        INSERT INTO node (name, machine, release, processors, state, spool, \
        last_seen_microseconds, slots, definition) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        ON CONFLICT (name) DO UPDATE SET machine = ?2, release = ?3, processors = ?4, state = ?5, \
        committed_sequence = \
        CASE WHEN ?6 IS NULL OR spool IS ?6 THEN committed_sequence ELSE 0 END, \
        spool = coalesce(?6, spool), \
        last_seen_microseconds = coalesce(?7, last_seen_microseconds), \
        slots = CASE ?8 WHEN 0 THEN slots ELSE ?8 END, \
        definition = coalesce(?9, definition)
        """, node.name.value, node.machine.value, node.release.value, node.processors.value,
        node.state.value, node.spool?.value ?? .null, node.lastSeenMicroseconds.value,
        node.slots.value, (node.definition?.json.text).value)
    }
  }

  /// Every node that the catalog has met, by name.
  /// - Throws: `catalog.damaged`, `catalog.input-output`, `catalog.busy`.
  package func nodes() async throws(CatalogError) -> [NodeRecord] {
    try await read("list the nodes") { database in
      var nodes: [NodeRecord] = []
      try database.each("SELECT \(NodeRecord.columns) FROM node ORDER BY name") {
        nodes.append(try NodeRecord(row: $0))
      }
      return nodes
    }
  }

  /// The nodes that hold trials of a sweep, assigned or running, as far as the catalog knows.
  /// - Returns: the nodes by name, whether or not the sweep's cluster still has them.
  /// - Throws: `catalog.damaged`, `catalog.input-output`, `catalog.busy`.
  package func nodesHoldingTrials(
    of sweep: SweepID
  ) async throws(CatalogError) -> [NodeRecord] {
    try await read("look for the nodes that hold trials") { database in
      var nodes: [NodeRecord] = []
      try database.each(NodeRecord.holdersQuery, sweep.value) {
        nodes.append(try NodeRecord(row: $0))
      }
      return nodes
    }
  }

  /// What each node holds, and what it has done lately; nodes without either are left out.
  /// - Parameter time: since when answers count, in microseconds since 1970 by the coordinator's
  ///   clock.
  /// - Returns: one element a node, by name.
  /// - Throws: `catalog.damaged`, `catalog.input-output`, `catalog.busy`.
  package func activity(
    sinceMicroseconds time: Int64
  ) async throws(CatalogError) -> [NodeActivity] {
    try await read("look at the nodes") { database in
      var activities: [NodeActivity] = []
      try database.each(
        """
        SELECT node, count(*) FILTER (WHERE state = 'assigned'),
          count(*) FILTER (WHERE state = 'running'),
          count(*) FILTER (WHERE state IN ('completed', 'diverged', 'repeat')),
          count(*) FILTER (WHERE state = 'failed')
        FROM attempt
        WHERE state IN ('assigned', 'running')
          OR (closed_microseconds >= ? AND state NOT IN ('lost', 'returned'))
        GROUP BY node ORDER BY node
        """, time.value
      ) { row in
        activities.append(
          NodeActivity(
            node: NodeName(try row.decode(atIndex: 0)), assigned: try row.decode(atIndex: 1),
            running: try row.decode(atIndex: 2), answered: try row.decode(atIndex: 3),
            failed: try row.decode(atIndex: 4)))
      }
      return activities
    }
  }
}

extension NodeRecord {
  /// The columns that ``init(row:)`` reads.
  fileprivate static let columns = """
    name, machine, release, processors, state, spool, committed_sequence, \
    last_seen_microseconds, slots, definition
    """

  /// Each trial of the sweep is looked up among the open attempts, through an index that SQLite
  /// makes for them; in the other order every open attempt would search the whole sweep.
  fileprivate static let holdersQuery = """
    WITH held (node, trial) AS MATERIALIZED (
      SELECT node, trial FROM attempt INDEXED BY attempt_open
      WHERE state IN ('assigned', 'running')
    )
    SELECT \(columns) FROM node WHERE name IN (
      SELECT h.node FROM cell_trial l CROSS JOIN held h ON h.trial = l.trial
      WHERE l.sweep = ? AND l.is_shared = 0
    ) ORDER BY name
    """

  fileprivate init(row: Row) throws {
    let sequence: Int64 = try row.decode(atIndex: 6)
    self.init(
      name: NodeName(try row.decode(atIndex: 0)), machine: try row.decode(atIndex: 1),
      release: try row.decode(atIndex: 2),
      processors: UInt16(clamping: try row.decode(Int64.self, atIndex: 3)),
      slots: UInt16(clamping: try row.decode(Int64.self, atIndex: 8)),
      definition: try row.decode(String?.self, atIndex: 9).map(ClusterCoding.node),
      state: try row.decode(atIndex: 4), spool: UniqueID(bytes: row.bytes(5)),
      committedSequence: UInt64(clamping: sequence),
      lastSeenMicroseconds: try row.decode(atIndex: 7))
  }
}
