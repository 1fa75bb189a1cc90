/* Sums: sixteen lanes in every tier, each lane in the order of memory, then the tree of sum_lanes. */

static inline REAL NAME(sum_of)(const REAL *from, int64_t count) {
  VECTOR sum = NAME(splat)(0);
  int64_t whole = count & ~(int64_t)15, rest = count & 15;
  for (int64_t index = 0; index < whole; index += 16) sum += NAME(load)(from + index);
  if (rest) sum += NAME(load_part)(from + whole, rest);
  return NAME(sum_lanes)(sum);
}

/* output[0] = scalar[0] * sum of first; `columns` elements. */
static void NAME(sum_all)(const kernel_step *step) {
  *(REAL *)step->output = (REAL)step->scalar[0] * NAME(sum_of)(step->first, step->columns);
}

/* output[c] = scalar[0] * sum over r of first[r, c], in the order of the rows. option 1: the sum
   begins with what the output holds, as if there were more rows above; scalar[0] is then 1. */
static void NAME(sum_rows)(const kernel_step *step) {
  VECTOR factor = NAME(splat)((REAL)step->scalar[0]);
  int64_t columns = step->columns, column = 0;
  /* Four sums at once do not wait for each other, and take whole pieces of a row. */
  for (; column + 64 <= columns; column += 64) {
    const REAL *from = (const REAL *)step->first + column;
    REAL *to = (REAL *)step->output + column;
    VECTOR sum[4];
#pragma clang loop unroll(full)
    for (int v = 0; v < 4; v++) sum[v] = step->option ? NAME(load)(to + 16 * v) : NAME(splat)(0);
    for (int64_t row = 0; row < step->rows; row++) {
#pragma clang loop unroll(full)
      for (int v = 0; v < 4; v++) sum[v] += NAME(load)(from + row * columns + 16 * v);
    }
#pragma clang loop unroll(full)
    for (int v = 0; v < 4; v++) NAME(store)(to + 16 * v, factor * sum[v]);
  }
  for (; column < columns; column += 16) {
    int64_t part = columns - column;
    const REAL *from = (const REAL *)step->first + column;
    REAL *to = (REAL *)step->output + column;
    VECTOR sum = NAME(splat)(0);
    if (step->option) sum = part >= 16 ? NAME(load)(to) : NAME(load_part)(to, part);
    if (part >= 16) {
      for (int64_t row = 0; row < step->rows; row++) sum += NAME(load)(from + row * columns);
      NAME(store)(to, factor * sum);
    } else {
      for (int64_t row = 0; row < step->rows; row++)
        sum += NAME(load_part)(from + row * columns, part);
      NAME(store_part)(to, factor * sum, part);
    }
  }
}

/* output[r] = scalar[0] * sum over c of first[r, c]. */
static void NAME(sum_columns)(const kernel_step *step) {
  for (int64_t row = 0; row < step->rows; row++)
    ((REAL *)step->output)[row] =
        (REAL)step->scalar[0] *
        NAME(sum_of)((const REAL *)step->first + row * step->columns, step->columns);
}

/* output[0] = scalar[0] * sum of first[i] second[i]; `columns` elements. Four sums of sixteen lanes
   hide the latency of the multiply-adds; they are added in order at the end. */
static void NAME(dot)(const kernel_step *step) {
  const REAL *first = step->first, *second = step->second;
  int64_t count = step->columns, index = 0;
  VECTOR sum0 = NAME(splat)(0), sum1 = sum0, sum2 = sum0, sum3 = sum0;
  for (; index + 64 <= count; index += 64) {
    sum0 = NAME(fma)(NAME(load)(first + index), NAME(load)(second + index), sum0);
    sum1 = NAME(fma)(NAME(load)(first + index + 16), NAME(load)(second + index + 16), sum1);
    sum2 = NAME(fma)(NAME(load)(first + index + 32), NAME(load)(second + index + 32), sum2);
    sum3 = NAME(fma)(NAME(load)(first + index + 48), NAME(load)(second + index + 48), sum3);
  }
  for (; index + 16 <= count; index += 16)
    sum0 = NAME(fma)(NAME(load)(first + index), NAME(load)(second + index), sum0);
  if (index < count)
    sum1 = NAME(fma)(
        NAME(load_part)(first + index, count - index),
        NAME(load_part)(second + index, count - index), sum1);
  *(REAL *)step->output =
      (REAL)step->scalar[0] * NAME(sum_lanes)((sum0 + sum1) + (sum2 + sum3));
}

