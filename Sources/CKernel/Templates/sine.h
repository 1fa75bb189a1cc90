/* Sine and cosine of sixteen lanes.

   The angle is brought to within an eighth of a turn, r = x - n pi/2, n the integer nearest to
   2 x / pi. pi/2 is three numbers of full length: the first product and difference are exact, and
   the others make r good to half a unit of its own last place, however near x lies to a multiple.
   Errors: 1.6 units of the last place in either precision for |x| up to SINE_GREATEST (2^17 in
   single, 2^30 in double); behind it, where neighbours are far apart on the circle, NaN. */

#if REAL_IS_SINGLE
COEFFICIENTS(sine_coefficients, 4, SINE_COEFFICIENTS_SINGLE)
COEFFICIENTS(cosine_coefficients, 3, COSINE_COEFFICIENTS_SINGLE)
#define SINE_GREATEST 0x1p+17f
#define QUARTER_HIGH 0x1.921fb6p+0f
#define QUARTER_MIDDLE (-0x1.777a5cp-25f)
#define QUARTER_LOW (-0x1.ee59dap-50f)
#else
COEFFICIENTS(sine_coefficients, 7, SINE_COEFFICIENTS_DOUBLE)
COEFFICIENTS(cosine_coefficients, 6, COSINE_COEFFICIENTS_DOUBLE)
#define SINE_GREATEST 0x1p+30
#define QUARTER_HIGH 0x1.921fb54442d18p+0
#define QUARTER_MIDDLE 0x1.1a62633145c07p-54
#define QUARTER_LOW (-0x1.f1976b7ed8fbcp-110)
#endif

/* The sine of x plus `turned` quarters of a turn: of r it is r + r^3 p(r^2), a quarter further
   1 - r^2/2 + r^4 q(r^2), and half a turn further the opposite. */
static inline VECTOR NAME(circular_lanes)(VECTOR x, int turned) {
  VECTOR shifted = NAME(fma)(x, NAME(splat)((REAL)0x1.45f306dc9c883p-1), NAME(splat)(ROUNDING));
  VECTOR n = shifted - NAME(splat)(ROUNDING);
  VECTOR r = NAME(fma)(-n, NAME(splat)(QUARTER_HIGH), x);
  r = NAME(fma)(-n, NAME(splat)(QUARTER_MIDDLE), r);
  r = NAME(fma)(-n, NAME(splat)(QUARTER_LOW), r);
  VECTOR square = r * r;
  VECTOR sine = NAME(fma)(r * square, NAME(polynomial)(TERMS(sine_coefficients), square), r);
  VECTOR half = square * NAME(splat)((REAL)0.5);
  VECTOR cosine = NAME(fma)(
      square * square, NAME(polynomial)(TERMS(cosine_coefficients), square),
      NAME(splat)(1) - half);
  INTEGERS quarter = (INTEGERS)shifted - (INTEGERS)NAME(splat)(ROUNDING) + turned;
  VECTOR value = NAME(select)((quarter & 1) != 0, cosine, sine);
  value = NAME(select)((quarter & 2) != 0, -value, value);
  /* A NaN is not greater, and passes. */
  return NAME(select)(
      NAME(absolute)(x) > NAME(splat)(SINE_GREATEST), NAME(splat)((REAL)__builtin_nan("")), value);
}

UNARY(sine, NAME(circular_lanes)(x, 0))
UNARY(cosine, NAME(circular_lanes)(x, 1))

#undef SINE_GREATEST
#undef QUARTER_HIGH
#undef QUARTER_MIDDLE
#undef QUARTER_LOW
