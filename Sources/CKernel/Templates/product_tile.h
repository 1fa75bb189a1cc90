/* One tile of a product by panels; included for each width of a tile.

   The including file sets TILE(name), the name of a function of this width, LANES, the type of one
   register's worth of columns, LANE_COUNT, their number, and TILE_VECTORS_BESIDE, how many of them
   stand side by side. */

/* Adds the products of `depth` values of k to `rows` x (LANE_COUNT * TILE_VECTORS_BESIDE) sums, each
   in plain order of k. Every third row has a pointer of its own, the two after it are reached by the
   stride: that is what the processor's addresses can express. */
static inline __attribute__((always_inline)) void TILE(tile)(
    const NAME(tile_work) *work, const int rows) {
  const int64_t a_row = work->a_row, a_column = work->a_column, b_row = work->b_row;
  const REAL *a[5];
#pragma clang loop unroll(full)
  for (int group = 0; group < 5; group++) a[group] = work->a + 3 * group * a_row;
  const REAL *b = work->b;
  REAL *c = work->c;
  const int64_t whole = work->part == LANE_COUNT * TILE_VECTORS_BESIDE;
  const int64_t last = work->part - LANE_COUNT * (TILE_VECTORS_BESIDE - 1);
  LANES sum[PANEL_ROWS][TILE_VECTORS_BESIDE];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int v = 0; v < TILE_VECTORS_BESIDE; v++) {
      sum[i][v] = (LANES){0};
      if (!work->continues) continue;
      const REAL *from = c + i * work->c_row + v * LANE_COUNT;
      sum[i][v] = whole || v + 1 < TILE_VECTORS_BESIDE ? TILE(load)(from)
                                                       : TILE(load_first)(from, last);
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
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int v = 0; v < TILE_VECTORS_BESIDE; v++) {
      REAL *to = c + i * work->c_row + v * LANE_COUNT;
      if (whole || v + 1 < TILE_VECTORS_BESIDE) TILE(store)(to, sum[i][v]);
      else TILE(store_first)(to, sum[i][v], last);
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
