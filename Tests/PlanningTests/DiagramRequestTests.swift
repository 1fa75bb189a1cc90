import Planning
import Protocol
import TestSupport
import Testing

@Suite struct DiagramRequestTests {
  private let plan: SweepPlan

  init() throws {
    plan = try SweepTexts.plan(
      """
      parameters:
        init.gamma: {min: 0, max: 1, count: 3}
        init.gammaPrime: {min: 0, max: 1, count: 3}
        width: {values: [100, 200]}
        samples: {values: [4]}
      diagram:
        x: init.gamma
        y: init.gammaPrime
        color: loss
        reduce: [{axis: width, by: slope}]
        contour: 0.5
        mask: "loss > 1"
        title: Loss
      """)
  }

  private func request(_ words: DiagramWords) throws(SweepFileError) -> DiagramRequest {
    try DiagramRequest(
      words: words, basedOn: plan.diagrams[0], axes: plan.axes, study: plan.study)
  }

  @Test func `a file's diagram has its parts`() throws {
    let file = try SweepFile(text: SweepTexts.everything, path: "a.yaml")
    let diagrams = try SweepPlan(file, study: StudyFixture.description).diagrams
    #expect(
      diagrams[0]
        == DiagramRequest(
          x: "init.gamma", y: "init.gammaPrime", color: ["loss", "distance"],
          fixed: ["mode": .text("drop"), "keepProbability": .real(0.9)],
          reduce: [
            .init(
              axis: "training.learningRate", by: .minimum,
              condition: "loss < 1 and outcome == 'completed'"),
            .init(axis: "width", by: .logLogSlope),
          ],
          replicates: .median, contour: .init(measure: "distance", level: 0.5),
          mask: "loss > 0.1", title: "The width"))
    #expect(diagrams[1].reduce == [.init(axis: "width", by: .quantile(0.9))])
    #expect(diagrams[1].contour == .init(level: 0))
  }

  @Test func `an axis of one value needs no word`() {
    #expect(plan.axes.map(\.name).contains("samples"))
    #expect(plan.diagrams.count == 1)
  }

  @Test func `words change only what they say`() throws {
    var expected = plan.diagrams[0]
    expected.color = ["distance"]
    #expect(try request(DiagramWords(color: ["distance"])) == expected)
  }

  @Test func `an axis that the words draw is not reduced`() throws {
    let found = try request(
      DiagramWords(y: "width", fix: ["init.gammaPrime=0.5"], replicates: "max"))
    #expect(found.reduce.isEmpty)
    #expect(found.fixed == ["init.gammaPrime": .real(0.5)])
    #expect(found.replicates == .maximum)
  }

  @Test(arguments: [
    ("width:mean", DiagramRequest.Summary.mean), ("width:at:200", .at(.integer(200))),
    ("width:quantile:0.25", .quantile(0.25)), ("width:logLogSlope", .logLogSlope),
  ])
  func `a reduction is one word`(word: String, summary: DiagramRequest.Summary) throws {
    #expect(
      try request(DiagramWords(reduce: [word])).reduce == [.init(axis: "width", by: summary)])
  }

  static let badWords: [(DiagramWords, SweepFileError.Code, String)] = [
    (DiagramWords(x: "init.gama"), .diagramAxis, "did you mean 'init.gamma'"),
    (DiagramWords(x: "training.steps"), .diagramAxis, "does not vary"),
    (DiagramWords(color: ["los"]), .diagramMeasure, "did you mean 'loss'"),
    (DiagramWords(y: "width"), .diagramOpenAxis, "'init.gammaPrime' (3 values)"),
    (DiagramWords(reduce: ["width"]), .diagramOption, "AXIS:BY"),
    (DiagramWords(reduce: ["width:at"]), .diagramOption, "AXIS:BY"),
    (DiagramWords(reduce: ["width:men"]), .diagramReduce, "did you mean 'mean'"),
    (DiagramWords(reduce: ["width:at:300"]), .diagramReduce, "300"),
    (DiagramWords(fix: ["width"]), .diagramOption, "NAME=VALUE"),
    (DiagramWords(fix: ["width=wide"]), .parameterType, "--fix width=wide"),
    (DiagramWords(fix: ["width=300"]), .diagramFixed, "300"),
    (DiagramWords(fix: ["depth=3"]), .diagramAxis, "'depth'"),
    (DiagramWords(replicates: "sum"), .wrongType, "'sum'"),
  ]

  @Test(arguments: 0..<badWords.count)
  func `bad words are a mistake of usage`(index: Int) {
    let (words, code, text) = DiagramRequestTests.badWords[index]
    let error = #expect(throws: SweepFileError.self) { try request(words) }
    #expect(error?.kind == code)
    #expect(error?.exitStatus == .usage)
    #expect(error?.line == nil)
    #expect(error?.description.contains(text) == true, "\(error?.description ?? "")")
  }

  @Test func `without a diagram in the file the axes and the measure must be named`() {
    for words in [DiagramWords(), DiagramWords(x: "init.gamma", y: "width")] {
      let error = #expect(throws: SweepFileError.self) {
        try DiagramRequest(words: words, axes: plan.axes, study: plan.study)
      }
      #expect(error?.kind == .diagramOption)
    }
  }

  @Test func `an axis that moves with a drawn one needs no word`() throws {
    let plan = try SweepTexts.plan(
      """
      parameters: {init.gamma: {values: [1, 2]}}
      zip: [{mode: [none, drop], keepProbability: [1, 0.5]}]
      diagram: {x: init.gamma, y: mode, color: loss}
      """)
    #expect(plan.axes[2].determines == ["mode"])
    #expect(plan.diagrams[0].y == "mode")
  }

  @Test func `an axis that a drawn one does not settle is open`() throws {
    let zip = """
      parameters: {init.gamma: {values: [1, 2]}}
      zip: [{mode: [none, drop, r1], keepProbability: [1, 0.5, 0.5]}]
      diagram: {x: init.gamma, color: loss, y:
      """
    #expect(try SweepTexts.plan(zip + " mode}").diagrams.count == 1)
    let error = #expect(throws: SweepFileError.self) {
      try SweepTexts.plan(zip + " keepProbability}")
    }
    #expect(error?.kind == .diagramOpenAxis)
    #expect(error?.problem.contains("'mode' (3 values)") == true)
  }

  @Test func `a fixed axis settles those that move with it`() throws {
    let plan = try SweepTexts.plan(
      """
      parameters: {init.gamma: {values: [1, 2]}, width: {values: [100, 200]}}
      zip: [{mode: [none, drop], keepProbability: [1, 0.5]}]
      diagram: {x: init.gamma, y: width, color: loss, fixed: {mode: drop}}
      """)
    #expect(plan.diagrams[0].fixed == ["mode": .text("drop")])
  }
}
