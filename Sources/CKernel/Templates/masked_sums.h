/* The derivatives of a layer of masked_layer, from the bits that it kept.

   With m[s, j] = 1 where h[s, j] > 0, else 0, and the cotangents r = first of what follows:
     G[j, k] = sum over s of m[s, j] (r[s] x[s, k]), g[j] = sum over s of m[s, j] r[s],
   each in plain order of s by additions of the products, which are made once; and from these, with
   u[j] = scalar[0] a[j], a being masked_layer's `fourth`,
     output[j, k] = scalar[1] (u[j] G[j, k]), second_output[j] = u[j] g[j],
     third_output[j] = scalar[2] (scalar[3] (sum over k of W[k, j] G[j, k]) + bias[j] g[j]),
   the last in plain order of k with fused multiply-adds: since z is linear in W and bias, it is the
   sum over s of r[s] h[s, j]. `second` is x (rows, depth), `third` what masked_layer kept; output is
   (depth, columns) or with option 1 its transpose; second_output and third_output may be null.
   scratch holds depth times `rows`, rounded up to sixteens, values. */

/* Sixteens of neurons whose sums are held at once: as many as a tier has registers for. */
#if defined(KERNEL_MASKED) && REAL_IS_SINGLE
#define MASKED_VECTORS(depth) ((depth) <= 5 ? 4 : 2)
#define MASKED_BY_FMA(place) ((place) % 2)
#elif defined(KERNEL_MASKED)
#define MASKED_VECTORS(depth) ((depth) <= 5 ? 2 : 1)
#else
#define MASKED_VECTORS(depth) 1
#endif
#ifndef MASKED_BY_FMA
#define MASKED_BY_FMA(place) 0
#endif

/* What sixteen neurons, or `part`, get of their sums, the last of which is g. */
static inline __attribute__((always_inline)) void NAME(store_masked)(
    const kernel_step *step, int depth, const VECTOR *sums, int64_t block) {
  const REAL *pack = (const REAL *)step->third + block * (depth + 2) * 16;
  int64_t column = 16 * block, part = step->columns - column;
  int whole = part >= 16;
  VECTOR unit = NAME(load)(pack + 16 * (depth + 1)) * NAME(splat)((REAL)step->scalar[0]);
  VECTOR factor = NAME(splat)((REAL)step->scalar[1]), values[MASKED_INPUTS];
  VECTOR own = NAME(splat)(0), plain = unit * sums[depth];
#pragma clang loop unroll(full)
  for (int k = 0; k < depth; k++) {
    own = NAME(fma)(NAME(load)(pack + 16 * k), sums[k], own);
    values[k] = unit * sums[k] * factor;
  }
  own *= NAME(splat)((REAL)step->scalar[3]);
  own = NAME(fma)(NAME(load)(pack + 16 * depth), sums[depth], own);
  own *= NAME(splat)((REAL)step->scalar[2]);
  REAL *to = step->output, *bias = step->second_output, *next = step->third_output;
  if (!step->option) {
#pragma clang loop unroll(full)
    for (int k = 0; k < depth; k++) {
      if (whole) NAME(store)(to + k * step->columns + column, values[k]);
      else NAME(store_part)(to + k * step->columns + column, values[k], part);
    }
  } else if (whole) {
    NAME(turn_neurons)(depth, values, to + column * depth);
  } else {
    REAL rest[MASKED_INPUTS * 16];
    NAME(turn_neurons)(depth, values, rest);
    for (int64_t i = 0; i < part * depth; i++) to[column * depth + i] = rest[i];
  }
  if (bias && whole) NAME(store)(bias + column, plain);
  else if (bias) NAME(store_part)(bias + column, plain, part);
  if (next && whole) NAME(store)(next + column, own);
  else if (next) NAME(store_part)(next + column, own, part);
}

