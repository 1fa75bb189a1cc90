/* Matrix products for shapes in which one direction is short.

   output[i, j] = epilogue(scalar[0] * sum over k of A[i, k] B[k, j] + second_output[j]), with
   A (rows, depth), B (depth, columns) at any strides; the bias `second_output` and `third` (for the
   backward epilogues, laid out like the output) may be null. option 1: the value is added to what
   the output holds. Both functions keep an order of summation that depends on nothing but depth. */

/* Sixteen values of a row, or the first `part` of them. */
static inline __attribute__((always_inline)) VECTOR NAME(read)(
    const REAL *from, int64_t part, int whole) {
  return whole ? NAME(load)(from) : NAME(load_part)(from, part);
}

/* Stores sixteen sums of one row, or `part` of them, in any of the ways that a step may ask for. */
static __attribute__((noinline)) void NAME(finish_any)(
    const kernel_step *step, VECTOR sum, int64_t row, int64_t column, int64_t part) {
  int64_t stride = step->output_column_stride;
  int64_t place = row * step->output_row_stride + column * stride;
  REAL *to = (REAL *)step->output + place;
  const REAL *third = step->third ? (const REAL *)step->third + place : 0;
  const REAL *bias = step->second_output;
  VECTOR value = sum * NAME(splat)((REAL)step->scalar[0]);
  if (part > 16) part = 16;
  for (int64_t j = 0; j < part; j++) {
    REAL element = value[j];
    if (bias) element += bias[column + j];
    REAL with = third ? third[j * stride] : element;
    element = NAME(epilogue_value)(step->epilogue, element, with);
    to[j * stride] = step->option ? element + to[j * stride] : element;
  }
}

/* The same, quicker for whole sixteens side by side. */
static inline __attribute__((always_inline)) void NAME(finish)(
    const kernel_step *step, VECTOR sum, int64_t row, int64_t column, int64_t part) {
  if (part < 16 || step->output_column_stride != 1 || step->option || step->second_output) {
    NAME(finish_any)(step, sum, row, column, part);
    return;
  }
  int64_t place = row * step->output_row_stride + column;
  VECTOR value = sum * NAME(splat)((REAL)step->scalar[0]);
  if (step->epilogue) {
    VECTOR with = step->third ? NAME(load)((const REAL *)step->third + place) : value;
    value = NAME(epilogue_lanes)(step->epilogue, value, with);
  }
  NAME(store)((REAL *)step->output + place, value);
}

/* Up to four rows and sixteen columns, or `part` of them, every element in plain order of k. B's
   sixteen columns lie side by side; its rows are b_stride apart. */
static inline __attribute__((always_inline)) void NAME(tile)(
    const kernel_step *step, int rows, int64_t row, int64_t column, int64_t part, const REAL *b,
    int64_t b_stride, int whole) {
  int64_t a_row = step->first_row_stride, a_column = step->first_column_stride;
  const REAL *a = (const REAL *)step->first + row * a_row;
  VECTOR sum[4];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) sum[i] = NAME(splat)(0);
  for (int64_t k = 0; k < step->depth; k++) {
    VECTOR values = NAME(read)(b + k * b_stride, part, whole);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
      sum[i] = NAME(fma)(NAME(splat)(a[i * a_row + k * a_column]), values, sum[i]);
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) NAME(finish)(step, sum[i], row + i, column, whole ? 16 : part);
}

static inline __attribute__((always_inline)) void NAME(tile_column)(
    const kernel_step *step, int64_t column, int64_t part, const REAL *b, int64_t b_stride,
    int whole) {
  int64_t row = 0;
  for (; row + 4 <= step->rows; row += 4)
    NAME(tile)(step, 4, row, column, part, b, b_stride, whole);
  switch (step->rows - row) {
    case 3: NAME(tile)(step, 3, row, column, part, b, b_stride, whole); break;
    case 2: NAME(tile)(step, 2, row, column, part, b, b_stride, whole); break;
    case 1: NAME(tile)(step, 1, row, column, part, b, b_stride, whole); break;
    default: break;
  }
}

#ifndef KERNEL_CALLS_FMA
/* A short depth and columns side by side: the rows of A stay in registers while B goes by. The
   order of k is the same, and so are the bits. */
static inline __attribute__((always_inline)) void NAME(short_rows)(
    const kernel_step *step, int rows, int depth, int64_t row) {
  const REAL *a = (const REAL *)step->first + row * step->first_row_stride;
  const REAL *b = step->second;
  int64_t columns = step->columns, whole = columns & ~(int64_t)15, b_row = step->second_row_stride;
  VECTOR left[4][4];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int k = 0; k < depth; k++)
      left[i][k] = NAME(splat)(a[i * step->first_row_stride + k * step->first_column_stride]);
  for (int64_t column = 0; column < columns; column += 16) {
    int64_t part = columns - column;
    VECTOR sum[4];
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) sum[i] = NAME(splat)(0);
#pragma clang loop unroll(full)
    for (int k = 0; k < depth; k++) {
      VECTOR values = NAME(read)(b + k * b_row + column, part, column < whole);
#pragma clang loop unroll(full)
      for (int i = 0; i < rows; i++) sum[i] = NAME(fma)(left[i][k], values, sum[i]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
      NAME(finish)(step, sum[i], row + i, column, part);
  }
}

