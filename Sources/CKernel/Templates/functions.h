/* Elementary functions of sixteen lanes by polynomials of our own.

   Bounds on the errors, in units of the last place, are what KernelTests/FunctionTests measures
   against the C library in double precision. Results below the least normal number are zero. */

#define COEFFICIENTS(name, count, list) static const REAL NAME(name)[count] = list;
#if REAL_IS_SINGLE
COEFFICIENTS(exponential_coefficients, 5, EXPONENTIAL_COEFFICIENTS_SINGLE)
COEFFICIENTS(tanh_coefficients, 5, TANH_COEFFICIENTS_SINGLE)
COEFFICIENTS(logarithm_coefficients, 4, LOGARITHM_COEFFICIENTS_SINGLE)
COEFFICIENTS(logarithm_one_plus_coefficients, 7, LOGARITHM_ONE_PLUS_COEFFICIENTS_SINGLE)
COEFFICIENTS(normal_tail_coefficients, 11, NORMAL_TAIL_COEFFICIENTS_SINGLE)
#define EXPONENT_BITS 23
#define EXPONENT_BIAS 127
#define EXPONENTIAL_LEAST (-0x1.5d589ep+6f) /* log of the least normal number, rounded up */
#define EXPONENTIAL_GREATEST 0x1.62e42ep+6f
#define ROUNDING 0x1.8p+23f
#define LOG2_HIGH 0x1.62e400p-1f
#define LOG2_LOW 0x1.7f7d1cp-20f
#define NORMAL_TAIL_GREATEST 14.0f
#else
COEFFICIENTS(exponential_coefficients, 11, EXPONENTIAL_COEFFICIENTS_DOUBLE)
COEFFICIENTS(tanh_coefficients, 12, TANH_COEFFICIENTS_DOUBLE)
COEFFICIENTS(logarithm_coefficients, 9, LOGARITHM_COEFFICIENTS_DOUBLE)
COEFFICIENTS(logarithm_one_plus_coefficients, 14, LOGARITHM_ONE_PLUS_COEFFICIENTS_DOUBLE)
COEFFICIENTS(normal_tail_coefficients, 25, NORMAL_TAIL_COEFFICIENTS_DOUBLE)
#define EXPONENT_BITS 52
#define EXPONENT_BIAS 1023
#define EXPONENTIAL_LEAST (-0x1.6232bdd7abcd2p+9)
#define EXPONENTIAL_GREATEST 0x1.62e42fefa39efp+9
#define ROUNDING 0x1.8p+52
#define LOG2_HIGH 0x1.62e42fefa3800p-1
#define LOG2_LOW 0x1.ef35793c76730p-45
#define NORMAL_TAIL_GREATEST 39.0
#endif
#define TERMS(name) NAME(name), (int)(sizeof NAME(name) / sizeof NAME(name)[0])

/* e^x = 2^n (1 + r + r^2 p(r)), n the integer nearest to x / log 2, r = x - n log 2: the second
   factor, and n as what stands in the low bits of `shifted`. */
static inline __attribute__((always_inline)) VECTOR NAME(exponential_fraction)(
    VECTOR x, INTEGERS *power) {
  VECTOR shifted =
      NAME(fma)(x, NAME(splat)((REAL)0x1.71547652b82fep+0), NAME(splat)(ROUNDING));
  VECTOR n = shifted - NAME(splat)(ROUNDING);
  VECTOR r = NAME(fma)(n, NAME(splat)(-LOG2_HIGH), x);
  r = NAME(fma)(n, NAME(splat)(-LOG2_LOW), r);
  VECTOR p = NAME(polynomial)(TERMS(exponential_coefficients), r);
  *power = (INTEGERS)shifted - (INTEGERS)NAME(splat)(ROUNDING);
  return NAME(fma)(r * r, p, r) + NAME(splat)(1);
}

/* e^x. The power is applied in two halves: the greatest results need 2^(bias + 1), which is no
   number of its own. */
static inline VECTOR NAME(exponential_lanes)(VECTOR x) {
  INTEGERS power;
  VECTOR value = NAME(exponential_fraction)(x, &power);
  INTEGERS half = power >> 1;
  value = value * (VECTOR)((half + EXPONENT_BIAS) << EXPONENT_BITS);
  value = value * (VECTOR)((power - half + EXPONENT_BIAS) << EXPONENT_BITS);
  value = NAME(select)(x < NAME(splat)(EXPONENTIAL_LEAST), NAME(splat)(0), value);
  return NAME(select)(
      x > NAME(splat)(EXPONENTIAL_GREATEST), NAME(splat)((REAL)__builtin_inf()), value);
}

/* e^x for x up to 40, with the bits of the general one. */
static inline VECTOR NAME(exponential_below)(VECTOR x) {
  INTEGERS power;
  VECTOR value = NAME(exponential_fraction)(x, &power);
  value = value * (VECTOR)((power + EXPONENT_BIAS) << EXPONENT_BITS);
  return NAME(select)(x < NAME(splat)(EXPONENTIAL_LEAST), NAME(splat)(0), value);
}

/* log x = e log 2 + 2 s + s^3 p(s^2), x = 2^e f with f in [sqrt(1/2), sqrt 2), s = (f-1)/(f+1).
   Zero gives minus infinity, less than zero NaN. */
