/* A rectified layer of few inputs with one number behind it, forwards and back, without its values:
   of these only is kept which are positive, sixteen bits for sixteen neurons.

     h[s, j] = max(z[s, j], 0), z[s, j] = scalar[0] * sum over k of first[s, k] W[k, j] + bias[j],
     output[s] = scalar[1] * sum over j of h[s, j] fourth[j] + third[0].

   What the way back needs lies in second_output, for every sixteen neurons, the last of them filled
   up with zeros: a pack of depth + 2 vectors (W, bias, fourth); behind all packs the bits, `rows`
   times sixteen of them for every sixteen neurons. `rows` samples, `columns` neurons, depth <= 8
   inputs; `second` is W or with option 1 its transpose; third_output, the bias, and third may be
   null. scratch holds rows * 16 values. The sums are those of product_followed. */

#define MASKED_INPUTS 8
/* Sixteens of neurons at a time: their packs stay in the innermost cache while the rows go by. */
#define MASKED_BLOCKS 32

/* One level of the tree for rows `distance` apart: what is left of both lies in the first of them. */
#define ADD_PARTS(distance)                                \
  _Pragma("clang loop unroll(full)")                       \
  for (int i = 0; i < distance; i++) {                     \
    SWAPPED_PART(distance, rows[i], rows[i + distance]);   \
    rows[i] += rows[i + distance];                         \
  }

/* The bits behind the packs. */
static inline uint16_t *NAME(masks_behind)(REAL *packs, int64_t blocks, int64_t depth) {
  return (uint16_t *)(packs + blocks * (depth + 2) * 16);
}

#if defined(KERNEL_MASKED) && REAL_IS_SINGLE
/* Of sixteen neurons whose inputs lie side by side the values of every input, or the reverse. */
static inline __attribute__((always_inline)) void NAME(turn_inputs)(
    int inputs, const REAL *from, VECTOR *values) {
  VECTOR raw[MASKED_INPUTS];
#pragma clang loop unroll(full)
  for (int i = 0; i < inputs; i++) raw[i] = NAME(load)(from + 16 * i);
#pragma clang loop unroll(full)
  for (int i = 0; i < inputs; i++) {
    INTEGERS lanes = {0};
#pragma clang loop unroll(full)
    for (int lane = 0; lane < 16; lane++) lanes[lane] = (lane * inputs + i) % 16;
    values[i] = NAME(splat)(0);
#pragma clang loop unroll(full)
    for (int part = 0; part < inputs; part++) {
      unsigned int mask = 0;
#pragma clang loop unroll(full)
      for (int lane = 0; lane < 16; lane++)
        mask |= (unsigned int)((lane * inputs + i) / 16 == part) << lane;
      values[i] = (VECTOR)_mm512_mask_permutexvar_ps(
          (__m512)values[i], (__mmask16)mask, (__m512i)lanes, (__m512)raw[part]);
    }
  }
}
static inline __attribute__((always_inline)) void NAME(turn_neurons)(
    int inputs, const VECTOR *values, REAL *to) {
#pragma clang loop unroll(full)
  for (int part = 0; part < inputs; part++) {
    INTEGERS lanes = {0};
#pragma clang loop unroll(full)
    for (int lane = 0; lane < 16; lane++) lanes[lane] = (16 * part + lane) / inputs;
    VECTOR turned = NAME(splat)(0);
#pragma clang loop unroll(full)
    for (int i = 0; i < inputs; i++) {
      unsigned int mask = 0;
#pragma clang loop unroll(full)
      for (int lane = 0; lane < 16; lane++)
        mask |= (unsigned int)((16 * part + lane) % inputs == i) << lane;
      turned = (VECTOR)_mm512_mask_permutexvar_ps(
          (__m512)turned, (__mmask16)mask, (__m512i)lanes, (__m512)values[i]);
    }
    NAME(store)(to + 16 * part, turned);
  }
}
#else
static inline __attribute__((always_inline)) void NAME(turn_inputs)(
    int inputs, const REAL *from, VECTOR *values) {
  for (int i = 0; i < inputs; i++) {
    REAL lanes[16];
    for (int lane = 0; lane < 16; lane++) lanes[lane] = from[lane * inputs + i];
    values[i] = NAME(load)(lanes);
  }
}
static inline __attribute__((always_inline)) void NAME(turn_neurons)(
    int inputs, const VECTOR *values, REAL *to) {
  for (int i = 0; i < inputs; i++) {
    REAL lanes[16];
    NAME(store)(lanes, values[i]);
    for (int lane = 0; lane < 16; lane++) to[lane * inputs + i] = lanes[lane];
  }
}
#endif

/* The packs of all neurons. */
static inline __attribute__((always_inline)) void NAME(pack_neurons)(
    const kernel_step *step, int depth) {
  REAL *to = step->second_output;
  const REAL *weights = step->second, *bias = step->third_output, *next = step->fourth;
  for (int64_t column = 0; column < step->columns; column += 16) {
    int64_t part = step->columns - column < 16 ? step->columns - column : 16;
    int whole = part == 16;
    VECTOR values[MASKED_INPUTS];
    if (!step->option) {
#pragma clang loop unroll(full)
      for (int k = 0; k < depth; k++)
        values[k] = NAME(read)(weights + k * step->columns + column, part, whole);
    } else if (whole) {
      NAME(turn_inputs)(depth, weights + column * depth, values);
    } else {
      REAL rest[MASKED_INPUTS * 16] = {0};
      for (int64_t i = 0; i < part * depth; i++) rest[i] = weights[column * depth + i];
      NAME(turn_inputs)(depth, rest, values);
    }
#pragma clang loop unroll(full)
    for (int k = 0; k < depth; k++) NAME(store)(to + 16 * k, values[k]);
    NAME(store)(
        to + 16 * depth, bias ? NAME(read)(bias + column, part, whole) : NAME(splat)(0));
    NAME(store)(to + 16 * (depth + 1), NAME(read)(next + column, part, whole));
    to += 16 * (depth + 2);
  }
}

