/* Products of a short depth, and products with a single column: loops of their own with the order of
   summation and the bits of the others. */

/* Rows whose values of A stay in registers while B goes by. */
#if defined(KERNEL_MASKED) && REAL_IS_SINGLE
#define SHORT_ROWS(depth) ((depth) <= 5 ? 4 : 2)
#else
#define SHORT_ROWS(depth) ((depth) <= 4 ? 4 : 2)
#endif
/* Columns at a time: so much of B stays in the innermost cache while the rows go by. */
#define SHORT_COLUMNS 1024

/* Sixteen columns, or `part`, of up to four rows; `dot` collects the values' products with `fourth`. */
static inline __attribute__((always_inline)) void NAME(short_lanes)(
    const kernel_step *step, int rows, int depth, int epilogue, int isFollowed, int isScaled,
    VECTOR (*left)[8], VECTOR *dot, int64_t row, int64_t column, int64_t part, int whole) {
  const REAL *b = (const REAL *)step->second + column, *bias = step->second_output;
  int64_t b_row = step->second_row_stride, to_row = step->output_row_stride;
  int64_t place = row * to_row + column;
  VECTOR factor = NAME(splat)((REAL)step->scalar[0]), sum[4];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) sum[i] = NAME(splat)(0);
#pragma clang loop unroll(full)
  for (int k = 0; k < depth; k++) {
    VECTOR values = NAME(read)(b + k * b_row, part, whole);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) sum[i] = NAME(fma)(left[i][k], values, sum[i]);
  }
  VECTOR shift = bias ? NAME(read)(bias + column, part, whole) : NAME(splat)(0);
  VECTOR next = NAME(splat)(0);
  if (isFollowed) next = NAME(read)((const REAL *)step->fourth + column, part, whole);
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    VECTOR value = isScaled ? sum[i] * factor : sum[i];
    if (bias) value += shift;
    VECTOR with = value;
    if (epilogue == kernel_epilogue_relu_backward)
      with = NAME(read)((const REAL *)step->third + place + i * to_row, part, whole);
    value = NAME(epilogue_lanes)(epilogue, value, with);
    REAL *to = (REAL *)step->output + place + i * to_row;
    if (whole) NAME(store)(to, value);
    else NAME(store_part)(to, value, part);
    if (!isFollowed) continue;
    /* Behind the last column there is nothing to multiply with. */
    if (!whole) value = NAME(load_part)(to, part);
    dot[i] = NAME(fma)(value, next, dot[i]);
  }
}

/* Some columns of up to four rows. The sums of what follows wait in `scratch`, sixteen lanes a row,
   until the last columns are there. */
static inline __attribute__((always_inline)) void NAME(short_rows)(
    const kernel_step *step, int rows, int depth, int epilogue, int isFollowed, int isScaled,
    int64_t row, int64_t column, int64_t end) {
  const REAL *a = (const REAL *)step->first + row * step->first_row_stride;
  /* Without anything that follows there is no scratch, and no address in it. */
  REAL *waiting = isFollowed ? (REAL *)step->scratch + row * 16 : 0;
  VECTOR left[4][8], dot[4];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    dot[i] = NAME(splat)(0);
    if (isFollowed && column) dot[i] = NAME(load)(waiting + i * 16);
#pragma clang loop unroll(full)
    for (int k = 0; k < depth; k++)
      left[i][k] = NAME(splat)(a[i * step->first_row_stride + k * step->first_column_stride]);
  }
  for (; column + 16 <= end; column += 16)
    NAME(short_lanes)(
        step, rows, depth, epilogue, isFollowed, isScaled, left, dot, row, column, 16, 1);
  if (column < end)
    NAME(short_lanes)(
        step, rows, depth, epilogue, isFollowed, isScaled, left, dot, row, column, end - column, 0);
  if (!isFollowed) return;
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    if (end < step->columns) {
      NAME(store)(waiting + i * 16, dot[i]);
      continue;
    }
    REAL value = NAME(sum_lanes)(dot[i]) * (REAL)step->scalar[1];
    if (step->third) value += *(const REAL *)step->third;
    ((REAL *)step->third_output)[row + i] = value;
  }
}

static inline __attribute__((always_inline)) void NAME(short_all)(
    const kernel_step *step, int depth, int epilogue, int isFollowed, int isScaled) {
  for (int64_t column = 0; column < step->columns; column += SHORT_COLUMNS) {
    int64_t end = column + SHORT_COLUMNS < step->columns ? column + SHORT_COLUMNS : step->columns;
    int64_t row = 0;
    if (SHORT_ROWS(depth) == 4)
      for (; row + 4 <= step->rows; row += 4)
        NAME(short_rows)(step, 4, depth, epilogue, isFollowed, isScaled, row, column, end);
    else
      for (; row + 2 <= step->rows; row += 2)
        NAME(short_rows)(step, 2, depth, epilogue, isFollowed, isScaled, row, column, end);
    for (; row < step->rows; row++)
      NAME(short_rows)(step, 1, depth, epilogue, isFollowed, isScaled, row, column, end);
  }
}