static inline VECTOR NAME(logarithm_lanes)(VECTOR x) {
  INTEGERS bits = (INTEGERS)x;
  INTEGERS root = (INTEGERS)NAME(splat)((REAL)0x1.6a09e667f3bcdp-1);
  INTEGERS exponent = (bits - root) >> EXPONENT_BITS;
  VECTOR f = (VECTOR)(bits - (exponent << EXPONENT_BITS));
  VECTOR e = __builtin_convertvector(exponent, VECTOR);
  VECTOR s = (f - NAME(splat)(1)) / (f + NAME(splat)(1));
  VECTOR square = s * s;
  VECTOR p = NAME(polynomial)(TERMS(logarithm_coefficients), square);
  VECTOR value = NAME(fma)(s * square, p, s + s);
  value = NAME(fma)(e, NAME(splat)(LOG2_LOW), value);
  value = NAME(fma)(e, NAME(splat)(LOG2_HIGH), value);
  REAL infinity = (REAL)__builtin_inf();
  value = NAME(select)(x == NAME(splat)(0), NAME(splat)(-infinity), value);
  value = NAME(select)(x == NAME(splat)(infinity), x, value);
  return NAME(select)(
      (x < NAME(splat)(0)) | (x != x), NAME(splat)((REAL)__builtin_nan("")), value);
}

/* log(1 + u) = 2 s + s^3 p(s^2), s = u / (2 + u), for u in [0, 1]. */
static inline VECTOR NAME(logarithm_one_plus_lanes)(VECTOR u) {
  VECTOR s = u / (u + NAME(splat)(2));
  VECTOR square = s * s;
  VECTOR p = NAME(polynomial)(TERMS(logarithm_one_plus_coefficients), square);
  return NAME(fma)(s * square, p, s + s);
}

static inline VECTOR NAME(absolute)(VECTOR x) {
  return (VECTOR)((INTEGERS)x & ~(INTEGERS)NAME(splat)((REAL)-0.0));
}

/* Below 0.625: x + x^3 p(x^2); above: 1 - 2 / (e^(2|x|) + 1) with the sign of x. */
static inline VECTOR NAME(tanh_lanes)(VECTOR x) {
  VECTOR magnitude = NAME(absolute)(x);
  VECTOR square = x * x;
  VECTOR p = NAME(polynomial)(TERMS(tanh_coefficients), square);
  VECTOR small = NAME(fma)(x * square, p, x);
  /* From 20 on the result is one in both precisions. */
  VECTOR bound = NAME(splat)(20);
  VECTOR near = NAME(select)(magnitude > bound, bound, magnitude);
  VECTOR grown = NAME(exponential_below)(near + near);
  VECTOR large = NAME(splat)(1) - NAME(splat)(2) / (grown + NAME(splat)(1));
  INTEGERS sign = (INTEGERS)x & (INTEGERS)NAME(splat)((REAL)-0.0);
  large = (VECTOR)((INTEGERS)large | sign);
  return NAME(select)(magnitude < NAME(splat)((REAL)0.625), small, large);
}

/* 1 / (1 + e^-x), from the exponential of -|x| so that nothing overflows. */
static inline VECTOR NAME(sigmoid_lanes)(VECTOR x) {
  VECTOR decayed = NAME(exponential_below)(-NAME(absolute)(x));
  VECTOR upper = NAME(select)(x < NAME(splat)(0), decayed, NAME(splat)(1));
  return upper / (decayed + NAME(splat)(1));
}

/* log(1 + e^x) = max(x, 0) + log(1 + e^-|x|). */
static inline VECTOR NAME(softplus_lanes)(VECTOR x) {
  VECTOR decayed = NAME(exponential_below)(-NAME(absolute)(x));
  VECTOR value = NAME(logarithm_one_plus_lanes)(decayed);
  return value + NAME(select)(x < NAME(splat)(0), NAME(splat)(0), x);
}

/* e^(-x^2/2) with the rounding of x^2 put right, so that the far tail keeps its last digits. */
static inline VECTOR NAME(bell_lanes)(VECTOR x) {
  VECTOR square = x * x;
  VECTOR rest = NAME(fma)(x, x, -square);
  VECTOR value = NAME(exponential_below)(square * NAME(splat)((REAL)-0.5));
  VECTOR corrected = NAME(fma)(value * NAME(splat)((REAL)-0.5), rest, value);
  return NAME(select)(value == NAME(splat)(0), value, corrected);
}

/* The cumulative normal distribution from bell = e^(-x^2/2): the tail behind |x| is
   bell q(u) / (|x| + 4), u = (|x| - 4) / (|x| + 4); the other side is one minus it. */
static inline VECTOR NAME(normal_cumulative_lanes)(VECTOR x, VECTOR bell) {
  VECTOR magnitude = NAME(absolute)(x);
  VECTOR bound = NAME(splat)(NORMAL_TAIL_GREATEST);
  magnitude = NAME(select)(magnitude > bound, bound, magnitude);
  VECTOR reach = magnitude + NAME(splat)(4);
  VECTOR u = (magnitude - NAME(splat)(4)) / reach;
  VECTOR tail = bell * NAME(polynomial)(TERMS(normal_tail_coefficients), u) / reach;
  VECTOR other = NAME(splat)(1) - tail;
  return NAME(select)(x < NAME(splat)(0), tail, other);
}

#define DENSITY_FACTOR ((REAL)0x1.9884533d43651p-2) /* 1 / sqrt(2 pi) */
