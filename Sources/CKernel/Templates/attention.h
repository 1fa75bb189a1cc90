/* Attention over heads that lie side by side in the columns of token tensors.

   A token tensor has one row a (sample, token), sample-major; head h of width w owns its columns
   h w up to (h + 1) w, from where a step's pointer stands. Scores, weights and their derivatives
   are one matrix a (sample, head). Its rows are the last `rows` of `columns` positions; a causal
   row sees the columns up to its own position, and what it does not see is exactly zero.
   In every step: scalar[1] = samples, scalar[2] = heads, option = 1 for causal.

   Order of summation: scores of up to sixteen columns are dot products of sixteen lanes with the
   tree 8, 4, 2, 1, of more columns sums in plain order of k; sums over positions are in plain order
   from the first that is seen by one of four rows; sums over a row of scores are sixteen lanes in
   the order of memory and the tree. */

/* How many vectors of sums a row of a tile holds: as many as a tier has registers for. The bits do
   not depend on it. */
#if defined(KERNEL_MASKED) && REAL_IS_SINGLE
#define ATTENTION_VECTORS 4
#elif defined(KERNEL_MASKED)
#define ATTENTION_VECTORS 2
#else
#define ATTENTION_VECTORS 1
#endif

/* to[k * stride + j] = rows[j, k] for sixteen j, of which `count` exist: the others are zero. Four
   times interleaving rows i and i + 8 turns a square of sixteen by sixteen. */
static void NAME(attention_turn)(
    const REAL *rows, int64_t row_stride, int64_t count, int64_t depth, REAL *to, int64_t stride) {
  for (int64_t k = 0; k < depth; k += 16) {
    int64_t part = depth - k < 16 ? depth - k : 16;
    VECTOR square[16], turned[16];
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i++)
      square[i] =
          i < count ? NAME(attention_read)(rows + i * row_stride, k, depth) : NAME(splat)(0);
#pragma clang loop unroll(full)
    for (int stage = 0; stage < 4; stage++) {
#pragma clang loop unroll(full)
      for (int i = 0; i < 8; i++) {
        turned[2 * i] = __builtin_shufflevector(
            square[i], square[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        turned[2 * i + 1] = __builtin_shufflevector(
            square[i], square[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      }
#pragma clang loop unroll(full)
      for (int i = 0; i < 16; i++) square[i] = turned[i];
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i++)
      if (i < part) NAME(store)(to + (k + i) * stride, square[i]);
  }
}

/* to[i, c] = sum over j of left[i, j] right[j, c] in plain order of j, for up to four rows and
   `vectors` times sixteen columns, or `part` columns. */
static inline __attribute__((always_inline)) void NAME(attention_tile)(
    int rows, int vectors, const REAL *left, int64_t left_row, int64_t left_column,
    const REAL *right, int64_t right_row, int64_t depth, REAL *to, int64_t to_row, int64_t part,
    int whole) {
  VECTOR sum[4][4];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) sum[i][v] = NAME(splat)(0);
  for (int64_t j = 0; j < depth; j++) {
    VECTOR values[4];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++)
      values[v] = whole ? NAME(load)(right + j * right_row + v * 16)
                        : NAME(load_part)(right + j * right_row, part);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      VECTOR factor = NAME(splat)(left[i * left_row + j * left_column]);
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) sum[i][v] = NAME(fma)(factor, values[v], sum[i][v]);
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      if (whole) NAME(store)(to + i * to_row + v * 16, sum[i][v]);
      else NAME(store_part)(to + i * to_row, sum[i][v], part);
    }
}

/* The same for all columns of up to four rows. */
static inline __attribute__((always_inline)) void NAME(attention_columns)(
    int rows, const REAL *left, int64_t left_row, int64_t left_column, const REAL *right,
    int64_t right_row, int64_t depth, REAL *to, int64_t to_row, int64_t columns) {
  int64_t column = 0;
  for (; column + 16 * ATTENTION_VECTORS <= columns; column += 16 * ATTENTION_VECTORS)
    NAME(attention_tile)(
        rows, ATTENTION_VECTORS, left, left_row, left_column, right + column, right_row, depth,
        to + column, to_row, 16, 1);
  for (; column + 16 <= columns; column += 16)
    NAME(attention_tile)(
        rows, 1, left, left_row, left_column, right + column, right_row, depth, to + column, to_row,
        16, 1);
  if (column < columns)
    NAME(attention_tile)(
        rows, 1, left, left_row, left_column, right + column, right_row, depth, to + column, to_row,
        columns - column, 0);
}

