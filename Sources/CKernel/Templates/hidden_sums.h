/* The sums over samples that the cotangent of a hidden layer enters, without storing it.

   Of a layer with one number behind it the cotangent of row s and column j is
     v[s, j] = epilogue(scalar[0] * first[s] * second[j]), the epilogue reading third[s, j];
   it is made in a register and goes at once into
     output[j, i] = scalar[1] * sum over s of v[s, j] fourth[s, i], i < depth <= 8,
     second_output[j] = sum over s of v[s, j],
     third_output[j] = scalar[2] * sum over s of first[s] third[s, j],
   each in plain order of s, the products by fused multiply-adds: the bits are those of the products
   and the sum that a plan would perform one after the other. `rows` samples, `columns` columns;
   second_output, third_output and third may be null. */

/* Sums for up to eight inputs and two vectors of columns beside each other. */
#define HIDDEN_INPUTS 8
#if REAL_IS_SINGLE && defined(KERNEL_MASKED)
#define HIDDEN_VECTORS 2
#else
#define HIDDEN_VECTORS 1
#endif

/* Stores the sums of sixteen columns, or `part`, for every input. */
static inline __attribute__((always_inline)) void NAME(store_inputs)(
    const kernel_step *step, int inputs, const VECTOR *sums, int64_t column, int64_t part) {
  VECTOR factor = NAME(splat)((REAL)step->scalar[1]);
  int64_t input_stride = step->output_column_stride, stride = step->output_row_stride;
  REAL *to = (REAL *)step->output + column * stride;
  if (stride == 1) {
#pragma clang loop unroll(full)
    for (int i = 0; i < inputs; i++) {
      if (part == 16) NAME(store)(to + i * input_stride, sums[i] * factor);
      else NAME(store_part)(to + i * input_stride, sums[i] * factor, part);
    }
    return;
  }
  REAL values[HIDDEN_INPUTS][16];
#pragma clang loop unroll(full)
  for (int i = 0; i < inputs; i++) NAME(store)(values[i], sums[i] * factor);
  for (int64_t lane = 0; lane < part; lane++)
#pragma clang loop unroll(full)
    for (int i = 0; i < inputs; i++) to[lane * stride + i * input_stride] = values[i][lane];
}

/* All samples of one or two vectors of columns, the last of them perhaps in part. */
static inline __attribute__((always_inline)) void NAME(hidden_columns)(
    const kernel_step *step, int inputs, int epilogue, int isScaled, int vectors, int64_t column,
    int64_t part) {
  const REAL *cotangent = step->first;
  /* Without an epilogue there are no values to read, and no address of any. */
  const REAL *hidden = epilogue ? (const REAL *)step->third + column : 0;
  const REAL *values = step->fourth;
  int64_t next = step->fourth_row_stride, across = step->fourth_column_stride;
  int64_t columns = step->columns;
  VECTOR factor = NAME(splat)((REAL)step->scalar[0]);
  int whole = part == 16;
  VECTOR weights[HIDDEN_VECTORS], plain[HIDDEN_VECTORS], own[HIDDEN_VECTORS];
  VECTOR sums[HIDDEN_VECTORS][HIDDEN_INPUTS];
#pragma clang loop unroll(full)
  for (int v = 0; v < vectors; v++) {
    weights[v] = NAME(read)((const REAL *)step->second + column + 16 * v, part, whole);
    plain[v] = own[v] = NAME(splat)(0);
#pragma clang loop unroll(full)
    for (int i = 0; i < inputs; i++) sums[v][i] = NAME(splat)(0);
  }
  for (int64_t row = 0; row < step->rows; row++) {
    VECTOR delta = NAME(splat)(cotangent[row]);
    VECTOR value[HIDDEN_VECTORS];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) value[v] = NAME(fma)(delta, weights[v], NAME(splat)(0));
    if (isScaled)
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) value[v] *= factor;
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      if (epilogue) {
        VECTOR with = NAME(read)(hidden + 16 * v, part, whole);
        __builtin_prefetch(hidden + 16 * (v + vectors));
        value[v] = NAME(epilogue_lanes)(epilogue, value[v], with);
        own[v] = NAME(fma)(delta, with, own[v]);
      }
      plain[v] += value[v];
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < inputs; i++) {
      VECTOR right = NAME(splat)(values[i * across]);
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) sums[v][i] = NAME(fma)(value[v], right, sums[v][i]);
    }
    values += next;
    if (epilogue) hidden += columns;
  }
#pragma clang loop unroll(full)
  for (int v = 0; v < vectors; v++) {
    int64_t place = column + 16 * v;
    NAME(store_inputs)(step, inputs, sums[v], place, part);
    if (step->second_output) NAME(store_part)((REAL *)step->second_output + place, plain[v], part);
    if (step->third_output)
      NAME(store_part)(
          (REAL *)step->third_output + place, own[v] * NAME(splat)((REAL)step->scalar[2]), part);
  }
}

/* All columns, for a number of inputs and an epilogue that are known. */
static inline __attribute__((always_inline)) void NAME(hidden_all)(
    const kernel_step *step, int inputs, int epilogue, int isScaled) {
  int64_t column = 0;
  for (; column + 16 * HIDDEN_VECTORS <= step->columns; column += 16 * HIDDEN_VECTORS)
    NAME(hidden_columns)(step, inputs, epilogue, isScaled, HIDDEN_VECTORS, column, 16);
  for (; column + 16 <= step->columns; column += 16)
    NAME(hidden_columns)(step, inputs, epilogue, isScaled, 1, column, 16);
  if (column < step->columns)
    NAME(hidden_columns)(step, inputs, epilogue, isScaled, 1, column, step->columns - column);
}

#define HIDDEN_WITH(count, epilogue)                                        \
  if (step->scalar[0] == 1) NAME(hidden_all)(step, count, epilogue, 0);     \
  else NAME(hidden_all)(step, count, epilogue, 1)
#define HIDDEN_OF_INPUTS(count)                                                          \
  static __attribute__((noinline)) void NAME(hidden_##count)(const kernel_step *step) {  \
    switch (step->epilogue) {                                                            \
      case kernel_epilogue_relu_backward:                                                \
        HIDDEN_WITH(count, kernel_epilogue_relu_backward);                               \
        break;                                                                           \
      case kernel_epilogue_tanh_backward:                                                \
        HIDDEN_WITH(count, kernel_epilogue_tanh_backward);                               \
        break;                                                                           \
      default: HIDDEN_WITH(count, kernel_epilogue_none); break;                          \
    }                                                                                    \
  }
HIDDEN_OF_INPUTS(1) HIDDEN_OF_INPUTS(2) HIDDEN_OF_INPUTS(3) HIDDEN_OF_INPUTS(4)
HIDDEN_OF_INPUTS(5) HIDDEN_OF_INPUTS(6) HIDDEN_OF_INPUTS(7) HIDDEN_OF_INPUTS(8)

static void NAME(hidden_sums)(const kernel_step *step) {
  switch (step->depth) {
    case 1: NAME(hidden_1)(step); break;
    case 2: NAME(hidden_2)(step); break;
    case 3: NAME(hidden_3)(step); break;
    case 4: NAME(hidden_4)(step); break;
    case 5: NAME(hidden_5)(step); break;
    case 6: NAME(hidden_6)(step); break;
    case 7: NAME(hidden_7)(step); break;
    default: NAME(hidden_8)(step); break;
  }
}
