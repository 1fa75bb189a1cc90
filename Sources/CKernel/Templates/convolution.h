/* Convolutions of three by three taps, without unrolled copies of the images.

   Images are `rows` matrices of H W positions by `depth` channels, position y * W + x; H is
   `first_row_stride`, W is `first_column_stride`. `columns` is the number of output channels. A
   weight is (columns, 9 * depth), its columns ordered by row tap, column tap, channel. An image is
   copied into scratch with a border of zeros; the three taps of a row are then 3 * depth numbers
   side by side. Every element of a convolution is summed in that order with fused multiply-adds. */

/* Positions and sixteens of channels that are summed at once; no bit depends on it. */
#if defined(KERNEL_MASKED) && REAL_IS_SINGLE
#define WINDOW_ROWS 14
#define WINDOW_VECTORS 2
#elif defined(KERNEL_MASKED)
#define WINDOW_ROWS 14
#define WINDOW_VECTORS 1
#elif REAL_IS_SINGLE
#define WINDOW_ROWS 6
#define WINDOW_VECTORS 1
#else
#define WINDOW_ROWS 3
#define WINDOW_VECTORS 1
#endif

/* Positions whose products are summed before they are added to a weight's derivative. */
#define BAND_POSITIONS 128

/* What one convolution step works on. */
typedef struct {
  int64_t height, width, channels;
  int64_t run;   /* numbers side by side under one row of taps */
  int64_t pitch; /* numbers between two rows of the bordered image */
  int64_t lanes; /* output channels, rounded up to sixteens */
} NAME(windows);

static NAME(windows) NAME(windows_of)(const kernel_step *step) {
  NAME(windows) at;
  at.height = step->first_row_stride;
  at.width = step->first_column_stride;
  at.channels = step->depth;
  at.run = 3 * step->depth;
  at.pitch = (at.width + 2) * step->depth;
  at.lanes = (step->columns + 15) & ~(int64_t)15;
  return at;
}

/* Copies an image into the inner part of a bordered one. */
static void NAME(copy_inside)(const NAME(windows) *at, const REAL *image, REAL *bordered) {
  int64_t row = at->width * at->channels;
  for (int64_t y = 0; y < at->height; y++)
    __builtin_memcpy(
        bordered + (y + 1) * at->pitch + at->channels, image + y * row,
        (unsigned long)row * sizeof(REAL));
}

static void NAME(clear)(REAL *to, int64_t count) {
  for (int64_t index = 0; index < count; index++) to[index] = 0;
}

/* Weights as [sixteen of output channels][tap and channel][lane], zero where no channel is. */
static void NAME(pack_taps)(const kernel_step *step, const NAME(windows) *at, REAL *packed) {
  const REAL *weight = step->second;
  int64_t depth = 3 * at->run;
  for (int64_t first = 0; first < at->lanes; first += 16)
    for (int64_t lane = 0; lane < 16; lane++) {
      REAL *to = packed + first * depth + lane;
      const REAL *from = weight + (first + lane) * depth;
      int isThere = first + lane < step->columns;
      for (int64_t k = 0; k < depth; k++) to[k * 16] = isThere ? from[k] : 0;
    }
}

/* `count` neighbouring positions and `vectors` sixteens of output channels. `corner` is the
   bordered image's element under the first tap of the first position. */
static inline __attribute__((always_inline)) void NAME(window)(
    const kernel_step *step, const NAME(windows) *at, int count, int vectors, const REAL *corner,
    const REAL *packed, int64_t position, int64_t channel) {
  VECTOR sum[WINDOW_ROWS][WINDOW_VECTORS];
  int64_t channels = at->channels, next = 3 * at->run * 16;
  const REAL *taps = packed + 3 * at->run * channel;
#pragma clang loop unroll(full)
  for (int i = 0; i < count; i++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) sum[i][v] = NAME(splat)(0);
  for (int row = 0; row < 3; row++) {
    const REAL *from = corner + row * at->pitch;
    for (int64_t k = 0; k < at->run; k++, taps += 16) {
      VECTOR values[WINDOW_VECTORS];
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) values[v] = NAME(load)(taps + v * next);
#pragma clang loop unroll(full)
      for (int i = 0; i < count; i++) {
        VECTOR left = NAME(splat)(from[i * channels + k]);
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) sum[i][v] = NAME(fma)(left, values[v], sum[i][v]);
      }
    }
  }
  const REAL *bias = step->second_output;
