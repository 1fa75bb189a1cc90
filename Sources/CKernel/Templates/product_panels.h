/* Matrix products of any size: output = epilogue(scalar[0] * A B + bias) as in product.h, and with
   the same order of summation and the same bits, for an output whose columns lie side by side.

   B is copied into panels of as many columns as a tile has, once; A is read in place. The tile's sums
   stay in registers for up to kernel_panel_depth values of k, are then stored as they are, and are taken up
   again by the next stretch of k, so that every element is summed in plain order of k. What follows
   the sum (factor, bias, epilogue) is done to a tile that has just been stored.

   option 1: the sums begin with what the output holds, as if A had more columns on its left and B
   more rows on top; scalar[0] is then 1, and there is neither bias nor epilogue. scratch holds
   min(depth, kernel_panel_depth) * min(columns rounded up to 32, kernel_panel_columns) values. */

/* As many rows and vectors as a tier has registers for. No bit depends on it. */
#if defined(KERNEL_MASKED) && REAL_IS_SINGLE
#define PANEL_ROWS 14
#define PANEL_VECTORS 2
#elif defined(KERNEL_MASKED)
#define PANEL_ROWS 14
#define PANEL_VECTORS 1
#elif defined(KERNEL_CALLS_FMA)
#define PANEL_ROWS 4
#define PANEL_VECTORS 1
#elif REAL_IS_SINGLE
#define PANEL_ROWS 6
#define PANEL_VECTORS 1
#else
#define PANEL_ROWS 3
#define PANEL_VECTORS 1
#endif

/* What one tile works on: a is at its first row, b at its panel, c at its corner. */
typedef struct {
  const REAL *a;
  int64_t a_row, a_column;
  const REAL *b;
  int64_t b_row;
  REAL *c;
  int64_t c_row;
  int64_t depth;
  int64_t part; /* columns that are stored */
  int continues; /* whether the sums begin with what c holds */
} NAME(tile_work);

/* Half of the sixteen lanes: for the last columns of a product. */
typedef REAL NAME(half) __attribute__((vector_size(8 * sizeof(REAL))));

static inline NAME(half) NAME(half_load)(const REAL *from) {
  NAME(half) value;
  __builtin_memcpy(&value, from, sizeof value);
  return value;
}

static inline void NAME(half_store)(REAL *to, NAME(half) value) {
  __builtin_memcpy(to, &value, sizeof value);
}

static inline VECTOR NAME(half_widened)(NAME(half) value) {
  return __builtin_shufflevector(value, value, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7);
}

static inline NAME(half) NAME(half_load_first)(const REAL *from, int64_t count) {
  VECTOR value = NAME(load_part)(from, count);
  return __builtin_shufflevector(value, value, 0, 1, 2, 3, 4, 5, 6, 7);
}

static inline void NAME(half_store_first)(REAL *to, NAME(half) value, int64_t count) {
  NAME(store_part)(to, NAME(half_widened)(value), count);
}

static inline NAME(half) NAME(half_repeat)(REAL value) {
  return (NAME(half)){value, value, value, value, value, value, value, value};
}

static inline NAME(half) NAME(half_multiply_add)(NAME(half) a, NAME(half) b, NAME(half) c) {
#ifdef KERNEL_CALLS_FMA
  VECTOR value =
      NAME(fma)(NAME(half_widened)(a), NAME(half_widened)(b), NAME(half_widened)(c));
  return __builtin_shufflevector(value, value, 0, 1, 2, 3, 4, 5, 6, 7);
#else
  return __builtin_elementwise_fma(a, b, c);
#endif
}

#define TILE(name) NAME(half_##name)
#define LANES NAME(half)
#define LANE_COUNT 8
#define TILE_VECTORS_BESIDE 1
#include "product_tile.h"

#define TILE(name) NAME(whole_##name)
#define LANES VECTOR
#define LANE_COUNT 16
#define TILE_VECTORS_BESIDE 1
static inline VECTOR TILE(load)(const REAL *from) { return NAME(load)(from); }
static inline VECTOR TILE(load_first)(const REAL *from, int64_t count) {
  return NAME(load_part)(from, count);
}
static inline void TILE(store)(REAL *to, VECTOR value) { NAME(store)(to, value); }
static inline void TILE(store_first)(REAL *to, VECTOR value, int64_t count) {
  NAME(store_part)(to, value, count);
}
static inline VECTOR TILE(repeat)(REAL value) { return NAME(splat)(value); }
static inline VECTOR TILE(multiply_add)(VECTOR a, VECTOR b, VECTOR c) {
  return NAME(fma)(a, b, c);
}
#include "product_tile.h"

#if PANEL_VECTORS == 2
#define TILE(name) NAME(broad_##name)
#define LANES VECTOR
#define LANE_COUNT 16
#define TILE_VECTORS_BESIDE 2
static inline VECTOR TILE(load)(const REAL *from) { return NAME(load)(from); }
static inline VECTOR TILE(load_first)(const REAL *from, int64_t count) {
  return NAME(load_part)(from, count);
}
static inline void TILE(store)(REAL *to, VECTOR value) { NAME(store)(to, value); }
static inline void TILE(store_first)(REAL *to, VECTOR value, int64_t count) {
  NAME(store_part)(to, value, count);
}
static inline VECTOR TILE(repeat)(REAL value) { return NAME(splat)(value); }
static inline VECTOR TILE(multiply_add)(VECTOR a, VECTOR b, VECTOR c) {
  return NAME(fma)(a, b, c);
}
#include "product_tile.h"
#endif

/* The width of the panel that begins where `left` columns are left. */
static inline int64_t NAME(panel_width)(int64_t left) {
  if (left > 24 && PANEL_VECTORS == 2) return 32;
  return left > 8 ? 16 : 8;
}

