import CKernel
import COpenBLAS

/// OpenBLAS on one thread: the only place that calls it.
public enum BLAS {
  /// The kernels that OpenBLAS has chosen, for instance `Haswell`.
  public static var coreName: String {
    guard let name = unsafe openblas_get_corename() else { return "" }
    return unsafe String(cString: name)
  }

  /// The number of threads that a product uses; the kernel sets it to 1 before its first product.
  public static var threads: Int {
    get { Int(openblas_get_num_threads()) }
    set { openblas_set_num_threads(Int32(newValue)) }
  }

  /// Makes OpenBLAS use the calling thread alone.
  static func useOneThread() {
    if threads != 1 { threads = 1 }
  }

  /// The function of a step that multiplies matrices by the library:
  /// output (M, N) = scalar[0] A B, added to what it holds where the option is 1; the operands'
  /// strides say what is transposed.
  static func productFunction(
    _ precision: Precision
  ) -> @convention(c) (UnsafePointer<kernel_step>?) -> Void {
    switch precision {
    case .single: unsafe singleProduct
    case .double: unsafe doubleProduct
    }
  }

  private static let singleProduct: @convention(c) (UnsafePointer<kernel_step>?) -> Void = { step in
    guard let step = unsafe step?.pointee else { return }
    let layout = unsafe Layout(step)
    unsafe cblas_sgemm(
      CblasRowMajor, layout.left, layout.right, layout.rows, layout.columns, layout.depth,
      Float(step.scalar.0), step.first.assumingMemoryBound(to: Float.self), layout.leftLeading,
      step.second.assumingMemoryBound(to: Float.self), layout.rightLeading,
      Float(step.option), step.output.assumingMemoryBound(to: Float.self), layout.columns)
  }

  private static let doubleProduct: @convention(c) (UnsafePointer<kernel_step>?) -> Void = { step in
    guard let step = unsafe step?.pointee else { return }
    let layout = unsafe Layout(step)
    unsafe cblas_dgemm(
      CblasRowMajor, layout.left, layout.right, layout.rows, layout.columns, layout.depth,
      step.scalar.0, step.first.assumingMemoryBound(to: Double.self), layout.leftLeading,
      step.second.assumingMemoryBound(to: Double.self), layout.rightLeading,
      Double(step.option), step.output.assumingMemoryBound(to: Double.self), layout.columns)
  }

  /// The library's arguments from a step's strides.
  private struct Layout {
    let left: CBLAS_TRANSPOSE
    let right: CBLAS_TRANSPOSE
    let rows: Int32
    let columns: Int32
    let depth: Int32
    let leftLeading: Int32
    let rightLeading: Int32

    init(_ step: kernel_step) {
      unsafe rows = Int32(step.rows)
      unsafe columns = Int32(step.columns)
      unsafe depth = Int32(step.depth)
      let leftStands = unsafe step.first_column_stride == 1
      let rightStands = unsafe step.second_column_stride == 1
      left = leftStands ? CblasNoTrans : CblasTrans
      right = rightStands ? CblasNoTrans : CblasTrans
      // A single row or column has no distance to the next; the library still asks for one.
      leftLeading = unsafe Int32(
        leftStands
          ? max(step.first_row_stride, step.depth) : max(step.first_column_stride, step.rows))
      rightLeading = unsafe Int32(
        rightStands
          ? max(step.second_row_stride, step.columns) : max(step.second_column_stride, step.depth))
    }
  }
}
