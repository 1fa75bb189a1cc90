/* The transpose of a square of sixteen by sixteen values in registers. */

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
