/* Matrix products of any size: output = epilogue(scalar[0] * A B + bias) as in product.h, and with
   the same order of summation and the same bits, for an output whose columns lie side by side.

   B is copied into panels of as many columns as a tile has, once; A is read in place where it lies
   well enough. Up to kernel_panel_values values of B are worked on at once, as many as a cache holds
   beside the rest. The tile's sums stay in registers for up to kernel_panel_depth values of k, are
   then stored as they are, and are taken up again by the next stretch of k, so that every element is
   summed in plain order of k. What follows the sum (factor, bias, epilogue) is done in the register
   before it is stored for the last time, tanh and sigmoid to rows that have just been stored.

   option 1: the sums begin with what the output holds, as if A had more columns on its left and B
   more rows on top; scalar[0] is then 1, and there is neither bias nor epilogue. How much scratch is
   needed stands beside kernel_panel_depth. */

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

#ifndef PRODUCT_ENDINGS
#define PRODUCT_ENDINGS
/* What becomes of a sum when it is stored. Plain, it is stored as it is. With v = factor * sum + bias
   it is, forward, 0 where v < least, else v; backward, v times the derivative of a function whose
   value is in `third`. */
enum {
  ending_plain,
  ending_forward,
  ending_relu_backward,
  ending_tanh_backward,
  ending_sigmoid_backward
};
#endif

/* What one tile works on: a is at its first row, b at its panel, the others at its corner. */
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
  int ending;
  REAL factor, least;
  const REAL *bias, *third;
} NAME(tile_work);

/* Half of the sixteen lanes: for the last columns of a product. */
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

static inline NAME(half) NAME(half_narrowed)(VECTOR value) {
  return __builtin_shufflevector(value, value, 0, 1, 2, 3, 4, 5, 6, 7);
}

static inline NAME(half) NAME(half_load_first)(const REAL *from, int64_t count) {
  return NAME(half_narrowed)(NAME(load_part)(from, count));
}

static inline void NAME(half_store_first)(REAL *to, NAME(half) value, int64_t count) {
  NAME(store_part)(to, NAME(half_widened)(value), count);
}

static inline NAME(half) NAME(half_repeat)(REAL value) {
  return (NAME(half)){value, value, value, value, value, value, value, value};
}

