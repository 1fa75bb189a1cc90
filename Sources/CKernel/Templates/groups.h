/* Softmax and cross-entropy over a group of the classes: weights are one in the group and zero
   elsewhere, or any numbers from zero on. */

/* The greatest value of a row where the weight is positive; a NaN there gives NaN, no group 0. */
static inline REAL NAME(greatest_in_group)(
    const REAL *from, const REAL *weights, int64_t count) {
  REAL greatest = (REAL)-__builtin_inf();
  for (int64_t index = 0; index < count; index++)
    if (weights[index] > 0 && (from[index] > greatest || from[index] != from[index]))
      greatest = from[index];
  return greatest == (REAL)-__builtin_inf() ? 0 : greatest;
}

/* Writes weights e^(from - greatest) to `to`, zero where the weight is zero whatever the power, and
   gives the sum of what was written. */
static inline REAL NAME(group_exponentials)(
    const REAL *from, const REAL *weights, REAL greatest, REAL *to, int64_t count) {
  VECTOR sum = NAME(splat)(0), shift = NAME(splat)(greatest);
  for (int64_t index = 0; index < count; index += 16) {
    int64_t part = count - index;
    VECTOR value = part >= 16 ? NAME(load)(from + index) : NAME(load_part)(from + index, part);
    VECTOR weight =
        part >= 16 ? NAME(load)(weights + index) : NAME(load_part)(weights + index, part);
    value = weight * NAME(exponential_lanes)(value - shift);
    value = NAME(select)(weight > NAME(splat)(0), value, NAME(splat)(0));
    sum += value;
    if (part >= 16) NAME(store)(to + index, value);
    else NAME(store_part)(to + index, value, part);
  }
  return NAME(sum_lanes)(sum);
}

/* output[r, c] = w[r, c] e^first[r, c] / sum over k of w[r, k] e^first[r, k], w = second;
   `rows` x `columns`. */
static void NAME(group_softmax)(const kernel_step *step) {
  int64_t columns = step->columns;
  for (int64_t row = 0; row < step->rows; row++) {
    const REAL *from = (const REAL *)step->first + row * columns;
    const REAL *weights = (const REAL *)step->second + row * columns;
    REAL *to = (REAL *)step->output + row * columns;
    REAL greatest = NAME(greatest_in_group)(from, weights, columns);
    REAL sum = NAME(group_exponentials)(from, weights, greatest, to, columns);
    for (int64_t column = 0; column < columns; column++) to[column] /= sum;
  }
}

/* output[r] = log sum over c of e^first[r, c] - log sum over c of w[r, c] e^first[r, c], where w is
   second; scratch is a row. A row of ones gives exactly zero. `rows` x `columns`. */
static void NAME(group_cross_entropy)(const kernel_step *step) {
  int64_t columns = step->columns;
  for (int64_t row = 0; row < step->rows; row++) {
    const REAL *logits = (const REAL *)step->first + row * columns;
    const REAL *weights = (const REAL *)step->second + row * columns;
    REAL greatest = NAME(greatest_of)(logits, columns);
    REAL sum = NAME(exponentials)(logits, greatest, step->scratch, columns);
    REAL chosen = NAME(greatest_in_group)(logits, weights, columns);
    REAL part = NAME(group_exponentials)(logits, weights, chosen, step->scratch, columns);
    VECTOR whole = NAME(logarithm_lanes)(NAME(splat)(sum));
    VECTOR group = NAME(logarithm_lanes)(NAME(splat)(part));
    ((REAL *)step->output)[row] = (greatest - chosen) + (whole[0] - group[0]);
  }
}
