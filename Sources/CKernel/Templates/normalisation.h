/* Every row brought to mean zero and variance one, and the way back.

   Sums over a row run in sixteen lanes in the order of memory, then as the tree 8, 4, 2, 1. */

/* The sum of sixteen lanes as a tree, in registers: rows are short and there are many. */
static inline REAL NAME(tree_sum)(VECTOR v) {
  v += __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
  v += __builtin_shufflevector(v, v, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7);
  v += __builtin_shufflevector(v, v, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3);
  return v[0] + v[1];
}

/* output[r, :] = mean m and 1 / sqrt(mean of (first[r, :] - m)^2 + scalar[0]); `rows` x
   `columns`. */
static void NAME(row_statistics)(const kernel_step *step) {
  int64_t columns = step->columns, whole = columns & ~(int64_t)15, rest = columns & 15;
  REAL part_of_one = (REAL)(1 / (double)columns), epsilon = (REAL)step->scalar[0];
  for (int64_t row = 0; row < step->rows; row++) {
    const REAL *from = (const REAL *)step->first + row * columns;
    REAL *to = (REAL *)step->output + row * 2;
    VECTOR sum = NAME(splat)(0), squares = NAME(splat)(0);
    for (int64_t column = 0; column < whole; column += 16) sum += NAME(load)(from + column);
    if (rest) sum += NAME(load_part)(from + whole, rest);
    REAL mean = NAME(tree_sum)(sum) * part_of_one;
    VECTOR centre = NAME(splat)(mean);
    for (int64_t column = 0; column < whole; column += 16) {
      VECTOR away = NAME(load)(from + column) - centre;
      squares = NAME(fma)(away, away, squares);
    }
    if (rest) {
      VECTOR away = NAME(load_part)(from + whole, rest) - centre;
      away = NAME(first_lanes)(away, NAME(splat)(0), rest);
      squares = NAME(fma)(away, away, squares);
    }
    REAL variance = NAME(tree_sum)(squares) * part_of_one;
    to[0] = mean;
    to[1] = (REAL)1 / __builtin_elementwise_sqrt(variance + epsilon);
  }
}

/* output[r, c] = xhat[r, c] third[c] + second_output[c] with xhat = (first[r, c] - mean) inverse and
   second[r, :] = mean, inverse; third, the weight, and second_output, the bias, may be null.
   `rows` x `columns`. output may be first. */
static void NAME(layer_norm)(const kernel_step *step) {
  const REAL *statistics = step->second, *weight = step->third, *bias = step->second_output;
  int64_t columns = step->columns, whole = columns & ~(int64_t)15, rest = columns & 15;
  for (int64_t row = 0; row < step->rows; row++) {
    const REAL *from = (const REAL *)step->first + row * columns;
    REAL *to = (REAL *)step->output + row * columns;
    VECTOR mean = NAME(splat)(statistics[row * 2]), inverse = NAME(splat)(statistics[row * 2 + 1]);
    VECTOR w = NAME(splat)(1), b = NAME(splat)(0);
    for (int64_t column = 0; column < whole; column += 16) {
      VECTOR normalised = (NAME(load)(from + column) - mean) * inverse;
      if (weight) w = NAME(load)(weight + column);
      if (bias) b = NAME(load)(bias + column);
      NAME(store)(to + column, NAME(fma)(normalised, w, b));
    }
    if (rest) {
      VECTOR normalised = (NAME(load_part)(from + whole, rest) - mean) * inverse;
      if (weight) w = NAME(load_part)(weight + whole, rest);
      if (bias) b = NAME(load_part)(bias + whole, rest);
      NAME(store_part)(to + whole, NAME(fma)(normalised, w, b), rest);
    }
  }
}

/* output[r, c] = inverse (g - mean of g - xhat mean of (g xhat)) with
   g = first[r, c] second_output[c], xhat = (second[r, c] - mean) inverse; third[r, :] = mean, inverse. second_output, the weight, may
   be null. `rows` x `columns`. output may be first or second. */
