/* The sum of squared differences and its derivative in one pass. */

/* output[0] = sum over i of m[i] e[i]^2 with e = first - second, in sixteen lanes, then the tree;
   second_output[i] = scalar[1] (scalar[0] m[i] e[i]), products from the left to the right. third, the
   weights m, may be null: they and scalar[0] are then left out. second_output may be null.
   `columns` elements. */
static void NAME(squared_errors)(const kernel_step *step) {
  const REAL *first = step->first, *second = step->second, *weights = step->third;
  REAL *slopes = step->second_output;
  VECTOR inner = NAME(splat)((REAL)step->scalar[0]), outer = NAME(splat)((REAL)step->scalar[1]);
  VECTOR sum = NAME(splat)(0);
  for (int64_t index = 0; index < step->columns; index += 16) {
    int64_t part = step->columns - index;
    int whole = part >= 16;
    VECTOR error = NAME(read)(first + index, part, whole) - NAME(read)(second + index, part, whole);
    VECTOR square = error * error, slope = error;
    if (weights) {
      VECTOR weight = NAME(read)(weights + index, part, whole);
      square *= weight;
      slope = weight * inner * error;
    }
    sum += square;
    if (!slopes) continue;
    if (whole) NAME(store)(slopes + index, slope * outer);
    else NAME(store_part)(slopes + index, slope * outer, part);
  }
  *(REAL *)step->output = NAME(sum_lanes)(sum);
}