/* One to four rows. */
static void NAME(attention_block)(
    int64_t rows, const REAL *left, int64_t left_row, int64_t left_column, const REAL *right,
    int64_t right_row, int64_t depth, REAL *to, int64_t to_row, int64_t columns) {
  switch (rows) {
    case 4:
      NAME(attention_columns)(
          4, left, left_row, left_column, right, right_row, depth, to, to_row, columns);
      break;
    case 3:
      NAME(attention_columns)(
          3, left, left_row, left_column, right, right_row, depth, to, to_row, columns);
      break;
    case 2:
      NAME(attention_columns)(
          2, left, left_row, left_column, right, right_row, depth, to, to_row, columns);
      break;
    default:
      NAME(attention_columns)(
          1, left, left_row, left_column, right, right_row, depth, to, to_row, columns);
      break;
  }
}

/* One matrix of scores of up to sixteen columns. Each stage runs over all rows, so that the
   latencies of one row are hidden behind the others. */
static inline __attribute__((always_inline)) void NAME(attention_short)(
    const kernel_step *step, int form, const REAL *queries, const REAL *keys, const REAL *weights,
    const REAL *dropped, REAL *to) {
  int64_t rows = step->rows, columns = step->columns;
  int64_t before = step->option ? columns - rows + 1 : columns, more = step->option ? 1 : 0;
  const VECTOR zero = NAME(splat)(0), scale = NAME(splat)((REAL)step->scalar[0]);
  const VECTOR least = NAME(splat)(-(REAL)__builtin_inf());
  VECTOR scores[16];
  for (int64_t row = 0; row < rows; row++)
    scores[row] = NAME(attention_row)(
        queries + row * step->first_row_stride, keys, step->second_row_stride, before + row * more,
        step->depth);
  if (form == NAME(attention_softmax)) {
    for (int64_t row = 0; row < rows; row++) {
      INTEGERS seen = NAME(attention_seen)(before + row * more);
      VECTOR value = NAME(select)(seen, scores[row] * scale, least);
      scores[row] = value - NAME(attention_greatest)(value);
    }
    for (int64_t row = 0; row < rows; row++)
      scores[row] = NAME(select)(
          NAME(attention_seen)(before + row * more), NAME(exponential_lanes)(scores[row]), zero);
  }
  for (int64_t row = 0; row < rows; row++) {
    INTEGERS seen = NAME(attention_seen)(before + row * more);
    VECTOR value = scores[row];
    if (form == NAME(attention_softmax)) {
      value = value / NAME(attention_sum)(value);
    } else if (form == NAME(attention_softmax_backward)) {
      VECTOR kept = NAME(attention_read)(weights + row * columns, 0, columns);
      VECTOR sum = NAME(attention_sum)(NAME(select)(seen, value * kept, zero));
      value = kept * (value - sum) * scale;
    } else if (form == NAME(attention_dropped_backward)) {
      value *= NAME(attention_read)(dropped + row * columns, 0, columns);
      VECTOR sum = NAME(attention_sum)(NAME(select)(seen, value, zero));
      VECTOR kept = NAME(attention_read)(weights + row * columns, 0, columns);
      value = NAME(fma)(-kept, sum, value) * scale;
    } else {
      value = value * scale;
    }
    NAME(attention_write)(to + row * columns, 0, columns, NAME(select)(seen, value, zero));
  }
}

/* One matrix of scores: of `rows` queries with `columns` keys, each row finished at once. */
static inline __attribute__((always_inline)) void NAME(attention_matrix)(
    const kernel_step *step, int form, const REAL *queries, const REAL *keys, const REAL *weights,
    const REAL *dropped, REAL *to) {
  int64_t rows = step->rows, columns = step->columns, depth = step->depth;
  int64_t query_stride = step->first_row_stride, key_stride = step->second_row_stride;
  int64_t before = columns - rows;
  REAL factor = (REAL)step->scalar[0];
  if (columns <= 16) {
    NAME(attention_short)(step, form, queries, keys, weights, dropped, to);
    return;
  }
  int64_t padded = (columns + 15) & ~(int64_t)15;
  REAL *turned = step->scratch, *scores = turned + depth * padded;
  for (int64_t column = 0; column < columns; column += 16)
    NAME(attention_turn)(
        keys + column * key_stride, key_stride, columns - column, depth, turned + column, padded);
  for (int64_t row = 0; row < rows; row += 4) {
    int64_t count = rows - row < 4 ? rows - row : 4;
    int64_t seen = step->option ? (before + row + count + 15) & ~(int64_t)15 : padded;
    NAME(attention_block)(
        count, queries + row * query_stride, query_stride, 1, turned, padded, depth, scores, padded,
        seen);
    for (int64_t i = row; i < row + count; i++)
      NAME(attention_finish)(
          form, factor, scores + (i - row) * padded, weights + i * columns, dropped + i * columns,
          to + i * columns, step->option ? before + i + 1 : columns, columns);
  }
}

