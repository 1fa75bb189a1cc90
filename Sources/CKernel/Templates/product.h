/* Matrix products for shapes in which one direction is short.

   output[i, j] = epilogue(scalar[0] * sum over k of A[i, k] B[k, j] + second_output[j]), with
   A (rows, depth), B (depth, columns) at any strides; the bias `second_output` and `third` (for the
   backward epilogues, laid out like the output) may be null. option 1: the value is added to what
   the output holds. Both functions keep an order of summation that depends on nothing but depth. */

/* How many sums are held at once: as many as a tier has registers for. No bit depends on it. */
#if defined(KERNEL_MASKED) && REAL_IS_SINGLE
#define TILE_VECTORS 4
#define DOTS_ROWS 4
#define DOTS_COLUMNS 4
#elif defined(KERNEL_MASKED)
#define TILE_VECTORS 2
#define DOTS_ROWS 2
#define DOTS_COLUMNS 4
#elif REAL_IS_SINGLE
#define TILE_VECTORS 1
#define DOTS_ROWS 2
#define DOTS_COLUMNS 2
#else
#define TILE_VECTORS 1
#define DOTS_ROWS 1
#define DOTS_COLUMNS 2
#endif

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

/* The same, quicker for columns side by side. */
static inline __attribute__((always_inline)) void NAME(finish)(
    const kernel_step *step, VECTOR sum, int64_t row, int64_t column, int64_t part) {
  if (step->output_column_stride != 1 || step->option) {
    NAME(finish_any)(step, sum, row, column, part);
    return;
  }
  int64_t place = row * step->output_row_stride + column;
  const REAL *bias = (const REAL *)step->second_output, *third = step->third;
  int whole = part >= 16;
  VECTOR value = sum * NAME(splat)((REAL)step->scalar[0]);
  if (bias) value += NAME(read)(bias + column, part, whole);
  if (step->epilogue) {
    VECTOR with = third ? NAME(read)(third + place, part, whole) : value;
    value = NAME(epilogue_lanes)(step->epilogue, value, with);
  }
  REAL *to = (REAL *)step->output + place;
  if (whole) NAME(store)(to, value);
  else NAME(store_part)(to, value, part);
}

/* Up to four rows and `vectors` times sixteen columns, or `part` columns, every element in plain
   order of k. B's columns lie side by side; its rows are b_stride apart. */
static inline __attribute__((always_inline)) void NAME(tile)(
    const kernel_step *step, int rows, int vectors, int64_t row, int64_t column, int64_t part,
    const REAL *b, int64_t b_stride, int whole) {
  int64_t a_row = step->first_row_stride, a_column = step->first_column_stride;
  const REAL *a = (const REAL *)step->first + row * a_row;
  VECTOR sum[4][4];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) sum[i][v] = NAME(splat)(0);
  for (int64_t k = 0; k < step->depth; k++) {
    VECTOR values[4];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) values[v] = NAME(read)(b + k * b_stride + v * 16, part, whole);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      VECTOR left = NAME(splat)(a[i * a_row + k * a_column]);
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) sum[i][v] = NAME(fma)(left, values[v], sum[i][v]);
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++)
      NAME(finish)(step, sum[i][v], row + i, column + v * 16, whole ? 16 : part);
}

/* All rows of sixteen columns, or of `part`. */
static inline __attribute__((always_inline)) void NAME(tile_column)(
    const kernel_step *step, int64_t column, int64_t part, const REAL *b, int64_t b_stride,
    int whole) {
  int64_t row = 0;
  for (; row + 4 <= step->rows; row += 4)
    NAME(tile)(step, 4, 1, row, column, part, b, b_stride, whole);
  for (; row < step->rows; row++) NAME(tile)(step, 1, 1, row, column, part, b, b_stride, whole);
}

/* All rows of sixty-four columns: enough sums at once to hide the latency of the multiply-adds. */
static inline __attribute__((always_inline)) void NAME(tile_broad)(
    const kernel_step *step, int64_t column, const REAL *b, int64_t b_stride) {
  int64_t row = 0;
  for (; row + 4 <= step->rows; row += 4)
    for (int vector = 0; vector < 4; vector += TILE_VECTORS)
      NAME(tile)(
          step, 4, TILE_VECTORS, row, column + vector * 16, 16, b + vector * 16, b_stride, 1);
  for (; row < step->rows; row++) NAME(tile)(step, 1, 4, row, column, 16, b, b_stride, 1);
}

