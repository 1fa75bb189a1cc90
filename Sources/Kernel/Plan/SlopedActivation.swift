import CKernel

/// An activation and its derivative at the same values, as one pass.
///
/// out = act(a), slope = act'(a). Shapes: a, out and slope (R, C). The planner makes it where a plan
/// needs both, with the bits of the parts: backwards only a multiplication is left, and a need not be
/// kept. Cost: little more than that of the activation.
struct SlopedActivation: Operation {
  let kernelOperation: Int

  func shape(of inputs: [Shape]) -> Shape { inputs[0] }

  func cotangents(_ site: DerivativeSite, in graph: inout Graph) -> [Node?] {
    preconditionFailure("a plan's own operation is not differentiated")
  }

  func lower(_ lowering: inout Lowering) {
    var step = lowering.draft(kernelOperation)
    step.first = lowering.inputs[0]
    step.secondOutput = lowering.otherOutputs[0]
    step.columns = lowering.shape.count
    lowering.append(step)
  }

  func overwritable(_ inputs: [Shape]) -> [Int] { [0] }
}

extension SlopedActivation {
  /// All places of a plan's operations where it applies.
  static func found(in records: [Graph.Record?]) -> [JoinedOperation] {
    var activations: [Int: Int] = [:]
    var result: [JoinedOperation] = []
    for (index, record) in records.enumerated() {
      guard let record, record.operation is any UnaryOperation else { continue }
      let operand = record.inputs[0].index
      if kernelOperation(of: record.operation) != nil { activations[operand] = index }
      guard let position = activations[operand], let activation = records[position],
        isDerivative(record.operation, of: activation.operation),
        let operation = kernelOperation(of: activation.operation)
      else { continue }
      result.append(
        JoinedOperation(
          position: position,
          record: Graph.Record(
            operation: SlopedActivation(kernelOperation: operation), inputs: activation.inputs,
            output: activation.output, others: [record.output]),
          replaced: [index]))
    }
    return result
  }

  private static func kernelOperation(of operation: any Operation) -> Int? {
    switch operation {
    case is Gelu: Int(kernel_operation_gelu_with_derivative)
    case is GeluTanh: Int(kernel_operation_gelu_tanh_with_derivative)
    case is Sine: Int(kernel_operation_sine_with_derivative)
    case is XTanhX: Int(kernel_operation_x_tanh_x_with_derivative)
    default: nil
    }
  }

  private static func isDerivative(_ operation: any Operation, of activation: any Operation) -> Bool
  {
    switch activation {
    case is Gelu: operation is GeluDerivative
    case is GeluTanh: operation is GeluTanhDerivative
    case is Sine: operation is Cosine
    case is XTanhX: operation is XTanhXDerivative
    default: false
    }
  }
}