#pragma clang loop unroll(full)
  for (int v = 0; v < vectors; v++) {
    int64_t first = channel + v * 16, part = step->columns - first;
    int whole = part >= 16;
    VECTOR shift = NAME(splat)(0);
    if (bias) shift = NAME(read)(bias + first, part, whole);
#pragma clang loop unroll(full)
    for (int i = 0; i < count; i++) {
      int64_t place = (position + i) * step->columns + first;
      VECTOR value = sum[i][v], with = value;
      if (bias) value += shift;
      if (step->third) with = NAME(read)((const REAL *)step->third + place, part, whole);
      value = NAME(epilogue_lanes)(step->epilogue, value, with);
      if (whole) NAME(store)((REAL *)step->output + place, value);
      else NAME(store_part)((REAL *)step->output + place, value, part);
    }
  }
}

/* A function for each count of rows of a register tile: `CALL` is used once with every count up to
   the tier's WINDOW_ROWS. */
#if WINDOW_ROWS == 14
#define EACH_WINDOW(CALL) \
  CALL(1) CALL(2) CALL(3) CALL(4) CALL(5) CALL(6) CALL(7) CALL(8) CALL(9) CALL(10) CALL(11) \
  CALL(12) CALL(13) CALL(14)
#elif WINDOW_ROWS == 6
#define EACH_WINDOW(CALL) CALL(1) CALL(2) CALL(3) CALL(4) CALL(5) CALL(6)
#else
#define EACH_WINDOW(CALL) CALL(1) CALL(2) CALL(3)
#endif

#define WINDOW_CASE(number)                                                                \
  case number:                                                                             \
    if (isBroad)                                                                           \
      NAME(window)(                                                                        \
          step, at, number, WINDOW_VECTORS, corner, packed, position, channel);            \
    else NAME(window)(step, at, number, 1, corner, packed, position, channel);             \
    break;

static __attribute__((noinline)) void NAME(window_any)(
    const kernel_step *step, const NAME(windows) *at, int64_t count, int isBroad,
    const REAL *corner, const REAL *packed, int64_t position, int64_t channel) {
  switch (count) { EACH_WINDOW(WINDOW_CASE) default: break; }
}

/* output[n, p, o] = epilogue(sum over taps t and channels c of first[n, p + t, c]
   second[o, t, c] + second_output[o]); the bias and `third`, laid out like the output, may be null.
   scratch holds 9 depth columns, the columns rounded up to sixteens, and (H + 2) (W + 2) depth. */
static void NAME(convolution)(const kernel_step *step) {
  NAME(windows) at = NAME(windows_of)(step);
  REAL *packed = step->scratch, *bordered = packed + 3 * at.run * at.lanes;
  int64_t positions = at.height * at.width;
  int64_t tiles = (at.width + WINDOW_ROWS - 1) / WINDOW_ROWS;
  NAME(pack_taps)(step, &at, packed);
  NAME(clear)(bordered, (at.height + 2) * at.pitch);
  for (int64_t image = 0; image < step->rows; image++) {
    NAME(copy_inside)(&at, (const REAL *)step->first + image * positions * at.channels, bordered);
    for (int64_t channel = 0; channel < at.lanes;) {
      int isBroad = channel + 16 * WINDOW_VECTORS <= at.lanes;
      for (int64_t y = 0; y < at.height; y++)
        for (int64_t tile = 0; tile < tiles; tile++) {
          int64_t x = tile * at.width / tiles, end = (tile + 1) * at.width / tiles;
          NAME(window_any)(
              step, &at, end - x, isBroad, bordered + y * at.pitch + x * at.channels, packed,
              image * positions + y * at.width + x, channel);
        }
      channel += isBroad ? 16 * WINDOW_VECTORS : 16;
    }
  }
}

/* Adds to `total`, `count` rows of sixteens of output channels, the products of `count`
   neighbouring numbers under a tap with the cotangents of all positions of a band. */
static inline __attribute__((always_inline)) void NAME(taps)(
    const NAME(windows) *at, int count, int vectors, const REAL *corner, int64_t bandRows,
    const REAL *cotangent, int64_t columns, REAL *total) {
  VECTOR sum[WINDOW_ROWS][WINDOW_VECTORS];
#pragma clang loop unroll(full)
  for (int i = 0; i < count; i++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) sum[i][v] = NAME(splat)(0);
  for (int64_t y = 0; y < bandRows; y++) {
    const REAL *from = corner + y * at->pitch;
    for (int64_t x = 0; x < at->width; x++) {
      VECTOR values[WINDOW_VECTORS];
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) values[v] = NAME(load)(cotangent + v * 16);
#pragma clang loop unroll(full)
      for (int i = 0; i < count; i++) {
        VECTOR left = NAME(splat)(from[i]);
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) sum[i][v] = NAME(fma)(left, values[v], sum[i][v]);
      }
      from += at->channels;
      cotangent += columns;
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < count; i++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      REAL *to = total + i * at->lanes + v * 16;
      NAME(store)(to, NAME(load)(to) + sum[i][v]);
    }
}