/* output[s, i, j] = the finished score of row i of `first` with row j of `second`, for every sample
   and head s; `third` holds the weights where the form needs them, `fourth` those after dropout.
   `rows` x `columns` scores of width `depth`, factor scalar[0]. With more than sixteen columns,
   scratch holds (depth + 4) times the columns rounded up to sixteens. */
static inline __attribute__((always_inline)) void NAME(attention_matrices)(
    const kernel_step *step, int form) {
  int64_t samples = (int64_t)step->scalar[1], heads = (int64_t)step->scalar[2];
  int64_t count = step->rows * step->columns;
  const REAL *weights = step->third ? step->third : step->output;
  const REAL *dropped = step->fourth ? step->fourth : weights;
  for (int64_t sample = 0; sample < samples; sample++)
    for (int64_t head = 0; head < heads; head++) {
      int64_t matrix = sample * heads + head;
      NAME(attention_matrix)(
          step, form,
          (const REAL *)step->first + sample * step->rows * step->first_row_stride +
              head * step->depth,
          (const REAL *)step->second + sample * step->columns * step->second_row_stride +
              head * step->depth,
          weights + matrix * count, dropped + matrix * count,
          (REAL *)step->output + matrix * count);
    }
}

static void NAME(attention_weights)(const kernel_step *step) {
  NAME(attention_matrices)(step, NAME(attention_softmax));
}

static void NAME(attention_scores)(const kernel_step *step) {
  NAME(attention_matrices)(step, NAME(attention_masked));
}

static void NAME(attention_scores_backward)(const kernel_step *step) {
  NAME(attention_matrices)(step, NAME(attention_softmax_backward));
}

static void NAME(attention_scores_dropped_backward)(const kernel_step *step) {
  NAME(attention_matrices)(step, NAME(attention_dropped_backward));
}

/* For every sample and head the product of a matrix of weights with rows of a token tensor:
   output[i, :] = sum over j of first[s, i, j] second[j, :]. `rows` x `columns` weights, width
   `depth`; the output's rows are the token tensor's. */
static void NAME(attention_mix)(const kernel_step *step) {
  int64_t samples = (int64_t)step->scalar[1], heads = (int64_t)step->scalar[2];
  int64_t rows = step->rows, columns = step->columns, width = step->depth;
  for (int64_t sample = 0; sample < samples; sample++)
    for (int64_t head = 0; head < heads; head++) {
      const REAL *weights =
          (const REAL *)step->first + (sample * heads + head) * rows * columns;
      const REAL *values = (const REAL *)step->second +
                           sample * columns * step->second_row_stride + head * width;
      REAL *to = (REAL *)step->output + sample * rows * step->output_row_stride + head * width;
      for (int64_t row = 0; row < rows; row += 4) {
        int64_t count = rows - row < 4 ? rows - row : 4;
        NAME(attention_block)(
            count, weights + row * columns, columns, 1, values, step->second_row_stride,
            step->option ? columns - rows + row + count : columns,
            to + row * step->output_row_stride, step->output_row_stride, width);
      }
    }
}

/* The same by the transpose: output[j, :] = sum over i of first[s, i, j] second[i, :]. */
static void NAME(attention_mix_back)(const kernel_step *step) {
  int64_t samples = (int64_t)step->scalar[1], heads = (int64_t)step->scalar[2];
  int64_t rows = step->rows, columns = step->columns, width = step->depth;
  for (int64_t sample = 0; sample < samples; sample++)
    for (int64_t head = 0; head < heads; head++) {
      const REAL *weights =
          (const REAL *)step->first + (sample * heads + head) * rows * columns;
      const REAL *values =
          (const REAL *)step->second + sample * rows * step->second_row_stride + head * width;
      REAL *to = (REAL *)step->output + sample * columns * step->output_row_stride + head * width;
      for (int64_t column = 0; column < columns; column += 4) {
        int64_t count = columns - column < 4 ? columns - column : 4;
        int64_t unseen = step->option ? column - (columns - rows) : 0;
        int64_t start = unseen > 0 ? unseen : 0;
        NAME(attention_block)(
            count, weights + start * columns + column, 1, columns,
            values + start * step->second_row_stride, step->second_row_stride, rows - start,
            to + column * step->output_row_stride, step->output_row_stride, width);
      }
    }
}

#undef ATTENTION_VECTORS
#undef ATTENTION_EXCHANGE
#undef ATTENTION_FOLD
#undef ATTENTION_LOW8
#undef ATTENTION_HIGH8
#undef ATTENTION_LOW4
#undef ATTENTION_HIGH4
#undef ATTENTION_LOW2
#undef ATTENTION_HIGH2
#undef ATTENTION_LOW1
#undef ATTENTION_HIGH1
