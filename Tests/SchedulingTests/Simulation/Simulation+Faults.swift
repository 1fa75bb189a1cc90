import Protocol
import Scheduling

// What goes right and what goes wrong.
extension Simulation {
  /// Does one thing at random.
  mutating func misbehave() {
    let node = nodes.indices.randomElement(using: &random) ?? 0
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<12: connect(node)
    case 12..<36: hear(node)
    case 36..<50: obey(node)
    case 50..<62: train(node)
    case 62..<70: beat(node)
    case 70..<76: tell(.tick)
    case 76..<78: cut(node)
    case 78..<80: kill(node)
    case 80: nodes[node].isOff ? powerOn(node) : powerOff(node)
    case 81: nodes[node].isFrozen.toggle()
    case 82: refuse(node)
    case 83: jump()
    case 84, 85: hear(node, outOfOrder: true)
    case 86, 87: hearAgain(node)
    case 88, 89: lie(node)
    case 90: restart()
    case 91: drain(node)
    case 92: remove(node)
    case 93: pause()
    case 94: cancel()
    case 95: retry()
    case 96: tell(.latency(nodes[node].name, seconds: .random(in: 0...1, using: &random)))
    case 97: stop()
    case 98: nodes[node].hangsWith = nodes[node].running.first?.trial
    default: wait()
    }
  }

  /// The link to a node comes up when the scheduler asked for it.
  mutating func connect(_ node: Int) {
    guard !nodes[node].isLinked, let due = nodes[node].connectAt, due <= time else { return }
    let name = nodes[node].name
    guard !nodes[node].isOff else {
      nodes[node].connectAt = nil
      return tell(.nodeLost(name))
    }
    note("link \(name)")
    nodes[node].link()
  }

  /// A word of a node arrives.
  mutating func hear(_ node: Int, outOfOrder: Bool = false) {
    guard nodes[node].isLinked, !nodes[node].isFrozen, !nodes[node].uplink.isEmpty else { return }
    let place = outOfOrder ? Int.random(in: 0..<nodes[node].uplink.count, using: &random) : 0
    // The driver tells of a node that is ready after all that came before it.
    if case .ready = nodes[node].uplink[place], place > 0 { return }
    take(nodes[node].uplink.remove(at: place), from: node)
  }

  /// A word arrives twice.
  private mutating func hearAgain(_ node: Int) {
    guard nodes[node].isReady, let word = nodes[node].uplink.first else { return }
    take(word, from: node)
  }

  private mutating func take(_ word: SimulatedNode.Word, from node: Int) {
    let name = nodes[node].name
    switch word {
    case .ready(let held):
      nodes[node].isReady = true
      tell(.nodeReady(name, slots: nodes[node].slots, held: held))
    case .result(let result):
      nodes[node].spool.removeAll { $0 == result }
      answer(result.assignment, isCompleted: result.isCompleted, from: node)
    case .running(let assignments):
      for assignment in assignments { catalog.noteRunning(assignment, on: name) }
      let known = assignments.filter { catalog[$0.trial].outcome == nil }
      tell(.running(name, known, others: assignments.count - known.count))
    case .returned(let assignments):
      let held = assignments.filter { scheduler.state.isHeld($0, by: name) }
      for assignment in held { catalog.close(assignment, on: name) }
      tell(.returned(name, assignments))
    }
  }

  private mutating func answer(_ assignment: Assignment, isCompleted: Bool, from node: Int) {
    catalog.record(assignment, isCompleted: isCompleted)
    let name = nodes[node].name
    tell(
      isCompleted
        ? .finished(name, assignment, seconds: .random(in: 0.1...3, using: &random))
        : .failed(name, assignment))
  }

  /// An order arrives at a node.
  mutating func obey(_ node: Int) {
    guard nodes[node].isLinked, !nodes[node].isFrozen, !nodes[node].downlink.isEmpty else { return }
    nodes[node].obey(nodes[node].downlink.removeFirst())
  }

  /// A slot of a node ends what it trains, whoever listens.
  mutating func train(_ node: Int) {
    guard !nodes[node].isOff, !nodes[node].isFrozen else { return }
    nodes[node].fillSlots()
    let hanging = nodes[node].hangsWith
    guard
      let trial = nodes[node].running.filter({ $0.trial != hanging }).randomElement(using: &random)
    else { return }
    switch natures[Int(trial.trial.rawValue) - 1] {
    case .kills: kill(node)
    case .fails: nodes[node].end(.init(assignment: trial, isCompleted: false))
    case .harmless:
      let fails =
        nodes[node].failsAlways || (!isHealing && Int.random(in: 0..<20, using: &random) == 0)
      nodes[node].end(.init(assignment: trial, isCompleted: !fails))
    }
  }

  /// A heartbeat leaves a node.
  mutating func beat(_ node: Int) {
    guard nodes[node].isLinked, !nodes[node].isOff, !nodes[node].isFrozen else { return }
    nodes[node].fillSlots()
    nodes[node].uplink.append(.running(nodes[node].running))
  }

  /// The connection ends, as the coordinator notices.
  mutating func cut(_ node: Int) {
    guard nodes[node].isLinked else { return }
    nodes[node].unlink()
    tell(.nodeLost(nodes[node].name))
  }

  mutating func kill(_ node: Int) {
    let name = nodes[node].name
    note("kill \(name)")
    for assignment in nodes[node].running { catalog[assignment.trial].deaths += 1 }
    let wasLinked = nodes[node].isLinked
    nodes[node].hangsWith = nil
    nodes[node].die()
    if wasLinked { tell(.nodeLost(name)) }
  }

  private mutating func powerOff(_ node: Int) {
    kill(node)
    nodes[node].isOff = true
  }

  mutating func powerOn(_ node: Int) { nodes[node].isOff = false }

  /// A node that is being connected turns out to be wrong.
  private mutating func refuse(_ node: Int) {
    guard !nodes[node].isLinked, nodes[node].connectAt != nil else { return }
    nodes[node].connectAt = nil
    tell(.nodeRefused(nodes[node].name))
  }

  /// The coordinator's machine slept; nothing else did.
  private mutating func jump() {
    time += [6, 60, 3600, 20_000].randomElement(using: &random) ?? 0
    note("jump")
  }

  private mutating func wait() {
    for _ in 0..<Int.random(in: 1...12, using: &random) {
      time += 3
      tell(.tick)
    }
  }

  /// A node answers for what it was never given, or under numbers of before or of later.
  private mutating func lie(_ node: Int) {
    guard nodes[node].isReady, let trial = catalog.ids.randomElement(using: &random) else { return }
    let last = catalog[trial].used.max() ?? 0
    let number = UInt32.random(in: 1...(last + 3), using: &random)
    let lie = Assignment(trial: trial, attempt: AttemptNumber(number))
    let kind = Int.random(in: 0..<4, using: &random)
    if kind < 2 { catalog[trial].isLiedAbout = true }
    switch kind {
    case 0: answer(lie, isCompleted: true, from: node)
    case 1: answer(lie, isCompleted: false, from: node)
    case 2: take(.returned([lie]), from: node)
    default: take(.running([lie]), from: node)
    }
  }
}

