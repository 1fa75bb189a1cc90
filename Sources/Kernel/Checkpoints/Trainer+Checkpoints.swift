import Protocol

extension Trainer {
  /// What tells one stage from another: the parameters, what of them is trained, how many blocks the
  /// optimiser has, and how long the stage can be.
  private var fingerprint: UInt32 {
    var writer = ByteWriter()
    writer.write(Element.precision.rawValue)
    writer.write(UInt32(store.pieces.count))
    for piece in store.pieces {
      writer.write(piece.name)
      writer.write(UInt64(piece.shape.rows))
      writer.write(UInt64(piece.shape.columns))
    }
    for name in stage.frozen.sorted() { writer.write(name) }
    writer.write(UInt32(stage.optimizer.blockCount))
    writer.write(stage.stop.stepsMax)
    var sum = CRC32C()
    sum.update(writer.bytes)
    return sum.value
  }

  private var blockBytes: Int { store.blockCount * MemoryLayout<Element>.stride }

  /// Goes on from what the trial's checkpoint has of this stage.
  /// - Parameter memory: What the study carries, which is restored with it.
  /// - Returns: The stage as it was; `nil` where it begins at its start.
  func goOn(_ memory: inout some StageMemory) -> StageState? {
    guard let checkpoints else { return nil }
    var restored = memory
    let found = checkpoints.takeNext(fingerprint) { state in
      let blocks = state.phase == .training ? 1 + stage.optimizer.blockCount : 1
      guard state.blocks.count == blocks, state.blocks.allSatisfy({ $0.count == blockBytes }),
        state.steps >= steps, state.steps <= max(steps, stage.stop.stepsMax)
      else { return false }
      var reader = ByteReader(state.memory[...], subject: "what a study carries")
      do throws(FrameError) {
        try restored.restore(from: &reader)
        try reader.finish()
      } catch {
        return false
      }
      return true
    }
    guard let found else { return nil }
    memory = restored
    store.parameters.overwrite(with: found.blocks[0])
    if found.phase == .training {
      update.restore(Array(found.blocks.dropFirst()), curvature: found.curvature)
    }
    steps = found.steps
    return found
  }

  /// Asks whether a checkpoint is due, and keeps it if it is.
  /// - Parameters:
  ///   - stepSize: The size of the last step.
  ///   - firstLoss: The loss before the first step.
  ///   - memory: What the study carries.
  /// - Returns: The step at which to ask again.
  func look(stepSize: Double, firstLoss: Double, _ memory: some StageMemory) -> UInt64 {
    guard let checkpoints else { return .max }
    return checkpoints.look(atStep: steps) {
      var state = state(.training, firstLoss: firstLoss, memory)
      state.stepSize = stepSize
      state.curvature = update.lastCurvature
      return state
    } blocks: {
      [store.parameters] + update.blocks
    }
  }

  /// Takes down how the training has ended.
  func end(_ ending: TrainingEnding, _ memory: some StageMemory) {
    guard let checkpoints else { return }
    var state = state(StageState.Phase(ending.stop), firstLoss: ending.firstLoss, memory)
    state.lastLoss = ending.lastLoss
    state.blocks = [store.parameters.copiedBytes]
    checkpoints.end(state)
  }

  private func state(
    _ phase: StageState.Phase, firstLoss: Double, _ memory: some StageMemory
  ) -> StageState {
    var state = StageState(
      fingerprint: fingerprint, phase: phase, steps: steps, firstLoss: firstLoss)
    var writer = ByteWriter()
    memory.encode(to: &writer)
    state.memory = writer.bytes
    return state
  }
}

extension Arena {
  /// The elements as the bytes that they are.
  var copiedBytes: [UInt8] {
    unsafe Array(
      UnsafeRawBufferPointer(start: base, count: count * MemoryLayout<Element>.stride))
  }

  /// Overwrites all elements with those that these bytes are.
  func overwrite(with bytes: [UInt8]) {
    precondition(
      bytes.count == count * MemoryLayout<Element>.stride, "as many bytes as the elements have")
    unsafe UnsafeMutableRawPointer(base).copyMemory(from: bytes, byteCount: bytes.count)
  }
}