static inline NAME(half) NAME(half_multiply_add)(NAME(half) a, NAME(half) b, NAME(half) c) {
#ifdef KERNEL_CALLS_FMA
  return NAME(half_narrowed)(
      NAME(fma)(NAME(half_widened)(a), NAME(half_widened)(b), NAME(half_widened)(c)));
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

#include "product_pack.h"

/* A bias that changes no sum, not even the sign of a zero. */
#define MINUS_ZEROS (REAL)-0.0, (REAL)-0.0, (REAL)-0.0, (REAL)-0.0
static const REAL NAME(no_bias)[32] = {MINUS_ZEROS, MINUS_ZEROS, MINUS_ZEROS, MINUS_ZEROS,
                                       MINUS_ZEROS, MINUS_ZEROS, MINUS_ZEROS, MINUS_ZEROS};
#undef MINUS_ZEROS

/* The function after the sums of some rows, where it costs more than a pass of its own. */
static void NAME(finish_rows)(
    const kernel_step *step, int64_t row, int64_t end, int64_t column, int64_t columns) {
  for (; row < end; row++) {
    REAL *to = (REAL *)step->output + row * step->output_row_stride + column;
    for (int64_t j = 0; j < columns; j += 16) {
      int64_t part = columns - j;
      int whole = part >= 16;
      VECTOR value = NAME(read)(to + j, part, whole);
      value = step->epilogue == kernel_epilogue_tanh ? NAME(tanh_lanes)(value)
                                                     : NAME(sigmoid_lanes)(value);
      if (whole) NAME(store)(to + j, value);
      else NAME(store_part)(to + j, value, part);
    }
  }
}

/* How the sums are stored: as they are unless these are the last values of k. */
static void NAME(set_ending)(const kernel_step *step, NAME(tile_work) *work, int isLast) {
  work->ending = ending_plain;
  work->factor = (REAL)step->scalar[0];
  work->least = (REAL)-__builtin_inf();
  if (!isLast) return;
  if (step->second_output || work->factor != 1) work->ending = ending_forward;
  switch (step->epilogue) {
    case kernel_epilogue_relu:
      work->ending = ending_forward;
      work->least = 0;
      break;
    case kernel_epilogue_relu_backward: work->ending = ending_relu_backward; break;
    case kernel_epilogue_tanh_backward: work->ending = ending_tanh_backward; break;
    case kernel_epilogue_sigmoid_backward: work->ending = ending_sigmoid_backward; break;
    default: break;
  }
}

/* A matrix of more bytes does not stay in a cache until it is needed again: it is asked for before
   it is read or written. What is asked for follows from the shape, and no bit depends on it. */
#define FAR_BYTES (1 << 20)

/* Lines of memory to ask for: `rows` rows, `stride` bytes apart, of `bytes` each. */
typedef struct {
  const char *row;
  int64_t rows, stride, bytes, place;
} NAME(lines);

/* Asks for the next `count` lines. */
static inline void NAME(fetch_lines)(NAME(lines) *lines, int64_t count) {
  for (; count > 0 && lines->rows > 0; count--) {
    __builtin_prefetch(lines->row + lines->place, 0, 2);
    lines->place += 64;
    if (lines->place < lines->bytes) continue;
    lines->place = 0;
    lines->row += lines->stride;
    lines->rows--;
  }
}

/* The values of A that a tile from row `row` on will read, if they lie far away. They are asked for
   a part at each panel of the tile before, so few panels are not worth it. */
static inline NAME(lines) NAME(lines_of_rows)(
    const kernel_step *step, const REAL *a, int64_t row, int64_t columns, int64_t depth) {
  NAME(lines) lines = {0};
  int64_t bytes = step->rows * step->depth * (int64_t)sizeof(REAL);
  if (bytes <= FAR_BYTES || columns < 128 || row >= step->rows) return lines;
  int areSideBySide = step->first_column_stride == 1;
  lines.row = (const char *)(a + row * step->first_row_stride);
  lines.rows = areSideBySide ? PANEL_ROWS : depth;
  lines.stride = (areSideBySide ? step->first_row_stride : step->first_column_stride) *
                 (int64_t)sizeof(REAL);
  /* The few values of one k may begin in one line and end in the next. */
  lines.bytes = areSideBySide ? depth * (int64_t)sizeof(REAL) : 65;
  return lines;
}

/* Asks for the memory of a tile's sums, and of what its ending reads. */
static inline void NAME(fetch_sums)(
    const kernel_step *step, int64_t place, int64_t rows, const REAL *third) {
  const REAL *to = (const REAL *)step->output + place;
  for (int64_t row = 0; row < rows; row++) {
    int64_t at = row * step->output_row_stride;
    __builtin_prefetch(to + at, 1, 2);
    __builtin_prefetch(to + at + 16, 1, 2);
    if (!third) continue;
    __builtin_prefetch(third + place + at, 0, 2);
    __builtin_prefetch(third + place + at + 16, 0, 2);
  }
}

/* All panels of a block of columns for one tile of rows, whose values of A are at `work`; `ahead` are
   those of the next tile. */
static void NAME(perform_tile)(
    const kernel_step *step, NAME(tile_work) *work, int64_t row, int64_t rows, int64_t column,
    int64_t columns, int isLast, const REAL *standing, NAME(lines) ahead) {
  int isFar = step->rows * step->columns * (int64_t)sizeof(REAL) > FAR_BYTES;
  int64_t share = ahead.rows * ((ahead.bytes + 63) / 64) / ((columns + 31) / 32) + 1;
  const REAL *bias = isLast ? step->second_output : 0, *third = step->third;
  const REAL *panel = step->scratch;
  for (int64_t j = 0; j < columns;) {
    int64_t width = NAME(panel_width)(columns - j);
    int64_t place = row * work->c_row + column + j;
    work->c = (REAL *)step->output + place;
    work->third = third ? third + place : work->c;
    work->bias = bias ? bias + column + j : NAME(no_bias);
    work->part = columns - j < width ? columns - j : width;
    int isInPlace = standing && work->part == width;
    work->b = isInPlace ? standing + j : panel;
    work->b_row = isInPlace ? step->second_row_stride : width;
    if (isFar) {
      /* Sums that go on are read at the beginning of a tile: those of the next one are asked for. */
      int64_t next = place;
      if (work->continues)
        next = j + width < columns ? place + width : (row + rows) * work->c_row + column;
      NAME(fetch_sums)(step, next, rows, isLast ? third : 0);
    }
    NAME(fetch_lines)(&ahead, share);
    switch (width) {
      case 8: NAME(half_of_rows)[rows](work); break;
#if PANEL_VECTORS == 2
      case 32: NAME(broad_of_rows)[rows](work); break;
#endif
      default: NAME(whole_of_rows)[rows](work); break;
    }
    panel += work->depth * width;
    j += width;
  }
  int isLate =
      step->epilogue == kernel_epilogue_tanh || step->epilogue == kernel_epilogue_sigmoid;
  if (isLast && isLate)
    NAME(finish_rows)(step, row, row + rows, column, columns);
}

/* All panels of a block of columns for all rows, over one stretch of k. */
static void NAME(perform_panels)(
    const kernel_step *step, int64_t column, int64_t columns, int64_t k, int64_t depth,
    const REAL *standing) {
  int64_t tiles = (step->rows + PANEL_ROWS - 1) / PANEL_ROWS;
  int isLast = k + depth == step->depth, isPacked = NAME(packs_rows)(step, columns);
  REAL *packed = (REAL *)step->scratch + depth * ((columns + 31) & ~(int64_t)31);
  NAME(tile_work) work;
  work.a_row = isPacked ? 1 : step->first_row_stride;
  work.a_column = isPacked ? PANEL_ROWS : step->first_column_stride;
  work.c_row = step->output_row_stride;
  work.depth = depth;
  work.continues = k > 0 || step->option;
  NAME(set_ending)(step, &work, isLast);
  const REAL *a = (const REAL *)step->first + k * step->first_column_stride;
  for (int64_t tile = 0; tile < tiles; tile++) {
    /* The rows are dealt evenly: no tile is a small rest. */
    int64_t row = tile * step->rows / tiles, end = (tile + 1) * step->rows / tiles;
    work.a = a + row * step->first_row_stride;
    if (isPacked) {
      int64_t place = tile % PACKED_TILES;
      if (place == 0) NAME(pack_rows)(step, a, depth, tile, tiles, packed);
      work.a = packed + place * depth * PANEL_ROWS + NAME(packed_shift)(step, row);
    }
    NAME(lines) ahead = {0};
    if (!isPacked) ahead = NAME(lines_of_rows)(step, a, end, columns, depth);
    NAME(perform_tile)(
        step, &work, row, end - row, column, columns, isLast, standing, ahead);
  }
}

/* Copies a block of B's columns into panels. Where it stays in place, only the last panel is
   copied, if it has more columns than there are. */
static void NAME(pack_panels)(
    const kernel_step *step, const REAL *from, int64_t columns, int64_t depth, int isInPlace) {
  REAL *to = step->scratch;
  for (int64_t j = 0; j < columns;) {
    int64_t width = NAME(panel_width)(columns - j);
    int64_t part = columns - j < width ? columns - j : width;
    if (!isInPlace || part < width)
      NAME(pack)(
          from + j * step->second_column_stride, step->second_row_stride,
          step->second_column_stride, part, depth, to, width);
    to += depth * width;
    j += width;
  }
}

/* The columns and the values of k are dealt evenly to blocks and stretches. */
static void NAME(product_panels)(const kernel_step *step) {
  int64_t stretches = (step->depth + kernel_panel_depth - 1) / kernel_panel_depth;
  if (stretches == 0) return;
  /* Stretches of sixteens are turned without a rest. */
  int64_t longest = ((step->depth + stretches - 1) / stretches + 15) & ~(int64_t)15;
  int64_t panels = (step->columns + 31) / 32, most = kernel_panel_values / longest / 32;
  int64_t blocks = (panels + most - 1) / most;
  int isInPlace = NAME(reads_in_place)(step);
  for (int64_t block = 0; block < blocks; block++) {
    int64_t column = block * panels / blocks * 32, end = (block + 1) * panels / blocks * 32;
    int64_t columns = (end < step->columns ? end : step->columns) - column;
    for (int64_t k = 0; k < step->depth; k += longest) {
      int64_t depth = step->depth - k < longest ? step->depth - k : longest;
      const REAL *from = (const REAL *)step->second + k * step->second_row_stride +
                         column * step->second_column_stride;
      NAME(pack_panels)(step, from, columns, depth, isInPlace);
      NAME(perform_panels)(step, column, columns, k, depth, isInPlace ? from : 0);
    }
  }
}