#define TAPS_CASE(number)                                                                  \
  case number:                                                                             \
    if (isBroad)                                                                           \
      NAME(taps)(                                                                          \
          at, number, WINDOW_VECTORS, corner, bandRows, cotangent, columns, total);        \
    else NAME(taps)(at, number, 1, corner, bandRows, cotangent, columns, total);           \
    break;

static __attribute__((noinline)) void NAME(taps_any)(
    const NAME(windows) *at, int64_t count, int isBroad, const REAL *corner, int64_t bandRows,
    const REAL *cotangent, int64_t columns, REAL *total) {
  switch (count) { EACH_WINDOW(TAPS_CASE) default: break; }
}

/* One band of rows of an image: all taps, channels and output channels. */
static void NAME(taps_of_band)(
    const NAME(windows) *at, const REAL *bordered, int64_t bandRows, const REAL *cotangent,
    int64_t columns, REAL *total) {
  int64_t tiles = (at->run + WINDOW_ROWS - 1) / WINDOW_ROWS;
  for (int64_t channel = 0; channel < at->lanes;) {
    int isBroad = channel + 16 * WINDOW_VECTORS <= at->lanes;
    for (int64_t row = 0; row < 3; row++)
      for (int64_t tile = 0; tile < tiles; tile++) {
        int64_t k = tile * at->run / tiles, end = (tile + 1) * at->run / tiles;
        NAME(taps_any)(
            at, end - k, isBroad, bordered + row * at->pitch + k, bandRows, cotangent + channel,
            columns, total + (row * at->run + k) * at->lanes + channel);
      }
    channel += isBroad ? 16 * WINDOW_VECTORS : 16;
  }
}

/* output[o, t, c] = sum over images n and positions p of second[n, p, o] first[n, p + t, c], second
   being laid out like a convolution's output. Bands of max(1, 128 / W) rows are summed by
   themselves, position after position, and added in their order. scratch holds 9 depth columns, the
   columns rounded up to sixteens, (H + 2) (W + 2) depth rounded up to sixteens and, where the
   columns are no sixteens, H W times the rounded columns. */
static void NAME(convolution_weights)(const kernel_step *step) {
  NAME(windows) at = NAME(windows_of)(step);
  int64_t depth = 3 * at.run, positions = at.height * at.width, columns = step->columns;
  int64_t borderedCount = ((at.height + 2) * at.pitch + 15) & ~(int64_t)15;
  REAL *total = step->scratch, *bordered = total + depth * at.lanes;
  REAL *widened = bordered + borderedCount;
  int64_t band = at.width < BAND_POSITIONS ? BAND_POSITIONS / at.width : 1;
  NAME(clear)(total, depth * at.lanes);
  NAME(clear)(bordered, borderedCount);
  if (columns != at.lanes) NAME(clear)(widened, positions * at.lanes);
  for (int64_t image = 0; image < step->rows; image++) {
    const REAL *cotangent = (const REAL *)step->second + image * positions * columns;
    NAME(copy_inside)(&at, (const REAL *)step->first + image * positions * at.channels, bordered);
    if (columns != at.lanes) {
      for (int64_t position = 0; position < positions; position++)
        for (int64_t column = 0; column < columns; column++)
          widened[position * at.lanes + column] = cotangent[position * columns + column];
      cotangent = widened;
    }
    for (int64_t y = 0; y < at.height; y += band) {
      int64_t rows = at.height - y < band ? at.height - y : band;
      NAME(taps_of_band)(
          &at, bordered + y * at.pitch, rows, cotangent + y * at.width * at.lanes, at.lanes,
          total);
    }
  }
  REAL *output = step->output;
  for (int64_t column = 0; column < columns; column++)
    for (int64_t k = 0; k < depth; k++)
      output[column * depth + k] = total[k * at.lanes + column];
}

/* output[c, 8 - t, o] = first[o, t, c]: the weight of the convolution that is the adjoint; first
   has `rows` output channels and `columns` channels under each of nine taps. */
static void NAME(flip_taps)(const kernel_step *step) {
  const REAL *first = step->first;
  REAL *output = step->output;
  int64_t outputs = step->rows, channels = step->columns;
  for (int64_t o = 0; o < outputs; o++)
    for (int64_t tap = 0; tap < 9; tap++)
      for (int64_t c = 0; c < channels; c++)
        output[(c * 9 + 8 - tap) * outputs + o] = first[(o * 9 + tap) * channels + c];
}

/* output[n, c, r] = first[n, r, c]: `depth` matrices of `rows` x `columns`, each transposed. */
static void NAME(transpose_stack)(const kernel_step *step) {
  kernel_step one = *step;
  int64_t count = step->rows * step->columns;
  for (int64_t n = 0; n < step->depth; n++) {
    one.first = (const REAL *)step->first + n * count;
    one.output = (REAL *)step->output + n * count;
    NAME(transpose)(&one);
  }
}
