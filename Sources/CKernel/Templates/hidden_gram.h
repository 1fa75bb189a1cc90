/* Two Gram matrices of a hidden layer with one number behind it, in one pass over its values:
     output[i, j] = scalar[1] * sum over k of third[i, k] third[j, k],
     second_output[i, j] = scalar[2] * sum over k of v[i, k] v[j, k],
     v[i, k] = epilogue(scalar[0] * first[i] * second[k], the epilogue reading third[i, k]).
   `rows` samples, `columns` neurons, outputs (rows, rows). v is made in a register and never stored.
   Each sum has sixteen lanes in the order of memory, then the tree: the bits are those of the
   products that a plan would perform one after the other. */

/* Rows whose sums with each other are held at once, with how many others, and whether both matrices
   are made at once: as much as a tier has registers for. */
#if defined(KERNEL_MASKED) && REAL_IS_SINGLE
#define GRAM_ROWS 4
#define GRAM_OTHERS 2
#define GRAM_AT_ONCE 1
#else
#define GRAM_ROWS 2
#define GRAM_OTHERS 2
#define GRAM_AT_ONCE 0
#endif

/* Sixteen values, or `part`, of some rows, and what is derived from them. `shared` holds the product
   of all rows where they have the same. */
static inline __attribute__((always_inline)) void NAME(gram_values)(
    const kernel_step *step, int epilogue, int isShared, int rows, int64_t row, int64_t column,
    int64_t part, VECTOR weights, VECTOR shared, VECTOR *value, VECTOR *derived) {
  int whole = part == 16;
  const REAL *left = (const REAL *)step->first + row;
  VECTOR factor = NAME(splat)((REAL)step->scalar[0]);
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    value[i] = NAME(read)(
        (const REAL *)step->third + (row + i) * step->columns + column, part, whole);
    VECTOR product = shared;
    if (!isShared) product = NAME(fma)(NAME(splat)(left[i]), weights, NAME(splat)(0)) * factor;
    derived[i] = NAME(epilogue_lanes)(epilogue, product, value[i]);
    if (!whole) derived[i] = NAME(first_lanes)(derived[i], NAME(splat)(0), part);
  }
}

/* Adds the products of sixteen columns, or `part`: of some rows with some others, or where there are
   no others with those up to themselves. */
static inline __attribute__((always_inline)) void NAME(gram_lanes)(
    const kernel_step *step, int epilogue, int isShared, int rows, int others, int64_t row,
    int64_t other, int hasPlain, int hasOwn, int64_t column, int64_t part,
    VECTOR (*plain)[GRAM_ROWS], VECTOR (*own)[GRAM_ROWS]) {
  VECTOR weights = NAME(read)((const REAL *)step->second + column, part, part == 16);
  VECTOR shared = NAME(fma)(NAME(splat)(*(const REAL *)step->first), weights, NAME(splat)(0)) *
                  NAME(splat)((REAL)step->scalar[0]);
  VECTOR value[GRAM_ROWS], derived[GRAM_ROWS], across[GRAM_ROWS], along[GRAM_ROWS];
  NAME(gram_values)(
      step, epilogue, isShared, rows, row, column, part, weights, shared, value, derived);
  NAME(gram_values)(
      step, epilogue, isShared, others, other, column, part, weights, shared, across, along);
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < (others ? others : i + 1); j++) {
      if (hasPlain) plain[i][j] = NAME(fma)(value[i], others ? across[j] : value[j], plain[i][j]);
      if (hasOwn) own[i][j] = NAME(fma)(derived[i], others ? along[j] : derived[j], own[i][j]);
    }
}

/* The elements of one matrix, or of both, of some rows and some others, or those up to themselves. */
static inline __attribute__((always_inline)) void NAME(gram_sums)(
    const kernel_step *step, int epilogue, int isShared, int rows, int others, int64_t row,
    int64_t other, int hasPlain, int hasOwn) {
  VECTOR plain[GRAM_ROWS][GRAM_ROWS], own[GRAM_ROWS][GRAM_ROWS];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < (others ? others : i + 1); j++) plain[i][j] = own[i][j] = NAME(splat)(0);
  int64_t whole = step->columns & ~(int64_t)15;
  for (int64_t column = 0; column < whole; column += 16)
    NAME(gram_lanes)(
        step, epilogue, isShared, rows, others, row, other, hasPlain, hasOwn, column, 16, plain, own);
  if (whole < step->columns)
    NAME(gram_lanes)(
        step, epilogue, isShared, rows, others, row, other, hasPlain, hasOwn, whole,
        step->columns - whole, plain, own);
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < (others ? others : i + 1); j++) {
      int64_t place = (row + i) * step->rows + other + j, mirror = (other + j) * step->rows + row + i;
      REAL *values = step->output, *sums = step->second_output;
      if (hasPlain)
        values[place] = values[mirror] = NAME(sum_lanes)(plain[i][j]) * (REAL)step->scalar[1];
      if (hasOwn) sums[place] = sums[mirror] = NAME(sum_lanes)(own[i][j]) * (REAL)step->scalar[2];
    }
}

static inline __attribute__((always_inline)) void NAME(gram_block)(
    const kernel_step *step, int epilogue, int isShared, int rows, int others, int64_t row,
    int64_t other) {
  NAME(gram_sums)(step, epilogue, isShared, rows, others, row, other, 1, GRAM_AT_ONCE);
  if (!GRAM_AT_ONCE) NAME(gram_sums)(step, epilogue, isShared, rows, others, row, other, 0, 1);
}

/* All rows, for an epilogue that is known. */
static inline __attribute__((always_inline)) void NAME(gram_all)(
    const kernel_step *step, int epilogue, int isShared) {
  int64_t row = 0;
  for (; row + GRAM_ROWS <= step->rows; row += GRAM_ROWS) {
    for (int64_t other = 0; other < row; other += GRAM_OTHERS)
      NAME(gram_block)(step, epilogue, isShared, GRAM_ROWS, GRAM_OTHERS, row, other);
    NAME(gram_block)(step, epilogue, isShared, GRAM_ROWS, 0, row, row);
  }
  for (; row < step->rows; row++) {
    for (int64_t other = 0; other < row; other++)
      NAME(gram_block)(step, epilogue, isShared, 1, 1, row, other);
    NAME(gram_block)(step, epilogue, isShared, 1, 0, row, row);
  }
}

/* Whether all samples have the same bits in `first`, as where the layer's output is the network's. */
static inline int NAME(is_shared)(const kernel_step *step) {
  const REAL *first = step->first;
  for (int64_t row = 1; row < step->rows; row++)
    if (__builtin_memcmp(first + row, first, sizeof *first)) return 0;
  return 1;
}

#define GRAM_WITH(epilogue)                                           \
  if (NAME(is_shared)(step)) NAME(gram_all)(step, epilogue, 1);       \
  else NAME(gram_all)(step, epilogue, 0)
static void NAME(hidden_gram)(const kernel_step *step) {
  switch (step->epilogue) {
    case kernel_epilogue_relu_backward: GRAM_WITH(kernel_epilogue_relu_backward); break;
    case kernel_epilogue_tanh_backward: GRAM_WITH(kernel_epilogue_tanh_backward); break;
    default: GRAM_WITH(kernel_epilogue_none); break;
  }
}
