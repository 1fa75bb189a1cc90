import Planning
import Protocol
import TestSupport
import Testing

/// One mistake in a sweep file, with what the user is to be told about it.
struct BadSweep: Sendable, CustomTestStringConvertible {
  let name: String
  let text: String
  let code: SweepFileError.Code
  let line: Int?
  let words: [String]

  var testDescription: String { name }

  init(
    _ name: String, _ text: String, _ code: SweepFileError.Code, line: Int?, _ words: String...
  ) {
    self.name = name
    self.text = text
    self.code = code
    self.line = line
    self.words = words
  }

  /// A file whose third line and those after it are these.
  init(
    _ name: String, body: String, _ code: SweepFileError.Code, line: Int?, _ words: String...
  ) {
    self.name = name
    text = "sweep: bad\nstudy: fixture\n" + body + "\n"
    self.code = code
    self.line = line
    self.words = words
  }

  /// A file with three axes, whose seventh line and those after it are these.
  init(
    _ name: String, diagram: String, _ code: SweepFileError.Code, line: Int?, _ words: String...
  ) {
    self.name = name
    text = """
      sweep: bad
      study: fixture
      parameters:
        init.gamma: {min: 0, max: 1, count: 3}
        init.gammaPrime: {min: 0, max: 1, count: 3}
        width: {values: [100, 200]}

      """ + diagram + "\n"
    self.code = code
    self.line = line
    self.words = words
  }

  /// Every mistake.
  static var all: [BadSweep] { sections + grids + expressions + diagrams }

  /// What reading and planning it throws; `nil` when it is taken for good.
  var error: SweepFileError? {
    do throws(SweepFileError) {
      let file = try SweepFile(text: text, path: "bad.yaml")
      _ = try SweepPlan(file, study: StudyFixture.description)
      return nil
    } catch {
      return error
    }
  }
}
