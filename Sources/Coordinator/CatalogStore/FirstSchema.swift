extension Migration {
  /// The schema of version 1, described column by column in docs/CATALOG.md.
  ///
  /// `measure.number` has no declared type on purpose: a REAL column would store -0.0 as 0.0, and
  /// results are compared bit by bit. The index on outcomes is a copy of the three columns that
  /// counting needs, because the rows of trials are long. The checks are chains of OR because
  /// SQLite builds a table of its own for IN with more than two values, at every change of a row.
  static let firstSchema = """
    CREATE TABLE catalog (
      id BLOB NOT NULL CHECK (length(id) = 16),
      created_microseconds INTEGER NOT NULL
    );

    CREATE TABLE node (
      name TEXT NOT NULL PRIMARY KEY,
      machine TEXT NOT NULL DEFAULT '',
      spool BLOB CHECK (length(spool) = 16),
      committed_sequence INTEGER NOT NULL DEFAULT 0,
      release TEXT NOT NULL DEFAULT '',
      processors INTEGER NOT NULL DEFAULT 0,
      state TEXT NOT NULL DEFAULT '',
      last_seen_microseconds INTEGER
    ) WITHOUT ROWID;

    CREATE TABLE sweep (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      study TEXT NOT NULL,
      revision INTEGER NOT NULL,
      numerics TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state = 'open' OR state = 'paused'
        OR state = 'cancelled'),
      memory_limit_bytes INTEGER,
      time_limit_seconds REAL,
      created_microseconds INTEGER NOT NULL,
      updated_microseconds INTEGER NOT NULL,
      axes TEXT NOT NULL,
      measures TEXT NOT NULL,
      replicates TEXT NOT NULL,
      file TEXT NOT NULL,
      study_description TEXT NOT NULL
    );

    CREATE TABLE cell (
      sweep INTEGER NOT NULL REFERENCES sweep (id),
      position INTEGER NOT NULL,
      coordinates TEXT NOT NULL,
      PRIMARY KEY (sweep, position)
    ) WITHOUT ROWID;

    CREATE TABLE trial (
      id INTEGER PRIMARY KEY,
      key BLOB NOT NULL UNIQUE CHECK (length(key) = 32),
      study TEXT NOT NULL,
      revision INTEGER NOT NULL,
      numerics TEXT NOT NULL,
      numerics_revision INTEGER NOT NULL,
      replicate INTEGER NOT NULL,
      outcome TEXT CHECK (outcome = 'completed' OR outcome = 'diverged'
        OR outcome = 'failed'),
      stop TEXT CHECK (stop = 'rule' OR stop = 'steps' OR stop = 'cap'),
      failure TEXT CHECK (failure = 'crashed' OR failure = 'memory'
        OR failure = 'time' OR failure = 'refused'),
      message TEXT,
      attempt INTEGER,
      steps INTEGER,
      cpu_seconds REAL,
      wall_seconds REAL,
      finished_microseconds INTEGER,
      forgiven_attempts INTEGER NOT NULL DEFAULT 0,
      seeds TEXT NOT NULL,
      unkeyed TEXT NOT NULL,
      parameters TEXT NOT NULL
    );
    CREATE INDEX trial_outcome ON trial (id, outcome, stop);

    CREATE TABLE cell_trial (
      sweep INTEGER NOT NULL,
      position INTEGER NOT NULL,
      replicate INTEGER NOT NULL,
      trial INTEGER NOT NULL REFERENCES trial (id),
      is_shared INTEGER NOT NULL CHECK (is_shared IN (0, 1)),
      PRIMARY KEY (sweep, position, replicate),
      FOREIGN KEY (sweep, position) REFERENCES cell (sweep, position)
    ) WITHOUT ROWID;

    CREATE TABLE attempt (
      trial INTEGER NOT NULL REFERENCES trial (id),
      number INTEGER NOT NULL CHECK (number > 0),
      node TEXT NOT NULL REFERENCES node (name),
      slot INTEGER,
      state TEXT NOT NULL CHECK (state = 'assigned' OR state = 'running'
        OR state = 'completed' OR state = 'diverged'
        OR state = 'failed' OR state = 'lost'
        OR state = 'returned' OR state = 'repeat'),
      assigned_microseconds INTEGER NOT NULL,
      started_microseconds INTEGER,
      closed_microseconds INTEGER,
      cpu_seconds REAL,
      wall_seconds REAL,
      peak_memory_bytes INTEGER,
      core TEXT,
      release TEXT,
      failure TEXT CHECK (failure = 'crashed' OR failure = 'memory'
        OR failure = 'time' OR failure = 'refused'),
      message TEXT,
      reason TEXT,
      PRIMARY KEY (trial, number)
    ) WITHOUT ROWID;
    CREATE INDEX attempt_open ON attempt (node, state) WHERE state IN ('assigned', 'running');

    CREATE TABLE measure (
      trial INTEGER NOT NULL REFERENCES trial (id),
      name TEXT NOT NULL,
      number,
      PRIMARY KEY (trial, name)
    ) WITHOUT ROWID;

    CREATE TABLE curve (
      trial INTEGER NOT NULL REFERENCES trial (id),
      name TEXT NOT NULL,
      steps BLOB NOT NULL,
      numbers BLOB NOT NULL,
      PRIMARY KEY (trial, name)
    );

    CREATE TABLE event (
      id INTEGER PRIMARY KEY,
      time_microseconds INTEGER NOT NULL,
      kind TEXT NOT NULL,
      sweep INTEGER REFERENCES sweep (id),
      node TEXT,
      trial INTEGER REFERENCES trial (id),
      text TEXT NOT NULL
    );
    CREATE INDEX event_trial ON event (trial) WHERE trial IS NOT NULL;
    """
}