/* Copies up to sixteen columns of B, whose values of k lie side by side, into a panel. */
static __attribute__((noinline)) void NAME(pack_turned)(
    const REAL *from, int64_t stride, int64_t columns, int64_t depth, REAL *to, int64_t width) {
  int64_t stored = width < 16 ? width : 16;
  for (int64_t k = 0; k < depth; k += 16) {
    int64_t part = depth - k < 16 ? depth - k : 16;
    VECTOR rows[16];
    for (int64_t column = 0; column < 16; column++) {
      const REAL *values = from + column * stride + k;
      rows[column] = NAME(splat)(0);
      if (column < columns)
        rows[column] = part == 16 ? NAME(load)(values) : NAME(load_part)(values, part);
    }
    NAME(transpose_square)(rows);
    for (int64_t row = 0; row < part; row++) {
      REAL *place = to + (k + row) * width;
      if (stored == 16) NAME(store)(place, rows[row]);
      else NAME(store_part)(place, rows[row], stored);
    }
  }
}

/* Copies a panel of B from any strides; the columns that it has beyond `columns` are zeros. */
static void NAME(pack)(
    const REAL *from, int64_t row_stride, int64_t column_stride, int64_t columns, int64_t depth,
    REAL *to, int64_t width) {
  for (int64_t column = 0; column < width; column += 16) {
    int64_t left = columns - column, part = left < 0 ? 0 : left < 16 ? left : 16;
    const REAL *begin = from + column * column_stride;
    if (column_stride != 1 && row_stride == 1) {
      NAME(pack_turned)(begin, column_stride, part, depth, to + column, width);
      continue;
    }
    for (int64_t k = 0; k < depth; k++) {
      const REAL *values = begin + k * row_stride;
      REAL *place = to + k * width + column;
      if (column_stride == 1 && part == 16) {
        NAME(store)(place, NAME(load)(values));
        continue;
      }
      for (int64_t lane = 0; lane < 16 && column + lane < width; lane++)
        place[lane] = lane < part ? values[lane * column_stride] : 0;
    }
  }
}

/* What follows the sums of a tile that has just been stored. */
static void NAME(finish_tile)(
    const kernel_step *step, int64_t row, int64_t rows, int64_t column, int64_t columns) {
  const REAL *bias = step->second_output;
  VECTOR factor = NAME(splat)((REAL)step->scalar[0]);
  for (int64_t i = row; i < row + rows; i++)
    for (int64_t j = column; j < column + columns; j += 16) {
      int64_t part = column + columns - j, place = i * step->output_row_stride + j;
      int whole = part >= 16;
      REAL *to = (REAL *)step->output + place;
      VECTOR value = NAME(read)(to, part, whole) * factor;
      if (bias) value += NAME(read)(bias + j, part, whole);
      VECTOR with = value;
      if (step->third) with = NAME(read)((const REAL *)step->third + place, part, whole);
      value = NAME(activated)(step->epilogue, value, with);
      if (whole) NAME(store)(to, value);
      else NAME(store_part)(to, value, part);
    }
}

/* All panels of a block of columns for all rows, over one stretch of k. */
static void NAME(perform_panels)(
    const kernel_step *step, int64_t column, int64_t columns, int64_t k, int64_t depth) {
  int64_t tiles = (step->rows + PANEL_ROWS - 1) / PANEL_ROWS;
  int finishes = k + depth == step->depth &&
                 (step->epilogue || step->second_output || step->scalar[0] != 1);
  NAME(tile_work) work;
  work.a_row = step->first_row_stride;
  work.a_column = step->first_column_stride;
  work.c_row = step->output_row_stride;
  work.depth = depth;
  work.continues = k > 0 || step->option;
  for (int64_t tile = 0; tile < tiles; tile++) {
    /* The rows are dealt evenly: no tile is a small rest. */
    int64_t row = tile * step->rows / tiles, end = (tile + 1) * step->rows / tiles;
    work.a = (const REAL *)step->first + row * work.a_row + k * work.a_column;
    work.b = step->scratch;
    for (int64_t j = 0; j < columns;) {
      int64_t width = NAME(panel_width)(columns - j);
      work.c = (REAL *)step->output + row * work.c_row + column + j;
      work.part = columns - j < width ? columns - j : width;
      work.b_row = width;
      switch (width) {
        case 8: NAME(half_of_rows)[end - row](&work); break;
#if PANEL_VECTORS == 2
        case 32: NAME(broad_of_rows)[end - row](&work); break;
#endif
        default: NAME(whole_of_rows)[end - row](&work); break;
      }
      if (finishes) NAME(finish_tile)(step, row, end - row, column + j, work.part);
      work.b += depth * width;
      j += width;
    }
  }
}

static void NAME(product_panels)(const kernel_step *step) {
  for (int64_t column = 0; column < step->columns; column += kernel_panel_columns) {
    int64_t columns = step->columns - column;
    if (columns > kernel_panel_columns) columns = kernel_panel_columns;
    for (int64_t k = 0; k < step->depth; k += kernel_panel_depth) {
      int64_t depth = step->depth - k < kernel_panel_depth ? step->depth - k : kernel_panel_depth;
      REAL *to = step->scratch;
      for (int64_t j = 0; j < columns;) {
        int64_t width = NAME(panel_width)(columns - j);
        const REAL *from = (const REAL *)step->second + k * step->second_row_stride +
                           (column + j) * step->second_column_stride;
        NAME(pack)(
            from, step->second_row_stride, step->second_column_stride,
            columns - j < width ? columns - j : width, depth, to, width);
        to += depth * width;
        j += width;
      }
      NAME(perform_panels)(step, column, columns, k, depth);
    }
  }
}
