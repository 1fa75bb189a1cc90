/* Choosing rows and columns, by index or by stride, and what belongs to a whole-number label.

   Indices and labels are whole numbers held as elements. One that names no row (below zero, too
   great, not whole, NaN) reads and writes no memory but its own: where a value is read by it the
   result is NaN, so that the mistake is seen, and where a value is added by it nothing is added. */

/* The row that an index names, or -1. */
static inline int64_t NAME(row_named)(REAL index, int64_t count) {
  if (!(index >= 0 && index < (REAL)count)) return -1;
  int64_t row = (int64_t)index;
  return (REAL)row == index ? row : -1;
}

/* output[r, :] = first[second[r], :]; `rows` x `columns`, first has `depth` rows. */
static void NAME(gather_rows)(const kernel_step *step) {
  const REAL *table = step->first, *indices = step->second;
  int64_t columns = step->columns;
  for (int64_t row = 0; row < step->rows; row++) {
    REAL *to = (REAL *)step->output + row * columns;
    int64_t place = NAME(row_named)(indices[row], step->depth);
    if (place >= 0) __builtin_memcpy(to, table + place * columns, (size_t)columns * sizeof(REAL));
    else for (int64_t column = 0; column < columns; column++) to[column] = (REAL)__builtin_nan("");
  }
}

/* output = 0, or with option 1 what it is, then output[second[r], :] += first[r, :] in the order of r;
   `rows` x `columns`, output has `depth` rows. */
static void NAME(scatter_rows)(const kernel_step *step) {
  const REAL *first = step->first, *indices = step->second;
  REAL *output = step->output;
  int64_t columns = step->columns, whole = columns & ~(int64_t)15, rest = columns & 15;
  if (!step->option) __builtin_memset(output, 0, (size_t)(step->depth * columns) * sizeof(REAL));
  for (int64_t row = 0; row < step->rows; row++) {
    int64_t place = NAME(row_named)(indices[row], step->depth);
    if (place < 0) continue;
    const REAL *from = first + row * columns;
    REAL *to = output + place * columns;
    for (int64_t column = 0; column < whole; column += 16)
      NAME(store)(to + column, NAME(load)(to + column) + NAME(load)(from + column));
    if (rest)
      NAME(store_part)(
          to + whole, NAME(load_part)(to + whole, rest) + NAME(load_part)(from + whole, rest), rest);
  }
}

/* output[r, c] = first[r, c] with a row distance of each; `rows` x `columns`. */
static void NAME(copy_rows)(const kernel_step *step) {
  const REAL *first = step->first;
  REAL *output = step->output;
  size_t bytes = (size_t)step->columns * sizeof(REAL);
  for (int64_t row = 0; row < step->rows; row++)
    __builtin_memcpy(
        output + row * step->output_row_stride, first + row * step->first_row_stride, bytes);
}

/* output[r] = log sum exp(first[r, :]) - first[r, second[r]]. scratch is a row. `rows` x
   `columns`. */
static void NAME(label_cross_entropy)(const kernel_step *step) {
  const REAL *labels = step->second;
  int64_t columns = step->columns;
  for (int64_t row = 0; row < step->rows; row++) {
    const REAL *logits = (const REAL *)step->first + row * columns;
    int64_t label = NAME(row_named)(labels[row], columns);
    REAL value = (REAL)__builtin_nan("");
    if (label >= 0) {
      REAL greatest = NAME(greatest_of)(logits, columns);
      REAL sum = NAME(exponentials)(logits, greatest, step->scratch, columns);
      VECTOR logarithm = NAME(logarithm_lanes)(NAME(splat)(sum));
      value = logarithm[0] - (logits[label] - greatest);
    }
    ((REAL *)step->output)[row] = value;
  }
}

/* output[r, :] = third[r] (softmax(first[r, :]) - the unit vector of second[r]); `rows` x `columns`.
   output may be first. */
static void NAME(label_cross_entropy_backward)(const kernel_step *step) {
  const REAL *labels = step->second, *cotangents = step->third;
  int64_t columns = step->columns, whole = columns & ~(int64_t)15, rest = columns & 15;
  for (int64_t row = 0; row < step->rows; row++) {
    const REAL *logits = (const REAL *)step->first + row * columns;
    REAL *to = (REAL *)step->output + row * columns;
    int64_t label = NAME(row_named)(labels[row], columns);
    REAL sum = NAME(exponentials)(logits, NAME(greatest_of)(logits, columns), to, columns);
    VECTOR factor = NAME(splat)(label < 0 ? (REAL)__builtin_nan("") : cotangents[row] / sum);
    for (int64_t column = 0; column < whole; column += 16)
      NAME(store)(to + column, factor * NAME(load)(to + column));
    if (rest) NAME(store_part)(to + whole, factor * NAME(load_part)(to + whole, rest), rest);
    if (label >= 0) to[label] -= cotangents[row];
  }
}
