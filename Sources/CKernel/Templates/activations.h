/* Activations whose derivative needs the value before them, each with that derivative. */

/* x, but no further from zero than 32: behind it every bell and every logistic tail is zero, and
   the powers that multiply them must not overflow. A NaN passes. */
static inline VECTOR NAME(bounded)(VECTOR x) {
  VECTOR bound = NAME(splat)(32);
  x = NAME(select)(x > bound, bound, x);
  return NAME(select)(x < -bound, -bound, x);
}

#define GELU_TANH_SLOPE ((REAL)0x1.9884533d43651p+0) /* 2 sqrt(2 / pi) */
#define GELU_TANH_CUBIC ((REAL)0.044715)

/* v = 2 sqrt(2/pi) (x + 0.044715 x^3). */
static inline VECTOR NAME(gelu_tanh_argument)(VECTOR x) {
  REAL cubic = GELU_TANH_SLOPE * GELU_TANH_CUBIC;
  return x * NAME(fma)(x * x, NAME(splat)(cubic), NAME(splat)(GELU_TANH_SLOPE));
}

/* x s and its derivative s + x s (1 - s) v', with s = (1 + tanh(v / 2)) / 2 = 1 / (1 + e^-v), which
   has no cancellation at negative x, and v' = 2 sqrt(2/pi) (1 + 3 * 0.044715 x^2). */
static inline __attribute__((always_inline)) VECTOR NAME(gelu_tanh_with_slope)(
    VECTOR x, VECTOR *derivative) {
  VECTOR near = NAME(bounded)(x);
  VECTOR v = NAME(gelu_tanh_argument)(near);
  VECTOR decayed = NAME(exponential_below)(-NAME(absolute)(v));
  VECTOR one = NAME(splat)(1);
  VECTOR inverse = one / (decayed + one);
  VECTOR s = NAME(select)(v < NAME(splat)(0), decayed, one) * inverse;
  REAL cubic = 3 * GELU_TANH_SLOPE * GELU_TANH_CUBIC;
  VECTOR slope = NAME(fma)(near * near, NAME(splat)(cubic), NAME(splat)(GELU_TANH_SLOPE));
  *derivative = NAME(fma)(near * slope, decayed * inverse * inverse, s);
  return x * s;
}

static inline VECTOR NAME(gelu_tanh_lanes)(VECTOR x) {
  VECTOR derivative;
  return NAME(gelu_tanh_with_slope)(x, &derivative);
}

static inline VECTOR NAME(gelu_tanh_derivative_lanes)(VECTOR x) {
  VECTOR derivative;
  NAME(gelu_tanh_with_slope)(x, &derivative);
  return derivative;
}

/* x tanh x and its derivative tanh x + x (1 - tanh^2 x). */
static inline __attribute__((always_inline)) VECTOR NAME(x_tanh_x_with_slope)(
    VECTOR x, VECTOR *derivative) {
  VECTOR t = NAME(tanh_lanes)(x);
  *derivative = NAME(fma)(NAME(bounded)(x), NAME(fma)(-t, t, NAME(splat)(1)), t);
  return x * t;
}

static inline VECTOR NAME(x_tanh_x_derivative_lanes)(VECTOR x) {
  VECTOR derivative;
  NAME(x_tanh_x_with_slope)(x, &derivative);
  return derivative;
}

static inline VECTOR NAME(gelu_with_slope)(VECTOR x, VECTOR *derivative) {
  *derivative = NAME(gelu_derivative_lanes)(x);
  return NAME(gelu_lanes)(x);
}

static inline VECTOR NAME(sine_with_slope)(VECTOR x, VECTOR *derivative) {
  *derivative = NAME(circular_lanes)(x, 1);
  return NAME(circular_lanes)(x, 0);
}

UNARY(gelu_tanh, NAME(gelu_tanh_lanes)(x))
UNARY(gelu_tanh_derivative, NAME(gelu_tanh_derivative_lanes)(x))
UNARY(x_tanh_x, x * NAME(tanh_lanes)(x))
UNARY(x_tanh_x_derivative, NAME(x_tanh_x_derivative_lanes)(x))

/* output[i] = the function of first[i] and second_output[i] = its derivative there, with the bits of
   the single passes; `columns` elements. output may be first. */
#define WITH_SLOPE(name)                                                                \
  static void NAME(name##_with_derivative)(const kernel_step *step) {                   \
    const REAL *first = step->first;                                                    \
    REAL *output = step->output, *slopes = step->second_output;                         \
    for (int64_t index = 0; index < step->columns; index += 16) {                       \
      int64_t part = step->columns - index;                                             \
      VECTOR slope;                                                                     \
      if (part >= 16) {                                                                 \
        VECTOR value = NAME(name##_with_slope)(NAME(load)(first + index), &slope);      \
        NAME(store)(output + index, value);                                             \
        NAME(store)(slopes + index, slope);                                             \
      } else {                                                                          \
        VECTOR value =                                                                  \
            NAME(name##_with_slope)(NAME(load_part)(first + index, part), &slope);      \
        NAME(store_part)(output + index, value, part);                                  \
        NAME(store_part)(slopes + index, slope, part);                                  \
      }                                                                                 \
    }                                                                                   \
  }

WITH_SLOPE(gelu)
WITH_SLOPE(gelu_tanh)
WITH_SLOPE(sine)
WITH_SLOPE(x_tanh_x)

#undef WITH_SLOPE
#undef GELU_TANH_SLOPE
#undef GELU_TANH_CUBIC
