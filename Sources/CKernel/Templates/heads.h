/* Copies between token tensors and one matrix a head, and causal masks. */

/* For every block (`depth`) and head (`option`) a copy of `rows` x `columns` elements. In the
   operand, rows are first_row_stride apart, heads first_column_stride and blocks
   second_row_stride; in the output output_row_stride, output_column_stride and
   second_column_stride. */
static void NAME(copy_heads)(const kernel_step *step) {
  int64_t columns = step->columns, whole = columns & ~(int64_t)15, rest = columns & 15;
  for (int64_t block = 0; block < step->depth; block++)
    for (int64_t head = 0; head < step->option; head++)
      for (int64_t row = 0; row < step->rows; row++) {
        const REAL *from = (const REAL *)step->first + block * step->second_row_stride +
                           head * step->first_column_stride + row * step->first_row_stride;
        REAL *to = (REAL *)step->output + block * step->second_column_stride +
                   head * step->output_column_stride + row * step->output_row_stride;
        for (int64_t column = 0; column < whole; column += 16)
          NAME(store)(to + column, NAME(load)(from + column));
        if (rest) NAME(store_part)(to + whole, NAME(load_part)(from + whole, rest), rest);
      }
}

/* output[s, r, c] = softmax over the c <= columns - rows + r of first[s, r, c], zero behind them;
   a stack of `depth` matrices of `rows` x `columns`. */
static void NAME(causal_softmax)(const kernel_step *step) {
  int64_t columns = step->columns;
  for (int64_t row = 0; row < step->depth * step->rows; row++) {
    int64_t count = columns - step->rows + row % step->rows + 1;
    const REAL *from = (const REAL *)step->first + row * columns;
    REAL *to = (REAL *)step->output + row * columns;
    REAL sum = NAME(exponentials)(from, NAME(greatest_of)(from, count), to, count);
    for (int64_t column = 0; column < count; column++) to[column] /= sum;
    for (int64_t column = count; column < columns; column++) to[column] = 0;
  }
}

/* output[s, r, c] = first[s, r, c] where c <= columns - rows + r, else zero. */
static void NAME(causal_mask)(const kernel_step *step) {
  int64_t columns = step->columns;
  for (int64_t row = 0; row < step->depth * step->rows; row++) {
    int64_t count = columns - step->rows + row % step->rows + 1;
    const REAL *from = (const REAL *)step->first + row * columns;
    REAL *to = (REAL *)step->output + row * columns;
    for (int64_t column = 0; column < columns; column++)
      to[column] = column < count ? from[column] : 0;
  }
}
