/* Rows of attention scores: dot products of a row with up to sixteen, and what becomes of them. */

/* What becomes of a row of scores. */
enum {
  NAME(attention_softmax) = 0, /* softmax(factor s) */
  NAME(attention_softmax_backward) = 1, /* factor p (s - sum of p s), p the softmax */
  NAME(attention_masked) = 2, /* factor s */
  NAME(attention_dropped_backward) = 3 /* factor (d s - p sum of d s), d being p with dropout */
};

/* The lanes i ^ distance. Added, or compared, at all four distances every lane holds the result of
   all, with the bits of the tree 8, 4, 2, 1. */
#define ATTENTION_EXCHANGE(x, distance)                                                            \
  __builtin_shufflevector(                                                                         \
      x, x, 0 ^ distance, 1 ^ distance, 2 ^ distance, 3 ^ distance, 4 ^ distance, 5 ^ distance,    \
      6 ^ distance, 7 ^ distance, 8 ^ distance, 9 ^ distance, 10 ^ distance, 11 ^ distance,        \
      12 ^ distance, 13 ^ distance, 14 ^ distance, 15 ^ distance)

static inline VECTOR NAME(attention_sum)(VECTOR x) {
  x += ATTENTION_EXCHANGE(x, 8);
  x += ATTENTION_EXCHANGE(x, 4);
  x += ATTENTION_EXCHANGE(x, 2);
  return x + ATTENTION_EXCHANGE(x, 1);
}

static inline VECTOR NAME(attention_greater)(VECTOR a, VECTOR b) {
  return NAME(select)(a > b, a, b);
}

static inline VECTOR NAME(attention_greatest)(VECTOR x) {
  x = NAME(attention_greater)(x, ATTENTION_EXCHANGE(x, 8));
  x = NAME(attention_greater)(x, ATTENTION_EXCHANGE(x, 4));
  x = NAME(attention_greater)(x, ATTENTION_EXCHANGE(x, 2));
  return NAME(attention_greater)(x, ATTENTION_EXCHANGE(x, 1));
}

/* The lanes before `count`. */
static inline INTEGERS NAME(attention_seen)(int64_t count) {
  const VECTOR numbers = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return numbers < NAME(splat)((REAL)(count < 16 ? count : 16));
}

/* Sixteen values of a row of `columns`, or as many as there are. */
static inline VECTOR NAME(attention_read)(const REAL *from, int64_t start, int64_t columns) {
  return columns - start >= 16 ? NAME(load)(from + start)
                               : NAME(load_part)(from + start, columns - start);
}

static inline void NAME(attention_write)(
    REAL *to, int64_t start, int64_t columns, VECTOR value) {
  if (columns - start >= 16) NAME(store)(to + start, value);
  else NAME(store_part)(to + start, value, columns - start);
}

/* Finishes a row of scores of which `count` columns are seen; `scores` is padded to sixteens and is
   written over, `weights` is the row of the softmax that the backward pass needs and `dropped` that
   after dropout. */
static inline __attribute__((always_inline)) void NAME(attention_finish)(
    int form, REAL factor, REAL *scores, const REAL *weights, const REAL *dropped, REAL *to,
    int64_t count, int64_t columns) {
  const VECTOR zero = NAME(splat)(0), scale = NAME(splat)(factor);
  VECTOR greatest = NAME(splat)(-(REAL)__builtin_inf()), sum = zero;
  if (form == NAME(attention_softmax)) {
    VECTOR least = greatest;
    for (int64_t start = 0; start < count; start += 16) {
      VECTOR value = NAME(load)(scores + start) * scale;
      value = NAME(select)(NAME(attention_seen)(count - start), value, least);
      NAME(store)(scores + start, value);
      greatest = NAME(attention_greater)(value, greatest);
    }
    greatest = NAME(attention_greatest)(greatest);
    for (int64_t start = 0; start < count; start += 16) {
      VECTOR value = NAME(exponential_lanes)(NAME(load)(scores + start) - greatest);
      value = NAME(select)(NAME(attention_seen)(count - start), value, zero);
      NAME(store)(scores + start, value);
      sum += value;
    }
    sum = NAME(attention_sum)(sum);
  } else if (form == NAME(attention_softmax_backward)) {
    for (int64_t start = 0; start < count; start += 16) {
      VECTOR product =
          NAME(load)(scores + start) * NAME(attention_read)(weights, start, columns);
      sum += NAME(select)(NAME(attention_seen)(count - start), product, zero);
    }
    sum = NAME(attention_sum)(sum);
  } else if (form == NAME(attention_dropped_backward)) {
    for (int64_t start = 0; start < count; start += 16) {
      VECTOR product =
          NAME(load)(scores + start) * NAME(attention_read)(dropped, start, columns);
      NAME(store)(scores + start, product);
      sum += NAME(select)(NAME(attention_seen)(count - start), product, zero);
    }
    sum = NAME(attention_sum)(sum);
  }
  for (int64_t start = 0; start < columns; start += 16) {
    VECTOR value = zero;
    if (start < count) {
      value = NAME(load)(scores + start);
      if (form == NAME(attention_softmax)) {
        value = value / sum;
      } else if (form == NAME(attention_dropped_backward)) {
        value = NAME(fma)(-NAME(attention_read)(weights, start, columns), sum, value) * scale;
      } else if (form == NAME(attention_softmax_backward)) {
        value = NAME(attention_read)(weights, start, columns) * (value - sum) * scale;
      } else {
        value = value * scale;
      }
      value = NAME(select)(NAME(attention_seen)(count - start), value, zero);
    }
    NAME(attention_write)(to, start, columns, value);
  }
}

