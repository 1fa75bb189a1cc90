/* One tile of a product by panels; included for each width of a tile.

   The including file sets TILE(name), the name of a function of this width, LANES, the type of one
   register's worth of columns, LANE_COUNT, their number, and TILE_VECTORS_BESIDE, how many of them
   stand side by side. */

static inline LANES TILE(select)(
    __typeof__((LANES){0} < (LANES){0}) condition, LANES first, LANES second) {
  typedef __typeof__(condition) bits;
  return (LANES)(((bits)first & condition) | ((bits)second & ~condition));
}

/* What an ending makes of a sum; `bias` and `with` are the values at its place. */
static inline __attribute__((always_inline)) LANES TILE(ended)(
    const NAME(tile_work) *work, const int ending, LANES sum, LANES bias, LANES with) {
  if (ending == ending_plain) return sum;
  LANES value = sum * TILE(repeat)(work->factor) + bias;
  LANES zero = {0};
  switch (ending) {
    case ending_forward: return TILE(select)(value < TILE(repeat)(work->least), zero, value);
    case ending_relu_backward: return TILE(select)(with > zero, value, zero);
    case ending_tanh_backward:
      return value * TILE(multiply_add)(-with, with, TILE(repeat)(1));
    default: return value * TILE(multiply_add)(-with, with, with);
  }
}

/* Stores the sums of a tile, each as `ending` has it; `full` says that all columns are stored. */
static inline __attribute__((always_inline)) void TILE(finish_columns)(
    const NAME(tile_work) *work, const int rows, const int ending, const int full,
    LANES (*sum)[TILE_VECTORS_BESIDE]) {
  const int64_t last = work->part - LANE_COUNT * (TILE_VECTORS_BESIDE - 1);
  LANES bias[TILE_VECTORS_BESIDE] = {{0}};
#pragma clang loop unroll(full)
  for (int v = 0; v < TILE_VECTORS_BESIDE; v++) {
    if (ending == ending_plain) break;
    const REAL *from = work->bias + v * LANE_COUNT;
    bias[v] =
        full || v + 1 < TILE_VECTORS_BESIDE ? TILE(load)(from) : TILE(load_first)(from, last);
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int v = 0; v < TILE_VECTORS_BESIDE; v++) {
      int64_t place = i * work->c_row + v * LANE_COUNT;
      int whole = full || v + 1 < TILE_VECTORS_BESIDE;
      LANES with = {0};
      if (ending > ending_forward) {
        const REAL *from = work->third + place;
        with = whole ? TILE(load)(from) : TILE(load_first)(from, last);
      }
      LANES value = TILE(ended)(work, ending, sum[i][v], bias[v], with);
      if (whole) TILE(store)(work->c + place, value);
      else TILE(store_first)(work->c + place, value, last);
    }
}

/* Where lanes can be masked, columns that are not stored cost nothing. */
static inline __attribute__((always_inline)) void TILE(finish)(
    const NAME(tile_work) *work, const int rows, const int ending,
    LANES (*sum)[TILE_VECTORS_BESIDE]) {
#ifndef KERNEL_MASKED
  if (work->part == LANE_COUNT * TILE_VECTORS_BESIDE) {
    TILE(finish_columns)(work, rows, ending, 1, sum);
    return;
  }
#endif
  TILE(finish_columns)(work, rows, ending, 0, sum);
}

/* Adds the products of `depth` values of k to `rows` x (LANE_COUNT * TILE_VECTORS_BESIDE) sums,
   each in plain order of k, and stores them. Every third row has a pointer of its own, the two
   after it are reached by the stride: that is what the processor's addresses can express. */
static inline __attribute__((always_inline)) void TILE(tile)(
    const NAME(tile_work) *work, const int rows) {
  const int64_t a_row = work->a_row, a_column = work->a_column, b_row = work->b_row;
  const REAL *a[5];
#pragma clang loop unroll(full)
  for (int group = 0; group < 5; group++) a[group] = work->a + 3 * group * a_row;
  const REAL *b = work->b;
  const int64_t last = work->part - LANE_COUNT * (TILE_VECTORS_BESIDE - 1);
  LANES sum[PANEL_ROWS][TILE_VECTORS_BESIDE];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int v = 0; v < TILE_VECTORS_BESIDE; v++) sum[i][v] = (LANES){0};
  if (work->continues) {
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
      for (int v = 0; v < TILE_VECTORS_BESIDE; v++) {
        const REAL *from = work->c + i * work->c_row + v * LANE_COUNT;
        int whole = v + 1 < TILE_VECTORS_BESIDE;
#ifndef KERNEL_MASKED
        whole = whole || last == LANE_COUNT;
#endif
        sum[i][v] = whole ? TILE(load)(from) : TILE(load_first)(from, last);
      }
  }
  for (int64_t k = work->depth; k > 0; k--) {
    LANES right[TILE_VECTORS_BESIDE];
#pragma clang loop unroll(full)
    for (int v = 0; v < TILE_VECTORS_BESIDE; v++) right[v] = TILE(load)(b + v * LANE_COUNT);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      LANES left = TILE(repeat)(a[i / 3][i % 3 * a_row]);
#pragma clang loop unroll(full)
      for (int v = 0; v < TILE_VECTORS_BESIDE; v++)
        sum[i][v] = TILE(multiply_add)(left, right[v], sum[i][v]);
    }
#pragma clang loop unroll(full)
    for (int group = 0; group < 5; group++)
      if (3 * group < rows) a[group] += a_column;
    b += b_row;
  }
  switch (work->ending) {
    case ending_plain: TILE(finish)(work, rows, ending_plain, sum); break;
    case ending_forward: TILE(finish)(work, rows, ending_forward, sum); break;
    case ending_relu_backward: TILE(finish)(work, rows, ending_relu_backward, sum); break;
    case ending_tanh_backward: TILE(finish)(work, rows, ending_tanh_backward, sum); break;
    default: TILE(finish)(work, rows, ending_sigmoid_backward, sum); break;
  }
}

#define TILE_OF_ROWS(count)                                                                        \
  static __attribute__((noinline)) void TILE(rows_##count)(const NAME(tile_work) *work) {          \
    if (count <= PANEL_ROWS) TILE(tile)(work, count);                                              \
  }
TILE_OF_ROWS(1) TILE_OF_ROWS(2) TILE_OF_ROWS(3) TILE_OF_ROWS(4) TILE_OF_ROWS(5) TILE_OF_ROWS(6)
TILE_OF_ROWS(7) TILE_OF_ROWS(8) TILE_OF_ROWS(9) TILE_OF_ROWS(10) TILE_OF_ROWS(11)
TILE_OF_ROWS(12) TILE_OF_ROWS(13) TILE_OF_ROWS(14)

/* The tile of each number of rows. */
static void (*const TILE(of_rows)[15])(const NAME(tile_work) *) = {
    0, TILE(rows_1), TILE(rows_2), TILE(rows_3), TILE(rows_4), TILE(rows_5), TILE(rows_6),
    TILE(rows_7), TILE(rows_8), TILE(rows_9), TILE(rows_10), TILE(rows_11), TILE(rows_12),
    TILE(rows_13), TILE(rows_14)};

#undef TILE_OF_ROWS
#undef TILE
#undef LANES
#undef LANE_COUNT
#undef TILE_VECTORS_BESIDE
