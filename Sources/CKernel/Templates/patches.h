/* Sums over groups of neighbouring rows and columns, as over the patches of a sample and the
   filters of a class. */

/* output[i, j] = scalar[0] * the sum of first over group (i, j); the output is `rows` x `columns`,
   a group is `first_row_stride` rows of `first_column_stride` columns. Each lane adds its columns
   row after row; then the tree of sum_lanes. */
static void NAME(sum_groups)(const kernel_step *step) {
  int64_t tall = step->first_row_stride, wide = step->first_column_stride;
  int64_t whole = wide & ~(int64_t)15, rest = wide & 15;
  const REAL *first = step->first;
  REAL *output = step->output, factor = (REAL)step->scalar[0];
  for (int64_t i = 0; i < step->rows; i++)
    for (int64_t j = 0; j < step->columns; j++) {
      VECTOR sum = NAME(splat)(0);
      for (int64_t row = 0; row < tall; row++) {
        const REAL *from = first + ((i * tall + row) * step->columns + j) * wide;
        for (int64_t column = 0; column < whole; column += 16) sum += NAME(load)(from + column);
        if (rest) sum += NAME(load_part)(from + whole, rest);
      }
      output[i * step->columns + j] = factor * NAME(sum_lanes)(sum);
    }
}

/* output[r, c] = epilogue(scalar[0] * first[group of r, group of c]); first is `rows` x `columns`,
   a group is `first_row_stride` rows of `first_column_stride` columns; `third`, laid out like the
   output, may be null. */
static void NAME(spread_groups)(const kernel_step *step) {
  int64_t tall = step->first_row_stride, wide = step->first_column_stride;
  const REAL *first = step->first, *third = step->third;
  REAL *output = step->output, factor = (REAL)step->scalar[0];
  int64_t whole = wide & ~(int64_t)15, rest = wide & 15;
  for (int64_t row = 0; row < step->rows * tall; row++)
    for (int64_t j = 0; j < step->columns; j++) {
      VECTOR value = NAME(splat)(factor * first[row / tall * step->columns + j]), with = value;
      int64_t place = (row * step->columns + j) * wide;
      for (int64_t column = 0; column < whole; column += 16) {
        if (third) with = NAME(load)(third + place + column);
        NAME(store)(
            output + place + column, NAME(epilogue_lanes)(step->epilogue, value, with));
      }
      if (rest) {
        if (third) with = NAME(load_part)(third + place + whole, rest);
        NAME(store_part)(
            output + place + whole, NAME(epilogue_lanes)(step->epilogue, value, with), rest);
      }
    }
}
