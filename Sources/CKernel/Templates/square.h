/* The transpose of a square of sixteen by sixteen values. */

/* Half and a quarter of sixteen lanes. */
typedef REAL NAME(half) __attribute__((vector_size(8 * sizeof(REAL))));
typedef REAL NAME(quarter) __attribute__((vector_size(4 * sizeof(REAL))));

#define SWAPPED_PART(distance, a, b, ...)                  \
  do {                                                     \
    VECTOR first = (a), second = (b);                      \
    (a) = __builtin_shufflevector(first, second, LOW_##distance);  \
    (b) = __builtin_shufflevector(first, second, HIGH_##distance); \
  } while (0)
#define LOW_8 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23
#define HIGH_8 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31
#define LOW_4 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27
#define HIGH_4 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31
#define LOW_2 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29
#define HIGH_2 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31
#define LOW_1 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30
#define HIGH_1 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31
#define SWAP_PARTS(distance)                                       \
  for (int row = 0; row < 16; row++)                               \
    if (!(row & distance)) SWAPPED_PART(distance, rows[row], rows[row + distance]);

/* The transpose of sixteen by sixteen values: blocks off the diagonal are exchanged, from the
   greatest to the least. */
static inline __attribute__((always_inline)) void NAME(transpose_square)(VECTOR *rows) {
#pragma clang loop unroll(full)
  SWAP_PARTS(8)
#pragma clang loop unroll(full)
  SWAP_PARTS(4)
#pragma clang loop unroll(full)
  SWAP_PARTS(2)
#pragma clang loop unroll(full)
  SWAP_PARTS(1)
}

/* Four values of sixteen rows that are `stride` apart, turned: turned[k] holds value k of every row.
   Fours of lanes come from memory where they belong, so that few exchanges in registers are left. */
static inline __attribute__((always_inline)) void NAME(turn_four)(
    const REAL *from, int64_t stride, VECTOR *turned) {
  VECTOR rows[4], pairs[4];
#pragma clang loop unroll(full)
  for (int row = 0; row < 4; row++) {
    NAME(quarter) parts[4];
#pragma clang loop unroll(full)
    for (int part = 0; part < 4; part++)
      __builtin_memcpy(&parts[part], from + (4 * part + row) * stride, sizeof parts[part]);
    NAME(half) low = __builtin_shufflevector(parts[0], parts[1], 0, 1, 2, 3, 4, 5, 6, 7);
    NAME(half) high = __builtin_shufflevector(parts[2], parts[3], 0, 1, 2, 3, 4, 5, 6, 7);
    rows[row] = __builtin_shufflevector(
        low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  }
#pragma clang loop unroll(full)
  for (int pair = 0; pair < 2; pair++) {
    VECTOR first = rows[2 * pair], second = rows[2 * pair + 1];
    pairs[pair] = __builtin_shufflevector(
        first, second, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29);
    pairs[pair + 2] = __builtin_shufflevector(
        first, second, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
  }
#pragma clang loop unroll(full)
  for (int side = 0; side < 2; side++) {
    VECTOR first = pairs[2 * side], second = pairs[2 * side + 1];
    turned[2 * side] = __builtin_shufflevector(
        first, second, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
    turned[2 * side + 1] = __builtin_shufflevector(
        first, second, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
  }
}

/* The transpose of sixteen by sixteen values from memory to memory. */
static inline __attribute__((always_inline)) void NAME(turn_square)(
    const REAL *from, int64_t stride, REAL *to, int64_t to_stride) {
#pragma clang loop unroll(full)
  for (int four = 0; four < 4; four++) {
    VECTOR turned[4];
    NAME(turn_four)(from + 4 * four, stride, turned);
#pragma clang loop unroll(full)
    for (int k = 0; k < 4; k++) NAME(store)(to + (4 * four + k) * to_stride, turned[k]);
  }
}
