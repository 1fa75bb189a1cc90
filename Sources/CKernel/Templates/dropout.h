/* Dropout by random bits that are made where they are needed: see random.h.

   The counter is a row of eight whole numbers below 2^16: seed (low, high part), step (four parts,
   low first), the first sample (low, high). */

/* Elements whose bits are made at once. */
#define DROPOUT_ELEMENTS 4096

static inline uint32_t NAME(dropout_word)(const REAL *parts) {
  return (uint32_t)parts[0] | (uint32_t)parts[1] << 16;
}

/* Sixteen elements, kept and scaled where their bit is set, else zero. */
#if defined(KERNEL_MASKED) && REAL_IS_SINGLE
static inline VECTOR NAME(dropout_lanes)(VECTOR value, VECTOR factor, uint32_t bits) {
  return (VECTOR)_mm512_maskz_mul_ps((__mmask16)bits, (__m512)value, (__m512)factor);
}
#else
static inline VECTOR NAME(dropout_lanes)(VECTOR value, VECTOR factor, uint32_t bits) {
  const INTEGERS lanes = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384,
                          32768};
  INTEGERS all = (INTEGERS){0} + (__typeof__(all[0]))bits;
  return NAME(select)((all & lanes) != 0, value * factor, NAME(splat)(0));
}
#endif

/* to[i] = rest[i] + (from[i] factor where bit `first` + i is set, else 0); `rest` may be null. */
static inline __attribute__((always_inline)) void NAME(dropout_run)(
    const uint8_t *bits, int64_t first, VECTOR factor, const REAL *from, const REAL *rest, REAL *to,
    int64_t count) {
  int64_t whole = count & ~(int64_t)15, part = count & 15;
  for (int64_t index = 0; index < whole; index += 16) {
    uint32_t window;
    __builtin_memcpy(&window, bits + (first + index) / 8, sizeof window);
    VECTOR value = NAME(dropout_lanes)(
        NAME(load)(from + index), factor, window >> (first & 7) & 0xffffu);
    if (rest) value = NAME(load)(rest + index) + value;
    NAME(store)(to + index, value);
  }
  if (part) {
    uint32_t window;
    __builtin_memcpy(&window, bits + (first + whole) / 8, sizeof window);
    VECTOR value = NAME(dropout_lanes)(
        NAME(load_part)(from + whole, part), factor, window >> (first & 7) & 0xffffu);
    if (rest) value = NAME(load_part)(rest + whole, part) + value;
    NAME(store_part)(to + whole, value, part);
  }
}

/* output[r, c] = (third[r, c] +) first[r, c] scalar[0] where bit columns m(r) + c is set, else
   (third[r, c] +) 0; `rows` x `columns`, third may be null, second is the counter. A bit is set
   where 16 random bits are below scalar[1]; scalar[2] = the random numbers' purpose; option = the
   place in the model. The rows are runs of `depth`, and m(r) = first_row_stride +
   fourth_row_stride times the first sample + (r / depth) second_row_stride + r mod depth. */
static void NAME(dropout)(const kernel_step *step) {
  const REAL *counter = step->second;
  random_address address = {
      NAME(dropout_word)(counter), (uint32_t)step->scalar[2], (uint32_t)step->option,
      NAME(dropout_word)(counter + 2), NAME(dropout_word)(counter + 4),
      (uint16_t)step->scalar[1]};
  int64_t sample = NAME(dropout_word)(counter + 6), runs = step->rows / step->depth;
  int64_t start =
      (step->first_row_stride + step->fourth_row_stride * sample) * step->columns;
  int64_t distance = step->second_row_stride * step->columns, run = step->depth * step->columns;
  VECTOR factor = NAME(splat)((REAL)step->scalar[0]);
  uint64_t bits[DROPOUT_ELEMENTS / 64 + 2];
  bits[DROPOUT_ELEMENTS / 64 + 1] = 0;
  for (int64_t from = 0; from < run; from += DROPOUT_ELEMENTS) {
    int64_t count = run - from < DROPOUT_ELEMENTS ? run - from : DROPOUT_ELEMENTS;
    for (int64_t index = 0; index < runs; index++) {
      int64_t first = start + index * distance + from, group = first / 64;
      // Runs that share their bits make them once.
      if (index == 0 || distance) {
        int64_t groups = (first + count + 63) / 64 - group;
        random_groups(&address, group, groups, bits);
        bits[groups] = 0;
      }
      int64_t place = index * run + from;
      const REAL *values = (const REAL *)step->first + place;
      REAL *to = (REAL *)step->output + place;
      if (step->third)
        NAME(dropout_run)(
            (const uint8_t *)bits, first & 63, factor, values, (const REAL *)step->third + place,
            to, count);
      else
        NAME(dropout_run)((const uint8_t *)bits, first & 63, factor, values, 0, to, count);
    }
  }
}