static inline __attribute__((always_inline)) void NAME(short_kinds)(
    const kernel_step *step, int depth, int isFollowed, int isScaled) {
  int isRelu = step->epilogue == kernel_epilogue_relu;
  if (isFollowed && isRelu)
    NAME(short_all)(step, depth, kernel_epilogue_relu, 1, isScaled);
  else if (isFollowed)
    NAME(short_all)(step, depth, kernel_epilogue_none, 1, isScaled);
  else if (isRelu)
    NAME(short_all)(step, depth, kernel_epilogue_relu, 0, isScaled);
  else if (!step->epilogue)
    NAME(short_all)(step, depth, kernel_epilogue_none, 0, isScaled);
  else
    NAME(short_all)(step, depth, kernel_epilogue_relu_backward, 0, isScaled);
}

/* A factor of one, the most frequent, costs nothing. */
#define SHORT_OF_DEPTH(depth)                                                            \
  static __attribute__((noinline)) void NAME(short_##depth)(                             \
      const kernel_step *step, int isFollowed) {                                         \
    if (step->scalar[0] == 1) NAME(short_kinds)(step, depth, isFollowed, 0);             \
    else NAME(short_kinds)(step, depth, isFollowed, 1);                                  \
  }
SHORT_OF_DEPTH(1) SHORT_OF_DEPTH(2) SHORT_OF_DEPTH(3) SHORT_OF_DEPTH(4)
SHORT_OF_DEPTH(5) SHORT_OF_DEPTH(6) SHORT_OF_DEPTH(7) SHORT_OF_DEPTH(8)

static void NAME(short_depth)(const kernel_step *step, int isFollowed) {
  switch (step->depth) {
    case 1: NAME(short_1)(step, isFollowed); break;
    case 2: NAME(short_2)(step, isFollowed); break;
    case 3: NAME(short_3)(step, isFollowed); break;
    case 4: NAME(short_4)(step, isFollowed); break;
    case 5: NAME(short_5)(step, isFollowed); break;
    case 6: NAME(short_6)(step, isFollowed); break;
    case 7: NAME(short_7)(step, isFollowed); break;
    default: NAME(short_8)(step, isFollowed); break;
  }
}

/* Whether the short path knows all that the step asks for. */
static inline int NAME(is_short)(const kernel_step *step) {
  return step->depth <= 8 && step->second_column_stride == 1 && step->output_column_stride == 1 &&
         !step->option && step->epilogue <= kernel_epilogue_relu_backward;
}

/* A product of a short depth and, as one pass, the product of what it stores with one row:
   third_output[i] = scalar[1] * (dot of output[i, :] and fourth, sixteen lanes along memory, as by
   product_dots) + third[0]; third may be null. B's columns lie side by side; the epilogue is none or
   relu; scratch holds rows * 16 values. */
static void NAME(product_followed)(const kernel_step *step) { NAME(short_depth)(step, 1); }

/* The sums of sixteen rows over all k, `depth` being at least four. The last four values of k may
   have been read before; of these only those from `k` on are still to be added. */
static inline __attribute__((always_inline)) VECTOR NAME(turned_sums)(
    const REAL *a, int64_t a_row, const REAL *b, int64_t b_row, int64_t depth) {
  VECTOR sum = NAME(splat)(0), lanes[4];
  int64_t k = 0;
  for (; k + 4 <= depth; k += 4) {
    NAME(turn_four)(a + k, a_row, lanes);
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++)
      sum = NAME(fma)(lanes[i], NAME(splat)(b[(k + i) * b_row]), sum);
  }
  if (k == depth) return sum;
  NAME(turn_four)(a + depth - 4, a_row, lanes);
#pragma clang loop unroll(full)
  for (int i = 0; i < 4; i++)
    if (depth - 4 + i >= k)
      sum = NAME(fma)(lanes[i], NAME(splat)(b[(depth - 4 + i) * b_row]), sum);
  return sum;
}

/* One column: sixteen rows of A are turned in registers, so that sixteen sums go on at once. */
static void NAME(rows_in_sixteens)(const kernel_step *step) {
  const REAL *b = step->second, *bias = step->second_output;
  int64_t b_row = step->second_row_stride, a_row = step->first_row_stride;
  int64_t to_row = step->output_row_stride;
  int isPlain = to_row == 1 && !step->epilogue && !step->option;
  for (int64_t row = 0; row < step->rows; row += 16) {
    int64_t part = step->rows - row < 16 ? step->rows - row : 16, k = 0;
    const REAL *a = (const REAL *)step->first + row * a_row;
    REAL *to = (REAL *)step->output + row * to_row, results[16] = {0};
    VECTOR sum = NAME(splat)(0);
    if (part == 16 && step->depth >= 4) {
      sum = NAME(turned_sums)(a, a_row, b, b_row, step->depth);
      k = step->depth;
    }
    for (; k < step->depth; k++) {
      for (int64_t i = 0; i < part; i++) results[i] = a[i * a_row + k];
      sum = NAME(fma)(NAME(load)(results), NAME(splat)(b[k * b_row]), sum);
    }
    sum *= NAME(splat)((REAL)step->scalar[0]);
    if (bias) sum += NAME(splat)(*bias);
    if (isPlain && part == 16) {
      NAME(store)(to, sum);
      continue;
    }
    NAME(store)(results, sum);
    for (int64_t i = 0; i < part; i++) {
      REAL with = step->third ? ((const REAL *)step->third)[(row + i) * to_row] : results[i];
      REAL value = NAME(epilogue_value)(step->epilogue, results[i], with);
      to[i * to_row] = step->option ? value + to[i * to_row] : value;
    }
  }
}
