/* Sixteen lanes of which some take part: as a mask register where there is one, else as lanes of
   ones and zeros. A lane that takes no part keeps its value, bit by bit. */

#if defined(KERNEL_MASKED) && REAL_IS_SINGLE
typedef __mmask16 NAME(lane_mask);

/* The lanes that are not at most zero: positive ones, and those that are not numbers. */
static inline NAME(lane_mask) NAME(positive_lanes)(VECTOR value) {
  return _mm512_cmp_ps_mask((__m512)value, _mm512_setzero_ps(), _CMP_NLE_UQ);
}
static inline uint16_t NAME(mask_bits)(NAME(lane_mask) mask) { return mask; }
static inline NAME(lane_mask) NAME(mask_of_bits)(uint16_t bits) { return bits; }
static inline VECTOR NAME(add_where)(NAME(lane_mask) mask, VECTOR value, VECTOR sum) {
  return (VECTOR)_mm512_mask_add_ps((__m512)sum, mask, (__m512)sum, (__m512)value);
}
static inline VECTOR NAME(fma_where)(NAME(lane_mask) mask, VECTOR a, VECTOR b, VECTOR c) {
  return (VECTOR)_mm512_mask3_fmadd_ps((__m512)a, (__m512)b, (__m512)c, mask);
}
#else
typedef INTEGERS NAME(lane_mask);
typedef _Bool NAME(lane_bits) __attribute__((ext_vector_type(16)));

static inline NAME(lane_mask) NAME(positive_lanes)(VECTOR value) {
  return ~(value <= NAME(splat)(0));
}
static inline uint16_t NAME(mask_bits)(NAME(lane_mask) mask) {
  NAME(lane_bits) lanes = __builtin_convertvector(mask, NAME(lane_bits));
  uint16_t bits;
  __builtin_memcpy(&bits, &lanes, sizeof bits);
  return bits;
}
static inline NAME(lane_mask) NAME(mask_of_bits)(uint16_t bits) {
  const INTEGERS each = {1,      1 << 1, 1 << 2,  1 << 3,  1 << 4,  1 << 5,  1 << 6,  1 << 7,
                         1 << 8, 1 << 9, 1 << 10, 1 << 11, 1 << 12, 1 << 13, 1 << 14, 1 << 15};
  INTEGERS all = {0};
  all += (__typeof__(all[0]))bits;
  return (all & each) == each;
}
static inline VECTOR NAME(add_where)(NAME(lane_mask) mask, VECTOR value, VECTOR sum) {
  return NAME(select)(mask, sum + value, sum);
}
static inline VECTOR NAME(fma_where)(NAME(lane_mask) mask, VECTOR a, VECTOR b, VECTOR c) {
  return NAME(select)(mask, NAME(fma)(a, b, c), c);
}
#endif
