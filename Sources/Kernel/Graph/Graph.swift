/// What is computed: operations on nodes, each of which has a derivative rule made of operations.
///
/// A graph is a value. It grows at its end only; asking twice for the same operation on the same
/// operands gives the same node. It has no element type, no memory and no order of execution: a
/// ``Plan`` gives it these.
///
/// ```swift
/// var graph = Graph()
/// let x = graph.input("x", Shape(4, 2))
/// let w = graph.parameter("weight", Shape(2, 100))
/// let hidden = graph.relu(graph.product(x, w))
/// ```
public struct Graph: Sendable {
  /// One operation with its operands.
  struct Record: Sendable {
    /// What is done.
    var operation: any Operation
    /// To which nodes.
    var inputs: [Node]
    /// What comes of it.
    var output: Node
    /// What else comes of it, where a plan has made one operation of several.
    var others: [Node] = []
  }

  /// The operations in the order in which they were asked for.
  private(set) var records: [Record] = []
  /// The names and shapes of the parameters, in the order of declaration.
  public private(set) var parameters: [ParameterPiece] = []
  private var known: [[Int]: [Int]] = [:]
  private var inputNodes: [String: Node] = [:]
  private var parameterNodes: [String: Node] = [:]

  /// An empty graph.
  public init() {}

  /// A named piece of the parameters.
  ///
  /// The piece's layer, which the step rules that limit the change of each layer go by, is its name
  /// up to the last dot.
  /// - Parameters:
  ///   - name: Unique among the graph's parameters, for instance `hidden.weight`.
  ///   - shape: Its shape.
  /// - Returns: The parameter's node.
  public mutating func parameter(_ name: String, _ shape: Shape) -> Node {
    precondition(parameterNodes[name] == nil, "the parameter \(name) is declared once")
    let node = append(Parameter(name: name, shape: shape), [])
    parameterNodes[name] = node
    parameters.append(ParameterPiece(name: name, shape: shape))
    return node
  }

  /// A parameter that several parts of the graph read: declared by the first of them.
  /// - Parameters:
  ///   - name: Its name.
  ///   - shape: Its shape, the same for all.
  /// - Returns: The parameter's node.
  mutating func sharedParameter(_ name: String, _ shape: Shape) -> Node {
    guard let node = parameterNodes[name] else { return parameter(name, shape) }
    precondition(node.shape == shape, "the parameter \(name) has one shape")
    return node
  }

  /// A value that is given from outside before the plan runs: data, targets, directions.
  /// - Parameters:
  ///   - name: Unique among the graph's inputs.
  ///   - shape: Its shape.
  /// - Returns: The input's node.
  public mutating func input(_ name: String, _ shape: Shape) -> Node {
    precondition(inputNodes[name] == nil, "the input \(name) is declared once")
    let node = append(Input(name: name, shape: shape), [])
    inputNodes[name] = node
    return node
  }

  /// A tensor whose elements are all the same number.
  public mutating func constant(_ value: Double, _ shape: Shape = .scalar) -> Node {
    append(Constant(value: value, shape: shape), [])
  }

  /// The node of a parameter.
  public func parameterNode(_ name: String) -> Node? { parameterNodes[name] }

  /// The node of an input.
  public func inputNode(_ name: String) -> Node? { inputNodes[name] }

  /// The nodes of all parameters, in the order of declaration.
  public var parameterNodesInOrder: [Node] { parameters.compactMap { parameterNodes[$0.name] } }

  /// Adds an operation, or finds the node that computes the same already.
  mutating func append(_ operation: some Operation, _ inputs: [Node]) -> Node {
    for node in inputs {
      precondition(contains(node), "the operands of an operation are nodes of the same graph")
    }
    let place = [operation.hashValue] + inputs.map(\.index)
    for index in known[place] ?? [] {
      let record = records[index]
      if record.inputs == inputs && AnyHashable(record.operation) == AnyHashable(operation) {
        return record.output
      }
    }
    let node = Node(index: records.count, shape: operation.shape(of: inputs.map(\.shape)))
    records.append(Record(operation: operation, inputs: inputs, output: node))
    known[place, default: []].append(node.index)
    return node
  }

  /// Whether a node belongs to this graph, as far as its position and shape can tell.
  func contains(_ node: Node) -> Bool {
    node.index < records.count && records[node.index].output == node
  }

  /// The operation that computes a node.
  func record(of node: Node) -> Record { records[node.index] }

  /// The value of a node all of whose elements are the same known number.
  func constantValue(of node: Node) -> Double? {
    (records[node.index].operation as? Constant)?.value
  }
}

/// A named piece of the parameters.
public struct ParameterPiece: Hashable, Sendable {
  /// The name, for instance `hidden.weight`.
  public let name: String
  /// The shape.
  public let shape: Shape

  /// Pairs a name with a shape.
  public init(name: String, shape: Shape) {
    self.name = name
    self.shape = shape
  }

  /// The name up to the last dot: pieces of one layer share it.
  public var layer: String {
    guard let dot = name.lastIndex(of: ".") else { return name }
    return String(name[..<dot])
  }
}