#include "product_short.h"

/* Columns in sixteens, each element in plain order of k. Where B's columns do not lie side by side,
   sixteen of them are copied into `scratch` first, which then holds depth * 16 values. */
static void NAME(product)(const kernel_step *step) {
  if (NAME(is_short)(step)) {
    NAME(short_depth)(step, 0);
    return;
  }
  if (step->columns == 1 && step->first_column_stride == 1 && step->rows >= 16) {
    NAME(rows_in_sixteens)(step);
    return;
  }
  int64_t columns = step->columns;
  int64_t column = 0;
  if (step->second_column_stride == 1 && step->output_column_stride == 1)
    for (; column + 64 <= columns; column += 64)
      NAME(tile_broad)(step, column, (const REAL *)step->second + column, step->second_row_stride);
  for (; column < columns; column += 16) {
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

/* Adds the products of sixteen, or `part`, values of up to four rows and four columns. */
static inline __attribute__((always_inline)) void NAME(dots_lanes)(
    VECTOR (*sum)[4], int rows, int columns, const REAL *a, int64_t a_row, const REAL *b,
    int64_t b_column, int64_t part, int whole) {
  VECTOR left[4];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) left[i] = NAME(read)(a + i * a_row, part, whole);
#pragma clang loop unroll(full)
  for (int j = 0; j < columns; j++) {
    VECTOR right = NAME(read)(b + j * b_column, part, whole);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) sum[i][j] = NAME(fma)(left[i], right, sum[i][j]);
  }
}

/* `rows` x `columns` dot products along memory, several at once: for a depth that is
   long and an output that is small. A[i, :] and B[:, j] must be contiguous. */
static inline __attribute__((always_inline)) void NAME(dots)(
    const kernel_step *step, int rows, int columns, int64_t row, int64_t column) {
  int64_t a_row = step->first_row_stride, b_column = step->second_column_stride;
  const REAL *a = (const REAL *)step->first + row * a_row;
  const REAL *b = (const REAL *)step->second + column * b_column;
  int64_t whole = step->depth & ~(int64_t)15, rest = step->depth & 15;
  VECTOR sum[4][4];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < columns; j++) sum[i][j] = NAME(splat)(0);
  for (int64_t k = 0; k < whole; k += 16)
    NAME(dots_lanes)(sum, rows, columns, a + k, a_row, b + k, b_column, 16, 1);
  if (rest)
    NAME(dots_lanes)(sum, rows, columns, a + whole, a_row, b + whole, b_column, rest, 0);
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

/* Dot products of up to DOTS_ROWS rows with all columns, or for a product of a matrix with its own
   transpose with those up to the last of these rows: the others are the same numbers. */
static inline __attribute__((always_inline)) void NAME(dots_columns)(
    const kernel_step *step, int rows, int64_t row, int isSymmetric) {
  int64_t columns = isSymmetric ? row + rows : step->columns, column = 0;
  for (; column + DOTS_COLUMNS <= columns; column += DOTS_COLUMNS)
    NAME(dots)(step, rows, DOTS_COLUMNS, row, column);
  for (; column < columns; column++) NAME(dots)(step, rows, 1, row, column);
}

static void NAME(product_dots)(const kernel_step *step) {
  int isSymmetric = step->first == step->second && step->rows == step->columns &&
                    step->first_row_stride == step->second_column_stride &&
                    step->epilogue == kernel_epilogue_none && !step->second_output && !step->option;
  int64_t row = 0;
  for (; row + DOTS_ROWS <= step->rows; row += DOTS_ROWS)
    NAME(dots_columns)(step, DOTS_ROWS, row, isSymmetric);
  for (; row < step->rows; row++) NAME(dots_columns)(step, 1, row, isSymmetric);
  if (!isSymmetric) return;
  REAL *output = step->output;
  for (int64_t i = 0; i < step->rows; i++)
    for (int64_t j = i + 1; j < step->columns; j++)
      output[i * step->output_row_stride + j * step->output_column_stride] =
          output[j * step->output_row_stride + i * step->output_column_stride];
}