/* The greater of two; NaN if either is. */
static inline VECTOR NAME(greater)(VECTOR a, VECTOR b) {
  return NAME(select)((b > a) | (b != b), b, a);
}

/* The greatest value of a row; a NaN anywhere gives NaN. */
static inline REAL NAME(greatest_of)(const REAL *from, int64_t count) {
  VECTOR first = NAME(splat)(from[0]), v = first;
  int64_t whole = count & ~(int64_t)15, rest = count & 15;
  for (int64_t index = 0; index < whole; index += 16)
    v = NAME(greater)(v, NAME(load)(from + index));
  if (rest)
    v = NAME(greater)(v, NAME(first_lanes)(NAME(load_part)(from + whole, rest), first, rest));
  v = NAME(greater)(
      v, __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  v = NAME(greater)(
      v, __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3));
  v = NAME(greater)(v, __builtin_shufflevector(v, v, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1));
  v = NAME(greater)(v, __builtin_shufflevector(v, v, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0));
  return v[0];
}

/* Writes e^(from - greatest) to `to` and gives the sum of what was written. */
static inline REAL NAME(exponentials)(
    const REAL *from, REAL greatest, REAL *to, int64_t count) {
  VECTOR sum = NAME(splat)(0), shift = NAME(splat)(greatest);
  int64_t whole = count & ~(int64_t)15, rest = count & 15;
  for (int64_t index = 0; index < whole; index += 16) {
    VECTOR value = NAME(exponential_below)(NAME(load)(from + index) - shift);
    NAME(store)(to + index, value);
    sum += value;
  }
  if (rest) {
    VECTOR value = NAME(exponential_below)(NAME(load_part)(from + whole, rest) - shift);
    NAME(store_part)(to + whole, value, rest);
    sum += NAME(load_part)(to + whole, rest);
  }
  return NAME(sum_lanes)(sum);
}

/* output[r, :] = softmax(first[r, :]); `rows` x `columns`. */
static void NAME(softmax)(const kernel_step *step) {
  int64_t columns = step->columns;
  for (int64_t row = 0; row < step->rows; row++) {
    const REAL *from = (const REAL *)step->first + row * columns;
    REAL *to = (REAL *)step->output + row * columns;
    REAL sum = NAME(exponentials)(from, NAME(greatest_of)(from, columns), to, columns);
    for (int64_t column = 0; column < columns; column++) to[column] /= sum;
  }
}

/* output[r] = log sum exp(first[r, :]) - sum over c of second[r, c] first[r, c], for targets
   whose rows add up to one. scratch is a row. `rows` x `columns`. */
static void NAME(softmax_cross_entropy)(const kernel_step *step) {
  int64_t columns = step->columns;
  for (int64_t row = 0; row < step->rows; row++) {
    const REAL *logits = (const REAL *)step->first + row * columns;
    const REAL *targets = (const REAL *)step->second + row * columns;
    REAL greatest = NAME(greatest_of)(logits, columns);
    REAL sum = NAME(exponentials)(logits, greatest, step->scratch, columns);
    REAL chosen = 0;
    for (int64_t column = 0; column < columns; column++)
      chosen += targets[column] * (logits[column] - greatest);
    VECTOR logarithm = NAME(logarithm_lanes)(NAME(splat)(sum));
    ((REAL *)step->output)[row] = logarithm[0] - chosen;
  }
}