/* r[s] x[s, k] of all samples: those of every input side by side. */
static inline __attribute__((always_inline)) void NAME(masked_products)(
    const kernel_step *step, int depth) {
  const REAL *cotangents = step->first, *x = step->second;
  int64_t stride = (step->rows + 15) & ~(int64_t)15;
  for (int64_t row = 0; row < step->rows; row += 16) {
    int64_t part = step->rows - row;
    VECTOR values[MASKED_INPUTS], cotangent = NAME(read)(cotangents + row, part, part >= 16);
    if (part >= 16) {
      NAME(turn_inputs)(depth, x + row * depth, values);
    } else {
      REAL rest[MASKED_INPUTS * 16] = {0};
      for (int64_t i = 0; i < part * depth; i++) rest[i] = x[row * depth + i];
      NAME(turn_inputs)(depth, rest, values);
    }
#pragma clang loop unroll(full)
    for (int k = 0; k < depth; k++)
      NAME(store)((REAL *)step->scratch + k * stride + row, cotangent * values[k]);
  }
}

/* All samples of some sixteens of neurons. */
static inline __attribute__((always_inline)) void NAME(masked_blocks)(
    const kernel_step *step, int depth, int vectors, int64_t block, int64_t blocks) {
  const REAL *products = step->scratch, *cotangents = step->first;
  int64_t rows = step->rows, stride = (rows + 15) & ~(int64_t)15;
  const uint16_t *masks =
      NAME(masks_behind)((REAL *)step->third, blocks, depth) + block * rows;
  VECTOR sums[4][MASKED_INPUTS + 1], one = NAME(splat)(1);
#if defined(KERNEL_MASKED) && REAL_IS_SINGLE
  /* A multiplication by one, kept from the compiler: half of the additions use the pipes of the
     multiply-adds, with the same bits. */
  __asm__("" : "+v"(one));
#endif
#pragma clang loop unroll(full)
  for (int v = 0; v < vectors; v++)
#pragma clang loop unroll(full)
    for (int k = 0; k <= depth; k++) sums[v][k] = NAME(splat)(0);
  for (int64_t row = 0; row < rows; row++) {
    NAME(lane_mask) mask[4];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) mask[v] = NAME(mask_of_bits)(masks[v * rows + row]);
#pragma clang loop unroll(full)
    for (int k = 0; k <= depth; k++) {
      VECTOR value = NAME(splat)(k < depth ? products[k * stride + row] : cotangents[row]);
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) {
        if (MASKED_BY_FMA(k + v))
          sums[v][k] = NAME(fma_where)(mask[v], value, one, sums[v][k]);
        else
          sums[v][k] = NAME(add_where)(mask[v], value, sums[v][k]);
      }
    }
  }
#pragma clang loop unroll(full)
  for (int v = 0; v < vectors; v++) NAME(store_masked)(step, depth, sums[v], block + v);
}

static inline __attribute__((always_inline)) void NAME(masked_sums_all)(
    const kernel_step *step, int depth) {
  NAME(masked_products)(step, depth);
  int64_t blocks = (step->columns + 15) / 16, block = 0;
  for (; block + MASKED_VECTORS(depth) <= blocks; block += MASKED_VECTORS(depth))
    NAME(masked_blocks)(step, depth, MASKED_VECTORS(depth), block, blocks);
  for (; MASKED_VECTORS(depth) > 2 && block + 2 <= blocks; block += 2)
    NAME(masked_blocks)(step, depth, 2, block, blocks);
  for (; block < blocks; block++) NAME(masked_blocks)(step, depth, 1, block, blocks);
}

#define MASKED_SUMS_OF_INPUTS(depth)                                                         \
  static __attribute__((noinline)) void NAME(masked_sums_##depth)(const kernel_step *step) { \
    NAME(masked_sums_all)(step, depth);                                                      \
  }
MASKED_SUMS_OF_INPUTS(1) MASKED_SUMS_OF_INPUTS(2) MASKED_SUMS_OF_INPUTS(3)
MASKED_SUMS_OF_INPUTS(4) MASKED_SUMS_OF_INPUTS(5) MASKED_SUMS_OF_INPUTS(6)
MASKED_SUMS_OF_INPUTS(7) MASKED_SUMS_OF_INPUTS(8)

static void NAME(masked_sums)(const kernel_step *step) {
  switch (step->depth) {
    case 1: NAME(masked_sums_1)(step); break;
    case 2: NAME(masked_sums_2)(step); break;
    case 3: NAME(masked_sums_3)(step); break;
    case 4: NAME(masked_sums_4)(step); break;
    case 5: NAME(masked_sums_5)(step); break;
    case 6: NAME(masked_sums_6)(step); break;
    case 7: NAME(masked_sums_7)(step); break;
    default: NAME(masked_sums_8)(step); break;
  }
}