static inline __attribute__((always_inline)) void NAME(short_depth)(
    const kernel_step *step, int depth) {
  int64_t row = 0;
  for (; row + 4 <= step->rows; row += 4) NAME(short_rows)(step, 4, depth, row);
  if (row + 2 <= step->rows) {
    NAME(short_rows)(step, 2, depth, row);
    row += 2;
  }
  if (row < step->rows) NAME(short_rows)(step, 1, depth, row);
}
#endif

/* Columns in sixteens, each element in plain order of k. Where B's columns do not lie side by side,
   sixteen of them are copied into `scratch` first, which then holds depth * 16 values. */
static void NAME(product)(const kernel_step *step) {
#ifndef KERNEL_CALLS_FMA
  if (step->second_column_stride == 1 && step->output_column_stride == 1) {
    switch (step->depth) {
      case 1: NAME(short_depth)(step, 1); return;
      case 2: NAME(short_depth)(step, 2); return;
      case 3: NAME(short_depth)(step, 3); return;
      case 4: NAME(short_depth)(step, 4); return;
      default: break;
    }
  }
#endif
  int64_t columns = step->columns;
  for (int64_t column = 0; column < columns; column += 16) {
    int64_t part = columns - column < 16 ? columns - column : 16;
    const REAL *b = (const REAL *)step->second + column * step->second_column_stride;
    int64_t b_stride = step->second_row_stride;
    if (step->second_column_stride != 1) {
      REAL *packed = step->scratch;
      for (int64_t j = 0; j < 16; j++)
        for (int64_t k = 0; k < step->depth; k++)
          packed[k * 16 + j] =
              j < part ? b[j * step->second_column_stride + k * step->second_row_stride] : 0;
      b = packed;
      b_stride = 16;
    }
    if (part == 16) NAME(tile_column)(step, column, 16, b, b_stride, 1);
    else NAME(tile_column)(step, column, part, b, b_stride, 0);
  }
}

/* `rows` x `columns` dot products along memory, at most four by four at once: for a depth that is
   long and an output that is small. A[i, :] and B[:, j] must be contiguous. */
static inline __attribute__((always_inline)) void NAME(dots)(
    const kernel_step *step, int rows, int columns, int64_t row, int64_t column) {
  const REAL *a = (const REAL *)step->first + row * step->first_row_stride;
  const REAL *b = (const REAL *)step->second + column * step->second_column_stride;
  int64_t a_row = step->first_row_stride, b_column = step->second_column_stride;
  int64_t whole = step->depth & ~(int64_t)15, rest = step->depth & 15;
  VECTOR sum[4][4];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < columns; j++) sum[i][j] = NAME(splat)(0);
  for (int64_t k = 0; k < whole; k += 16) {
    VECTOR left[4];
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) left[i] = NAME(load)(a + i * a_row + k);
#pragma clang loop unroll(full)
    for (int j = 0; j < columns; j++) {
      VECTOR right = NAME(load)(b + j * b_column + k);
#pragma clang loop unroll(full)
      for (int i = 0; i < rows; i++) sum[i][j] = NAME(fma)(left[i], right, sum[i][j]);
    }
  }
  if (rest) {
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
      for (int j = 0; j < columns; j++)
        sum[i][j] = NAME(fma)(
            NAME(load_part)(a + i * a_row + whole, rest),
            NAME(load_part)(b + j * b_column + whole, rest), sum[i][j]);
  }
  const REAL *bias = step->second_output;
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < columns; j++) {
      int64_t place = (row + i) * step->output_row_stride + (column + j) * step->output_column_stride;
      REAL *to = (REAL *)step->output + place;
      REAL value = NAME(sum_lanes)(sum[i][j]) * (REAL)step->scalar[0];
      if (bias) value += bias[column + j];
      REAL with = step->third ? ((const REAL *)step->third)[place] : value;
      value = NAME(epilogue_value)(step->epilogue, value, with);
      *to = step->option ? value + *to : value;
    }
}

static inline __attribute__((always_inline)) void NAME(dots_columns)(
    const kernel_step *step, int rows, int64_t row) {
  int64_t column = 0;
  for (; column + 4 <= step->columns; column += 4) NAME(dots)(step, rows, 4, row, column);
  switch (step->columns - column) {
    case 3: NAME(dots)(step, rows, 3, row, column); break;
    case 2: NAME(dots)(step, rows, 2, row, column); break;
    case 1: NAME(dots)(step, rows, 1, row, column); break;
    default: break;
  }
}

static void NAME(product_dots)(const kernel_step *step) {
  int64_t row = 0;
  for (; row + 4 <= step->rows; row += 4) NAME(dots_columns)(step, 4, row);
  switch (step->rows - row) {
    case 3: NAME(dots_columns)(step, 3, row); break;
    case 2: NAME(dots_columns)(step, 2, row); break;
    case 1: NAME(dots_columns)(step, 1, row); break;
    default: break;
  }
}
