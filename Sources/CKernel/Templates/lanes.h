/* Sixteen lanes of REAL: loads, stores, selection and sums in a fixed order.

   Included once for each precision and tier, like every file in this folder but coefficients.h. */

static inline VECTOR NAME(load)(const REAL *from) {
  VECTOR value;
  __builtin_memcpy(&value, from, sizeof value);
  return value;
}

static inline void NAME(store)(REAL *to, VECTOR value) { __builtin_memcpy(to, &value, sizeof value); }

/* The first `count` lanes from memory, zeros in the others; nothing behind them is touched. */
#if defined(KERNEL_MASKED) && REAL_IS_SINGLE
static inline VECTOR NAME(load_part)(const REAL *from, int64_t count) {
  return (VECTOR)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1u), from);
}
static inline void NAME(store_part)(REAL *to, VECTOR value, int64_t count) {
  _mm512_mask_storeu_ps(to, (__mmask16)((1u << count) - 1u), (__m512)value);
}
#elif defined(KERNEL_MASKED)
typedef struct { __m512d low, high; } NAME(halves);
static inline VECTOR NAME(load_part)(const REAL *from, int64_t count) {
  unsigned int mask = (1u << count) - 1u;
  NAME(halves) halves = {
      _mm512_maskz_loadu_pd((__mmask8)mask, from),
      _mm512_maskz_loadu_pd((__mmask8)(mask >> 8), from + 8)};
  VECTOR value;
  __builtin_memcpy(&value, &halves, sizeof value);
  return value;
}
static inline void NAME(store_part)(REAL *to, VECTOR value, int64_t count) {
  unsigned int mask = (1u << count) - 1u;
  NAME(halves) halves;
  __builtin_memcpy(&halves, &value, sizeof value);
  _mm512_mask_storeu_pd(to, (__mmask8)mask, halves.low);
  _mm512_mask_storeu_pd(to + 8, (__mmask8)(mask >> 8), halves.high);
}
#elif defined(KERNEL_MASKED_MOVES) && REAL_IS_SINGLE
static inline __m256i NAME(first_of_eight)(int64_t count) {
  return _mm256_cmpgt_epi32(
      _mm256_set1_epi32((int)count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
static inline VECTOR NAME(load_part)(const REAL *from, int64_t count) {
  VECTOR value;
  __m256 halves[2] = {
      _mm256_maskload_ps(from, NAME(first_of_eight)(count)),
      _mm256_maskload_ps(from + 8, NAME(first_of_eight)(count - 8))};
  __builtin_memcpy(&value, halves, sizeof value);
  return value;
}
static inline void NAME(store_part)(REAL *to, VECTOR value, int64_t count) {
  __m256 halves[2];
  __builtin_memcpy(halves, &value, sizeof value);
  _mm256_maskstore_ps(to, NAME(first_of_eight)(count), halves[0]);
  _mm256_maskstore_ps(to + 8, NAME(first_of_eight)(count - 8), halves[1]);
}
#else
static __attribute__((noinline)) VECTOR NAME(load_part)(const REAL *from, int64_t count) {
  REAL lanes[16] = {0};
#pragma clang loop vectorize(disable) unroll(disable)
  for (int64_t lane = 0; lane < count; lane++) lanes[lane] = from[lane];
  return NAME(load)(lanes);
}
static __attribute__((noinline)) void NAME(store_part)(REAL *to, VECTOR value, int64_t count) {
  REAL lanes[16];
  NAME(store)(lanes, value);
#pragma clang loop vectorize(disable) unroll(disable)
  for (int64_t lane = 0; lane < count; lane++) to[lane] = lanes[lane];
}
#endif

static inline VECTOR NAME(splat)(REAL value) {
  return (VECTOR){value, value, value, value, value, value, value, value,
                  value, value, value, value, value, value, value, value};
}

/* a * b + c, rounded once. Without the instruction it is a call of the C library for each lane. */
#ifdef KERNEL_CALLS_FMA
static __attribute__((noinline)) VECTOR NAME(fma)(VECTOR a, VECTOR b, VECTOR c) {
  VECTOR value;
#pragma clang loop unroll(disable)
  for (int lane = 0; lane < 16; lane++)
    value[lane] = REAL_IS_SINGLE ? (REAL)__builtin_fmaf((float)a[lane], (float)b[lane], (float)c[lane])
                                 : (REAL)__builtin_fma(a[lane], b[lane], c[lane]);
  return value;
}
#else
static inline VECTOR NAME(fma)(VECTOR a, VECTOR b, VECTOR c) {
  return __builtin_elementwise_fma(a, b, c);
}
#endif

/* Where the condition's lane is set the first value, elsewhere the second. */
static inline VECTOR NAME(select)(INTEGERS condition, VECTOR first, VECTOR second) {
  return (VECTOR)(((INTEGERS)first & condition) | ((INTEGERS)second & ~condition));
}

/* The first `count` lanes of one value and the last lanes of another. */
static inline VECTOR NAME(first_lanes)(VECTOR first, VECTOR last, int64_t count) {
  INTEGERS lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  INTEGERS limit = {0};
  limit += (__typeof__(limit[0]))count;
  return NAME(select)(lanes < limit, first, last);
}

/* The sum of sixteen lanes as a tree: distance 8, then 4, 2 and 1. */
static __attribute__((noinline)) REAL NAME(sum_lanes)(VECTOR value) {
  REAL lanes[16];
  __builtin_memcpy(lanes, &value, sizeof lanes);
  for (int distance = 8; distance > 0; distance /= 2)
    for (int lane = 0; lane < distance; lane++) lanes[lane] += lanes[lane + distance];
  return lanes[0];
}

/* A polynomial by Horner's rule, lowest coefficient first; unrolled, since `count` is a constant. */
static inline __attribute__((always_inline)) VECTOR NAME(polynomial)(
    const REAL *coefficients, int count, VECTOR x) {
  VECTOR value = NAME(splat)(coefficients[count - 1]);
#pragma clang loop unroll(full)
  for (int index = count - 2; index >= 0; index--)
    value = NAME(fma)(value, x, NAME(splat)(coefficients[index]));
  return value;
}