// What people ask for.
extension Simulation {
  private mutating func drain(_ node: Int) {
    guard !nodes[node].isRemoved else { return }
    if nodes[node].isDrained {
      nodes[node].isDrained = false
      tell(.undrain(nodes[node].name))
    } else if !nodes[node].isCollectedOnly {
      nodes[node].isDrained = true
      tell(.drain(nodes[node].name))
    }
  }

  private mutating func remove(_ node: Int) {
    if nodes[node].isRemoved {
      nodes[node].slots = Int.random(in: 1...3, using: &random)
      add(node)
    } else if nodes.count < 8, Int.random(in: 0..<3, using: &random) == 0 {
      nodes.append(SimulatedNode(name: NodeName("n\(nodes.count)"), slots: 2))
      add(nodes.count - 1)
    } else {
      nodes[node].isRemoved = true
      tell(.remove(nodes[node].name))
    }
  }

  mutating func add(_ node: Int) {
    nodes[node].isRemoved = false
    nodes[node].isDrained = false
    nodes[node].isCollectedOnly = false
    tell(.add(nodes[node].name, slots: nodes[node].slots))
  }

  private mutating func pause() {
    isPaused.toggle()
    tell(isPaused ? .pause : .unpause)
  }

  private mutating func cancel() {
    let chosen = Set(
      catalog.ids.filter { _ in Int.random(in: 0..<6, using: &random) == 0 })
    for trial in chosen where catalog[trial].outcome == nil { catalog[trial].outcome = .cancelled }
    tell(.cancel(chosen, breaksOff: Bool.random(using: &random)))
  }

  private mutating func retry() {
    var again: [PendingTrial] = []
    for trial in catalog.ids
    where catalog[trial].outcome == .failed || catalog[trial].outcome == .cancelled {
      catalog[trial].outcome = nil
      catalog[trial].failures = 0
      catalog[trial].deaths = 0
      again.append(catalog[trial].pending(trial))
    }
    tell(.retry(again))
  }

  private mutating func stop() {
    guard Int.random(in: 0..<4, using: &random) == 0 else { return }
    isStopping = true
    tell(.stop)
  }
}

// The end of all faults.
extension Simulation {
  /// Everything works again, but for nodes that are destroyed; the sweep must end.
  mutating func heal() {
    note("heal")
    isHealing = true
    if isStopping || hasStopped { restart() }
    if isPaused {
      isPaused = false
      tell(.unpause)
    }
    for node in nodes.indices {
      let isDestroyed =
        node > 0 && nodes[node].isOff && Int.random(in: 0..<2, using: &random) == 0
      if !isDestroyed { nodes[node].isOff = false }
      nodes[node].isFrozen = false
      nodes[node].hangsWith = nil
      if node == 0, nodes[node].isRemoved || nodes[node].isDrained || nodes[node].isCollectedOnly {
        add(node)
      }
    }
    for round in 0..<3000 where !isOver {
      // A tick a second; the leases of nodes that were given work for long take long.
      time += round < 200 ? 1 : 4
      if hasStopped { restart() }
      tell(.tick)
      for node in nodes.indices where !isOver { work(node) }
    }
    if !isOver {
      let state = scheduler.state
      note("\(state)")
      complain("the sweep did not end")
    }
  }

  /// A second of a node on which everything works.
  private mutating func work(_ node: Int) {
    connect(node)
    while nodes[node].isLinked, !nodes[node].downlink.isEmpty { obey(node) }
    train(node)
    beat(node)
    while nodes[node].isLinked, !nodes[node].uplink.isEmpty, !isOver { hear(node) }
  }
}
