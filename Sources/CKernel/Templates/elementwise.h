/* Elementwise passes: every element of the output from the same element of the operands. */

/* output[r, c] = formula of a = first[r, c] and b = second[r, c]; `rows` x `columns`. The strides
   of the operands may be zero (broadcast over that direction) or, between columns, one. */
#define BINARY(name, formula)                                                                      \
  static inline VECTOR NAME(name##_lanes)(VECTOR a, VECTOR b) { return (formula); }                \
  static void NAME(name)(const kernel_step *step) {                                                \
    const REAL *first = step->first, *second = step->second;                                       \
    REAL *output = step->output;                                                                   \
    int64_t columns = step->columns, whole = columns & ~(int64_t)15, rest = columns & 15;          \
    int64_t first_column = step->first_column_stride, second_column = step->second_column_stride; \
    for (int64_t row = 0; row < step->rows; row++) {                                               \
      const REAL *from = first + row * step->first_row_stride;                                     \
      const REAL *with = second + row * step->second_row_stride;                                   \
      REAL *to = output + row * columns;                                                           \
      VECTOR a = NAME(splat)(from[0]), b = NAME(splat)(with[0]);                                   \
      for (int64_t column = 0; column < whole; column += 16) {                                     \
        if (first_column) a = NAME(load)(from + column);                                           \
        if (second_column) b = NAME(load)(with + column);                                          \
        NAME(store)(to + column, NAME(name##_lanes)(a, b));                                        \
      }                                                                                            \
      if (rest) {                                                                                  \
        if (first_column) a = NAME(load_part)(from + whole, rest);                                 \
        if (second_column) b = NAME(load_part)(with + whole, rest);                                \
        NAME(store_part)(to + whole, NAME(name##_lanes)(a, b), rest);                              \
      }                                                                                            \
    }                                                                                              \
  }

BINARY(add, a + b)
BINARY(subtract, a - b)
BINARY(multiply, a * b)
/* a = cotangent, b = the output of relu. */
BINARY(relu_backward, NAME(select)(b > NAME(splat)(0), a, NAME(splat)(0)))
/* a = cotangent, b = the output of tanh: a (1 - b^2). */
BINARY(tanh_backward, a * NAME(fma)(-b, b, NAME(splat)(1)))
/* a = cotangent, b = the output of sigmoid: a (b - b^2). */
BINARY(sigmoid_backward, a * NAME(fma)(-b, b, b))

/* output[i] = formula of x = first[i]; scalar[0] as s; `columns` elements. */
#define UNARY(name, formula)                                                            \
  static inline VECTOR NAME(name##_value)(VECTOR x, VECTOR s) {                         \
    (void)s;                                                                            \
    return (formula);                                                                   \
  }                                                                                     \
  static void NAME(name)(const kernel_step *step) {                                     \
    const REAL *first = step->first;                                                    \
    REAL *output = step->output;                                                        \
    VECTOR s = NAME(splat)((REAL)step->scalar[0]);                                      \
    int64_t whole = step->columns & ~(int64_t)15, rest = step->columns & 15;            \
    for (int64_t index = 0; index < whole; index += 16)                                 \
      NAME(store)(output + index, NAME(name##_value)(NAME(load)(first + index), s));    \
    if (rest)                                                                           \
      NAME(store_part)(                                                                 \
          output + whole, NAME(name##_value)(NAME(load_part)(first + whole, rest), s),  \
          rest);                                                                        \
  }

static inline VECTOR NAME(gelu_lanes)(VECTOR x) {
  return x * NAME(normal_cumulative_lanes)(x, NAME(bell_lanes)(x));
}

/* d/dx (x Phi(x)) = Phi(x) + x phi(x): one exponential serves both. */
static inline VECTOR NAME(gelu_derivative_lanes)(VECTOR x) {
  VECTOR bell = NAME(bell_lanes)(x);
  VECTOR cumulative = NAME(normal_cumulative_lanes)(x, bell);
  return NAME(fma)(x * NAME(splat)(DENSITY_FACTOR), bell, cumulative);
}

UNARY(copy, x)
UNARY(scale, x * s)
UNARY(offset, x + s)
UNARY(reciprocal, NAME(splat)(1) / x)
UNARY(exponential, NAME(exponential_lanes)(x))
UNARY(logarithm, NAME(logarithm_lanes)(x))
/* A NaN passes, so that a diverged trial is seen: it is not less than zero. */
UNARY(relu, NAME(select)(x < NAME(splat)(0), NAME(splat)(0), x))
/* One where x > 0, else zero: the derivative of relu. */
UNARY(positive, NAME(select)(x > NAME(splat)(0), NAME(splat)(1), NAME(splat)(0)))
UNARY(tanh, NAME(tanh_lanes)(x))
UNARY(gelu, NAME(gelu_lanes)(x))
UNARY(gelu_derivative, NAME(gelu_derivative_lanes)(x))
UNARY(normal_density, NAME(bell_lanes)(x) * NAME(splat)(DENSITY_FACTOR))
UNARY(normal_cumulative, NAME(normal_cumulative_lanes)(x, NAME(bell_lanes)(x)))
UNARY(softplus, NAME(softplus_lanes)(x))
UNARY(sigmoid, NAME(sigmoid_lanes)(x))

/* output[i] = scalar[0]; `columns` elements. */
static void NAME(fill)(const kernel_step *step) {
  REAL *output = step->output;
  REAL value = (REAL)step->scalar[0];
  for (int64_t index = 0; index < step->columns; index++) output[index] = value;
}

/* output[i] = first[i] in double precision, whatever the precision of first; `columns` elements. */
static void NAME(widen)(const kernel_step *step) {
  const REAL *first = step->first;
  double *output = step->output;
  for (int64_t index = 0; index < step->columns; index++) output[index] = first[index];
}

/* output[r, c] = first[r, c] with strides that may be zero; `rows` x `columns`. */
static void NAME(broadcast)(const kernel_step *step) {
  const REAL *first = step->first;
  REAL *output = step->output;
  for (int64_t row = 0; row < step->rows; row++) {
    const REAL *from = first + row * step->first_row_stride;
    REAL *to = output + row * step->columns;
    if (step->first_column_stride) {
      for (int64_t column = 0; column < step->columns; column++) to[column] = from[column];
    } else {
      REAL value = from[0];
      for (int64_t column = 0; column < step->columns; column++) to[column] = value;
    }
  }
}

/* output[c, r] = first[r, c]; first has `rows` x `columns`. */
static void NAME(transpose)(const kernel_step *step) {
  const REAL *first = step->first;
  REAL *output = step->output;
  int64_t columns = step->columns, row = 0;
  for (; row + 16 <= step->rows; row += 16)
    for (int64_t column = 0; column < columns; column++) {
      const REAL *from = first + row * columns + column;
      VECTOR value;
      for (int lane = 0; lane < 16; lane++) value[lane] = from[lane * columns];
      NAME(store)(output + column * step->rows + row, value);
    }
  for (; row < step->rows; row++)
    for (int64_t column = 0; column < columns; column++)
      output[column * step->rows + row] = first[row * columns + column];
}

/* The value that an epilogue stores; `with` is the element of `third` at the same place. The
   epilogues tanh and sigmoid are not here: they cost more than a pass, and products leave them to
   bias_activation. */
static inline __attribute__((always_inline)) VECTOR NAME(epilogue_lanes)(
    int32_t epilogue, VECTOR value, VECTOR with) {
  switch (epilogue) {
    case kernel_epilogue_relu: return NAME(relu_value)(value, value);
    case kernel_epilogue_relu_backward: return NAME(relu_backward_lanes)(value, with);
    case kernel_epilogue_tanh_backward: return NAME(tanh_backward_lanes)(value, with);
    case kernel_epilogue_sigmoid_backward: return NAME(sigmoid_backward_lanes)(value, with);
    default: return value;
  }
}

/* The same for one element. */
static inline REAL NAME(epilogue_value)(int32_t epilogue, REAL value, REAL with) {
  switch (epilogue) {
    case kernel_epilogue_relu: return value < 0 ? 0 : value;
    case kernel_epilogue_relu_backward: return with > 0 ? value : 0;
    case kernel_epilogue_tanh_backward:
      return value * (REAL_IS_SINGLE ? (REAL)__builtin_fmaf((float)-with, (float)with, 1)
                                     : (REAL)__builtin_fma(-with, with, 1));
    case kernel_epilogue_sigmoid_backward:
      return value * (REAL_IS_SINGLE ? (REAL)__builtin_fmaf((float)-with, (float)with, (float)with)
                                     : (REAL)__builtin_fma(-with, with, with));
    default: return value;
  }
}

static inline VECTOR NAME(activated)(int32_t epilogue, VECTOR value, VECTOR with) {
  if (epilogue == kernel_epilogue_tanh) return NAME(tanh_lanes)(value);
  if (epilogue == kernel_epilogue_sigmoid) return NAME(sigmoid_lanes)(value);
  return NAME(epilogue_lanes)(epilogue, value, with);
}

/* output[r, c] = epilogue(first[r, c] + second[c]); second may be null. `rows` x `columns`.
   The pass that follows a matrix product which cannot do it while it stores. */
static void NAME(bias_activation)(const kernel_step *step) {
  const REAL *bias = step->second;
  int64_t columns = step->columns, whole = columns & ~(int64_t)15, rest = columns & 15;
  for (int64_t row = 0; row < step->rows; row++) {
    const REAL *from = (const REAL *)step->first + row * columns;
    const REAL *third = step->third ? (const REAL *)step->third + row * columns : from;
    REAL *to = (REAL *)step->output + row * columns;
    for (int64_t column = 0; column < whole; column += 16) {
      VECTOR value = NAME(load)(from + column);
      if (bias) value += NAME(load)(bias + column);
      VECTOR with = NAME(load)(third + column);
      NAME(store)(to + column, NAME(activated)(step->epilogue, value, with));
    }
    if (rest) {
      VECTOR value = NAME(load_part)(from + whole, rest);
      if (bias) value += NAME(load_part)(bias + whole, rest);
      VECTOR with = NAME(load_part)(third + whole, rest);
      NAME(store_part)(to + whole, NAME(activated)(step->epilogue, value, with), rest);
    }
  }
}
