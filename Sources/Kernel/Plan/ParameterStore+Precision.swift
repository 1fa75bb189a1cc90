extension ParameterStore {
  /// The same parameters in memory of their own and in another precision: to look closely at what
  /// single precision has trained.
  public func converted<Other: Scalar>(to type: Other.Type = Other.self) -> ParameterStore<Other> {
    let result = ParameterStore<Other>(pieces)
    for piece in pieces {
      let values = parameter(piece.name).map { Other(Double($0)) }
      result.withMutableParameter(piece.name) { $0.overwrite(with: values.span) }
    }
    return result
  }
}