/* Sums of a and of b over lanes that are `distance` apart: of each half as many lanes remain. */
#define ATTENTION_FOLD(a, b, distance)                      \
  (__builtin_shufflevector(a, b, ATTENTION_LOW##distance) + \
   __builtin_shufflevector(a, b, ATTENTION_HIGH##distance))
#define ATTENTION_LOW8 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23
#define ATTENTION_HIGH8 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31
#define ATTENTION_LOW4 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27
#define ATTENTION_HIGH4 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31
#define ATTENTION_LOW2 0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29
#define ATTENTION_HIGH2 2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23, 26, 27, 30, 31
#define ATTENTION_LOW1 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
#define ATTENTION_HIGH1 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31

/* Four dot products of a row with rows start up to start + 3, four lanes of partial sums each. Rows
   behind `count` are replaced by the last: their sums are not used. */
static inline __attribute__((always_inline)) VECTOR NAME(attention_dots)(
    const REAL *row, const REAL *rows, int64_t stride, int64_t start, int64_t count,
    int64_t depth) {
  int64_t last = count - 1;
  const REAL *r0 = rows + start * stride;
  const REAL *r1 = rows + (start + 1 < last ? start + 1 : last) * stride;
  const REAL *r2 = rows + (start + 2 < last ? start + 2 : last) * stride;
  const REAL *r3 = rows + (start + 3 < last ? start + 3 : last) * stride;
  VECTOR sum0 = NAME(splat)(0), sum1 = sum0, sum2 = sum0, sum3 = sum0;
  int64_t whole = depth & ~(int64_t)15, rest = depth & 15;
  for (int64_t k = 0; k < whole; k += 16) {
    VECTOR left = NAME(load)(row + k);
    sum0 = NAME(fma)(left, NAME(load)(r0 + k), sum0);
    sum1 = NAME(fma)(left, NAME(load)(r1 + k), sum1);
    sum2 = NAME(fma)(left, NAME(load)(r2 + k), sum2);
    sum3 = NAME(fma)(left, NAME(load)(r3 + k), sum3);
  }
  if (rest) {
    VECTOR left = NAME(load_part)(row + whole, rest);
    sum0 = NAME(fma)(left, NAME(load_part)(r0 + whole, rest), sum0);
    sum1 = NAME(fma)(left, NAME(load_part)(r1 + whole, rest), sum1);
    sum2 = NAME(fma)(left, NAME(load_part)(r2 + whole, rest), sum2);
    sum3 = NAME(fma)(left, NAME(load_part)(r3 + whole, rest), sum3);
  }
  VECTOR low = ATTENTION_FOLD(sum0, sum1, 8);
  VECTOR high = ATTENTION_FOLD(sum2, sum3, 8);
  return ATTENTION_FOLD(low, high, 4);
}

/* The dot products of a row with the first `count` <= 16 rows, one a lane. */
static inline __attribute__((always_inline)) VECTOR NAME(attention_row)(
    const REAL *row, const REAL *rows, int64_t stride, int64_t count, int64_t depth) {
  VECTOR group0 = NAME(attention_dots)(row, rows, stride, 0, count, depth);
  VECTOR group1 = NAME(splat)(0), group2 = group1, group3 = group1;
  if (count > 4) group1 = NAME(attention_dots)(row, rows, stride, 4, count, depth);
  if (count > 8) group2 = NAME(attention_dots)(row, rows, stride, 8, count, depth);
  if (count > 12) group3 = NAME(attention_dots)(row, rows, stride, 12, count, depth);
  VECTOR low = ATTENTION_FOLD(group0, group1, 2);
  VECTOR high = ATTENTION_FOLD(group2, group3, 2);
  return ATTENTION_FOLD(low, high, 1);
}