static void NAME(layer_norm_backward)(const kernel_step *step) {
  const REAL *weight = step->second_output, *statistics = step->third;
  int64_t columns = step->columns, whole = columns & ~(int64_t)15, rest = columns & 15;
  REAL part_of_one = (REAL)(1 / (double)columns);
  for (int64_t row = 0; row < step->rows; row++) {
    const REAL *cotangent = (const REAL *)step->first + row * columns;
    const REAL *from = (const REAL *)step->second + row * columns;
    REAL *to = (REAL *)step->output + row * columns;
    VECTOR mean = NAME(splat)(statistics[row * 2]), inverse = NAME(splat)(statistics[row * 2 + 1]);
    VECTOR sum = NAME(splat)(0), along = NAME(splat)(0);
    for (int64_t column = 0; column < whole; column += 16) {
      VECTOR g = NAME(load)(cotangent + column);
      if (weight) g *= NAME(load)(weight + column);
      sum += g;
      along = NAME(fma)(g, (NAME(load)(from + column) - mean) * inverse, along);
    }
    if (rest) {
      VECTOR g = NAME(load_part)(cotangent + whole, rest);
      if (weight) g *= NAME(load_part)(weight + whole, rest);
      sum += g;
      along = NAME(fma)(g, (NAME(load_part)(from + whole, rest) - mean) * inverse, along);
    }
    VECTOR level = NAME(splat)(NAME(tree_sum)(sum) * part_of_one);
    VECTOR slope = NAME(splat)(NAME(tree_sum)(along) * part_of_one);
    for (int64_t column = 0; column < whole; column += 16) {
      VECTOR g = NAME(load)(cotangent + column);
      if (weight) g *= NAME(load)(weight + column);
      VECTOR normalised = (NAME(load)(from + column) - mean) * inverse;
      NAME(store)(to + column, inverse * NAME(fma)(-normalised, slope, g - level));
    }
    if (rest) {
      VECTOR g = NAME(load_part)(cotangent + whole, rest);
      if (weight) g *= NAME(load_part)(weight + whole, rest);
      VECTOR normalised = (NAME(load_part)(from + whole, rest) - mean) * inverse;
      NAME(store_part)(to + whole, inverse * NAME(fma)(-normalised, slope, g - level), rest);
    }
  }
}

/* The columns [column, column + 16 vectors) of layer_norm_parameters; a single vector may have only
   `part` columns. */
static inline __attribute__((always_inline)) void NAME(layer_norm_parameter_columns)(
    const kernel_step *step, int vectors, int64_t column, int64_t part, int whole) {
  const REAL *statistics = step->third;
  int64_t columns = step->columns;
  VECTOR weight[4], bias[4];
#pragma clang loop unroll(full)
  for (int i = 0; i < vectors; i++) weight[i] = bias[i] = NAME(splat)(0);
  for (int64_t row = 0; row < step->rows; row++) {
    const REAL *cotangent = (const REAL *)step->first + row * columns + column;
    const REAL *from = (const REAL *)step->second + row * columns + column;
    VECTOR mean = NAME(splat)(statistics[row * 2]), inverse = NAME(splat)(statistics[row * 2 + 1]);
#pragma clang loop unroll(full)
    for (int i = 0; i < vectors; i++) {
      VECTOR c = whole ? NAME(load)(cotangent + i * 16) : NAME(load_part)(cotangent + i * 16, part);
      VECTOR x = whole ? NAME(load)(from + i * 16) : NAME(load_part)(from + i * 16, part);
      weight[i] = NAME(fma)(c, (x - mean) * inverse, weight[i]);
      bias[i] += c;
    }
  }
  REAL *to = (REAL *)step->output + column;
#pragma clang loop unroll(full)
  for (int i = 0; i < vectors; i++) {
    if (whole) {
      NAME(store)(to + i * 16, weight[i]);
      NAME(store)(to + columns + i * 16, bias[i]);
    } else {
      NAME(store_part)(to + i * 16, weight[i], part);
      NAME(store_part)(to + columns + i * 16, bias[i], part);
    }
  }
}

/* output[0, c] = sum over r of first[r, c] xhat[r, c], output[1, c] = sum over r of first[r, c], in
   the order of the rows; xhat = (second[r, c] - mean) inverse, third[r, :] = mean, inverse.
   `rows` x `columns`. */
static void NAME(layer_norm_parameters)(const kernel_step *step) {
  int64_t columns = step->columns, column = 0;
  for (; column + 64 <= columns; column += 64)
    NAME(layer_norm_parameter_columns)(step, 4, column, 16, 1);
  for (; column + 16 <= columns; column += 16)
    NAME(layer_norm_parameter_columns)(step, 1, column, 16, 1);
  if (column < columns)
    NAME(layer_norm_parameter_columns)(step, 1, column, columns - column, 0);
}
