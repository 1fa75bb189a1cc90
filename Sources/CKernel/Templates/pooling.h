/* Pooling of images over windows of two by two positions.

   Images are `rows` matrices of H W positions by `columns` channels, position y * W + x; H is
   `first_row_stride`, W is `first_column_stride`. A pooled image has H/2 by W/2 positions, rounded
   down: a last odd row or column belongs to no window. */

/* The four values of a window; `part` channels of each. */
typedef struct { VECTOR value[4]; } NAME(quartet);

static inline __attribute__((always_inline)) NAME(quartet) NAME(quartet_of)(
    const REAL *corner, int64_t width, int64_t columns, int64_t part, int whole) {
  NAME(quartet) quartet;
  for (int i = 0; i < 4; i++)
    quartet.value[i] =
        NAME(read)(corner + ((i >> 1) * width + (i & 1)) * columns, part, whole);
  return quartet;
}

/* Where a window's maximum is: in the first of equal values, but in the last that is a NaN. */
static inline __attribute__((always_inline)) VECTOR NAME(place_of_maximum)(
    NAME(quartet) quartet, VECTOR *maximum) {
  VECTOR best = quartet.value[0], place = NAME(splat)(0);
  for (int i = 1; i < 4; i++) {
    VECTOR value = quartet.value[i];
    INTEGERS isGreater = (value > best) | (value != value);
    best = NAME(select)(isGreater, value, best);
    place = NAME(select)(isGreater, NAME(splat)((REAL)i), place);
  }
  *maximum = best;
  return place;
}

/* Calls BODY for sixteens of channels of all windows: `large` is the number of the window's corner
   in an image of full size, `small` that of its place in a pooled one. */
#define EACH_QUARTET(BODY)                                                                   \
  int64_t height = step->first_row_stride, width = step->first_column_stride;                \
  int64_t columns = step->columns, small = 0;                                                \
  for (int64_t image = 0; image < step->rows; image++)                                       \
    for (int64_t y = 0; y + 1 < height; y += 2)                                              \
      for (int64_t x = 0; x + 1 < width; x += 2) {                                           \
        int64_t large = ((image * height + y) * width + x) * columns, column = 0;            \
        for (; column + 16 <= columns; column += 16) BODY(16, 1)                             \
        if (column < columns) BODY(columns - column, 0)                                      \
        small += columns;                                                                    \
      }

static inline __attribute__((always_inline)) void NAME(put)(
    REAL *to, VECTOR value, int64_t part, int whole) {
  if (whole) NAME(store)(to, value);
  else NAME(store_part)(to, value, part);
}

/* Positions outside all windows get zero; the others are written by who calls. */
static void NAME(clear_odd)(const kernel_step *step) {
  int64_t height = step->first_row_stride, width = step->first_column_stride;
  if (!((height | width) & 1)) return;
  REAL *output = step->output;
  for (int64_t image = 0; image < step->rows; image++)
    for (int64_t y = 0; y < height; y++)
      for (int64_t x = 0; x < width; x++) {
        if (y < (height & ~(int64_t)1) && x < (width & ~(int64_t)1)) continue;
        REAL *to = output + ((image * height + y) * width + x) * step->columns;
        for (int64_t column = 0; column < step->columns; column++) to[column] = 0;
      }
}

/* output = the maximum of each window of first. */
#define MAXIMUM(part, whole)                                                                 \
  {                                                                                          \
    VECTOR maximum;                                                                          \
    NAME(place_of_maximum)(                                                                  \
        NAME(quartet_of)(first + large + column, width, columns, part, whole), &maximum);    \
    NAME(put)(output + small + column, maximum, part, whole);                                \
  }
static void NAME(max_pool)(const kernel_step *step) {
  const REAL *first = step->first;
  REAL *output = step->output;
  EACH_QUARTET(MAXIMUM)
}

/* output = first (of full size) where second (of full size) has each window's maximum. */
#define AT_MAXIMUM(part, whole)                                                              \
  {                                                                                          \
    VECTOR maximum, place = NAME(place_of_maximum)(                                          \
        NAME(quartet_of)(second + large + column, width, columns, part, whole), &maximum);   \
    NAME(quartet) from = NAME(quartet_of)(first + large + column, width, columns, part, whole); \
    VECTOR value = from.value[0];                                                            \
    for (int i = 1; i < 4; i++)                                                              \
      value = NAME(select)(place == NAME(splat)((REAL)i), from.value[i], value);             \
    NAME(put)(output + small + column, value, part, whole);                                  \
  }
static void NAME(max_pool_gather)(const kernel_step *step) {
  const REAL *first = step->first, *second = step->second;
  REAL *output = step->output;
  EACH_QUARTET(AT_MAXIMUM)
}

/* output (of full size) = epilogue(first (pooled) where second (of full size) has a window's
   maximum, else 0); `third`, laid out like the output, may be null. */
#define TO_MAXIMUM(part, whole)                                                              \
  {                                                                                          \
    VECTOR maximum, place = NAME(place_of_maximum)(                                          \
        NAME(quartet_of)(second + large + column, width, columns, part, whole), &maximum);   \
    VECTOR from = NAME(read)(first + small + column, part, whole), zero = NAME(splat)(0);    \
    for (int i = 0; i < 4; i++) {                                                            \
      int64_t at = large + column + ((i >> 1) * width + (i & 1)) * columns;                  \
      VECTOR value = NAME(select)(place == NAME(splat)((REAL)i), from, zero), with = value;  \
      if (third) with = NAME(read)(third + at, part, whole);                                 \
      NAME(put)(                                                                             \
          output + at, NAME(epilogue_lanes)(step->epilogue, value, with), part, whole);      \
    }                                                                                        \
  }
static void NAME(max_pool_scatter)(const kernel_step *step) {
  const REAL *first = step->first, *second = step->second, *third = step->third;
  REAL *output = step->output;
  NAME(clear_odd)(step);
  EACH_QUARTET(TO_MAXIMUM)
}

/* output = the mean of each window of first: ((a + b) + (c + d)) / 4. */
#define MEAN(part, whole)                                                                    \
  {                                                                                          \
    NAME(quartet) from = NAME(quartet_of)(first + large + column, width, columns, part, whole); \
    VECTOR sum = (from.value[0] + from.value[1]) + (from.value[2] + from.value[3]);          \
    NAME(put)(output + small + column, sum * NAME(splat)((REAL)0.25), part, whole);          \
  }
static void NAME(mean_pool)(const kernel_step *step) {
  const REAL *first = step->first;
  REAL *output = step->output;
  EACH_QUARTET(MEAN)
}

/* output (of full size) = a quarter of first (pooled) at each of a window's four positions. */
#define SPREAD(part, whole)                                                                  \
  {                                                                                          \
    VECTOR quarter = NAME(read)(first + small + column, part, whole) * NAME(splat)((REAL)0.25); \
    for (int i = 0; i < 4; i++)                                                              \
      NAME(put)(                                                                             \
          output + large + column + ((i >> 1) * width + (i & 1)) * columns, quarter, part,   \
          whole);                                                                            \
  }
static void NAME(mean_pool_spread)(const kernel_step *step) {
  const REAL *first = step->first;
  REAL *output = step->output;
  NAME(clear_odd)(step);
  EACH_QUARTET(SPREAD)
}