/* Some sixteens of neurons of up to four rows; their sums wait in `scratch`, sixteen lanes a row. */
static inline __attribute__((always_inline)) void NAME(masked_rows)(
    const kernel_step *step, int rows, int depth, int isScaled, int64_t row, int64_t block,
    int64_t end, int64_t blocks) {
  const REAL *x = (const REAL *)step->first + row * depth;
  const REAL *pack = (const REAL *)step->second_output + block * (depth + 2) * 16;
  REAL *waiting = (REAL *)step->scratch + row * 16;
  uint16_t *masks =
      NAME(masks_behind)(step->second_output, blocks, depth) + block * step->rows + row;
  VECTOR factor = NAME(splat)((REAL)step->scalar[0]), left[4][MASKED_INPUTS], dot[4], sum[4];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    dot[i] = block ? NAME(load)(waiting + i * 16) : NAME(splat)(0);
#pragma clang loop unroll(full)
    for (int k = 0; k < depth; k++) left[i][k] = NAME(splat)(x[i * depth + k]);
  }
  for (; block < end; block++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) sum[i] = NAME(splat)(0);
#pragma clang loop unroll(full)
    for (int k = 0; k < depth; k++) {
      VECTOR values = NAME(load)(pack + 16 * k);
#pragma clang loop unroll(full)
      for (int i = 0; i < rows; i++) sum[i] = NAME(fma)(left[i][k], values, sum[i]);
    }
    VECTOR bias = NAME(load)(pack + 16 * depth), next = NAME(load)(pack + 16 * (depth + 1));
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      VECTOR value = (isScaled ? sum[i] * factor : sum[i]) + bias;
      NAME(lane_mask) mask = NAME(positive_lanes)(value);
      masks[i] = NAME(mask_bits)(mask);
      dot[i] = NAME(fma_where)(mask, value, next, dot[i]);
    }
    masks += step->rows;
    pack += 16 * (depth + 2);
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) NAME(store)(waiting + i * 16, dot[i]);
}

/* The outputs of all rows, from the sixteen sums that wait for each. Sixteen rows at once: each level
   of the tree is an exchange of halves and one addition. */
static __attribute__((noinline)) void NAME(masked_outputs)(const kernel_step *step) {
  REAL *output = step->output;
  VECTOR factor = NAME(splat)((REAL)step->scalar[1]);
  for (int64_t row = 0; row < step->rows; row += 16) {
    int64_t part = step->rows - row < 16 ? step->rows - row : 16;
    VECTOR rows[16];
    for (int64_t i = 0; i < 16; i++)
      rows[i] = i < part ? NAME(load)((const REAL *)step->scratch + (row + i) * 16) : NAME(splat)(0);
    ADD_PARTS(8)
    ADD_PARTS(4)
    ADD_PARTS(2)
    ADD_PARTS(1)
    VECTOR value = rows[0] * factor;
    if (step->third) value += NAME(splat)(*(const REAL *)step->third);
    if (part == 16) NAME(store)(output + row, value);
    else NAME(store_part)(output + row, value, part);
  }
}

static inline __attribute__((always_inline)) void NAME(masked_all)(
    const kernel_step *step, int depth, int isScaled) {
  int64_t blocks = (step->columns + 15) / 16;
  NAME(pack_neurons)(step, depth);
  for (int64_t block = 0; block < blocks; block += MASKED_BLOCKS) {
    int64_t end = block + MASKED_BLOCKS < blocks ? block + MASKED_BLOCKS : blocks, row = 0;
    for (; row + SHORT_ROWS(depth) <= step->rows; row += SHORT_ROWS(depth))
      NAME(masked_rows)(step, SHORT_ROWS(depth), depth, isScaled, row, block, end, blocks);
    for (; row < step->rows; row++)
      NAME(masked_rows)(step, 1, depth, isScaled, row, block, end, blocks);
  }
  NAME(masked_outputs)(step);
}

#define MASKED_OF_INPUTS(depth)                                                              \
  static __attribute__((noinline)) void NAME(masked_layer_##depth)(const kernel_step *step) { \
    if (step->scalar[0] == 1) NAME(masked_all)(step, depth, 0);                              \
    else NAME(masked_all)(step, depth, 1);                                                   \
  }
MASKED_OF_INPUTS(1) MASKED_OF_INPUTS(2) MASKED_OF_INPUTS(3) MASKED_OF_INPUTS(4)
MASKED_OF_INPUTS(5) MASKED_OF_INPUTS(6) MASKED_OF_INPUTS(7) MASKED_OF_INPUTS(8)

static void NAME(masked_layer)(const kernel_step *step) {
  switch (step->depth) {
    case 1: NAME(masked_layer_1)(step); break;
    case 2: NAME(masked_layer_2)(step); break;
    case 3: NAME(masked_layer_3)(step); break;
    case 4: NAME(masked_layer_4)(step); break;
    case 5: NAME(masked_layer_5)(step); break;
    case 6: NAME(masked_layer_6)(step); break;
    case 7: NAME(masked_layer_7)(step); break;
    default: NAME(masked_layer_8)(step); break;
  }
}
