/* Copies of the operands of a product by panels, in the order in which its tiles read them. */

/* Turns up to sixteen columns of B, whose values of k lie side by side, for up to sixteen values of
   k; `stored` columns are written. */
static __attribute__((noinline)) void NAME(pack_rest)(
    const REAL *from, int64_t stride, int64_t columns, int64_t part, REAL *to, int64_t width,
    int64_t stored) {
  VECTOR rows[16];
  for (int64_t column = 0; column < 16; column++) {
    rows[column] = NAME(splat)(0);
    if (column < columns) rows[column] = NAME(read)(from + column * stride, part, part == 16);
  }
  NAME(transpose_square)(rows);
  for (int64_t row = 0; row < part; row++) {
    if (stored == 16) NAME(store)(to + row * width, rows[row]);
    else NAME(store_part)(to + row * width, rows[row], stored);
  }
}

/* Copies up to sixteen columns of B, whose values of k lie side by side, into a panel. */
static __attribute__((noinline)) void NAME(pack_turned)(
    const REAL *from, int64_t stride, int64_t columns, int64_t depth, REAL *to, int64_t width) {
  int64_t stored = width < 16 ? width : 16, k = 0;
  if (columns == 16)
    for (; k + 16 <= depth; k += 16) NAME(turn_square)(from + k, stride, to + k * width, width);
  for (; k < depth; k += 16)
    NAME(pack_rest)(
        from + k, stride, columns, depth - k < 16 ? depth - k : 16, to + k * width, width, stored);
}

/* Copies up to sixteen columns of B that lie side by side into a panel. */
static inline __attribute__((always_inline)) void NAME(pack_standing)(
    const REAL *from, int64_t stride, int64_t columns, int64_t depth, REAL *to, int64_t width) {
  int whole = columns == 16;
  for (int64_t k = 0; k < depth; k++) {
    VECTOR value = NAME(read)(from + k * stride, columns, whole);
    if (width >= 16) NAME(store)(to + k * width, value);
    else NAME(half_store)(to + k * width, NAME(half_narrowed)(value));
  }
}

/* Copies a panel of B from any strides; the columns that it has beyond `columns` are zeros. */
static void NAME(pack)(
    const REAL *from, int64_t row_stride, int64_t column_stride, int64_t columns, int64_t depth,
    REAL *to, int64_t width) {
  for (int64_t column = 0; column < width; column += 16) {
    int64_t left = columns - column, part = left < 0 ? 0 : left < 16 ? left : 16;
    const REAL *begin = from + column * column_stride;
    if (column_stride == 1) {
      NAME(pack_standing)(begin, row_stride, part, depth, to + column, width);
    } else if (row_stride == 1) {
      NAME(pack_turned)(begin, column_stride, part, depth, to + column, width);
    } else {
      for (int64_t k = 0; k < depth; k++)
        for (int64_t lane = 0; lane < 16 && column + lane < width; lane++)
          to[k * width + column + lane] =
              lane < part ? begin[k * row_stride + lane * column_stride] : 0;
    }
  }
}

/* Whether the panels of B are read where they are, which no bit depends on: a copy pays for itself
   where many tiles read it, or where its rows drive each other out of the caches. */
static inline int NAME(reads_in_place)(const kernel_step *step) {
  if (step->second_column_stride != 1) return 0;
  int64_t bytes = step->second_row_stride * (int64_t)sizeof(REAL);
  return step->rows <= 64 || (PANEL_ROWS > 8 && step->rows <= 512 && bytes % 2048 != 0);
}

/* As many tiles of rows are copied at once: more than a line of memory, less than a cache. */
#define PACKED_TILES 8

/* Whether A is copied too, which no bit depends on: where its rows, or its values of one row, lie
   so far apart that they drive each other out of the caches, and there are panels enough to pay for
   the copy. A tile of few rows takes too little of each line that it reads. */
static inline int NAME(packs_rows)(const kernel_step *step, int64_t columns) {
  int64_t row_bytes = step->first_row_stride * (int64_t)sizeof(REAL);
  int64_t column_bytes = step->first_column_stride * (int64_t)sizeof(REAL);
  if (columns <= 64 || step->rows < PANEL_ROWS) return 0;
  if (step->first_column_stride == 1) return PANEL_ROWS > 8 && row_bytes % 4096 == 0;
  if (step->first_row_stride != 1) return 0;
  if (PANEL_ROWS <= 8 && columns >= 256) return 1;
  return column_bytes % 2048 == 0 && column_bytes * step->depth > 1 << 21;
}

/* A tile's copy holds PANEL_ROWS rows even where the tile has fewer; at the end of the matrix they
   begin before its own. */
static inline int64_t NAME(packed_shift)(const kernel_step *step, int64_t row) {
  int64_t beyond = row + PANEL_ROWS - step->rows;
  return beyond > 0 ? beyond : 0;
}

/* Copies the rows of up to PACKED_TILES tiles, a[k][row] for every tile. */
static void NAME(pack_rows)(
    const kernel_step *step, const REAL *a, int64_t depth, int64_t tile, int64_t tiles, REAL *to) {
  int64_t count = tiles - tile < PACKED_TILES ? tiles - tile : PACKED_TILES;
  int64_t a_row = step->first_row_stride, a_column = step->first_column_stride;
  int64_t begins[PACKED_TILES];
  for (int64_t place = 0; place < count; place++) {
    int64_t row = (tile + place) * step->rows / tiles;
    begins[place] = row - NAME(packed_shift)(step, row);
  }
  if (a_row == 1) {
    for (int64_t k = 0; k < depth; k++)
      for (int64_t place = 0; place < count; place++)
        __builtin_memcpy(
            to + (place * depth + k) * PANEL_ROWS, a + k * a_column + begins[place],
            PANEL_ROWS * sizeof(REAL));
    return;
  }
  for (int64_t place = 0; place < count; place++)
    for (int64_t k = 0; k < depth; k += 16) {
      int64_t part = depth - k < 16 ? depth - k : 16;
      VECTOR rows[16];
#pragma clang loop unroll(full)
      for (int row = 0; row < 16; row++) {
        rows[row] = NAME(splat)(0);
        if (row < PANEL_ROWS)
          rows[row] = NAME(read)(a + (begins[place] + row) * a_row + k, part, part == 16);
      }
      NAME(transpose_square)(rows);
      for (int64_t row = 0; row < part; row++)
        __builtin_memcpy(
            to + (place * depth + k + row) * PANEL_ROWS, &rows[row], PANEL_ROWS * sizeof(REAL));
    }
}
