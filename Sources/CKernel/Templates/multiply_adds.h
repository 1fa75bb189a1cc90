/* As many fused multiply-adds as the processor can do: what the other loops are measured against. */

/* Chains that do not wait for each other, as many as the registers hold. */
#ifdef KERNEL_MASKED
#define CHAINS (REAL_IS_SINGLE ? 12 : 6)
#else
#define CHAINS (REAL_IS_SINGLE ? 6 : 3)
#endif

/* output: sixteen values. first: sixteen values, where every chain begins. rows: rounds of twelve
   times sixteen multiply-adds, value * scalar[0] + 1. */
static void NAME(multiply_adds)(const kernel_step *step) {
  VECTOR factor = NAME(splat)((REAL)step->scalar[0]), one = NAME(splat)((REAL)1);
  VECTOR values[CHAINS];
#pragma clang loop unroll(full)
  for (int chain = 0; chain < CHAINS; chain++)
    values[chain] = NAME(load)((const REAL *)step->first) * NAME(splat)((REAL)chain);
  for (int64_t round = 0; round < step->rows * (12 / CHAINS); round++) {
#pragma clang loop unroll(full)
    for (int chain = 0; chain < CHAINS; chain++)
      values[chain] = NAME(fma)(values[chain], factor, one);
  }
  for (int chain = 1; chain < CHAINS; chain++) values[0] += values[chain];
  NAME(store)((REAL *)step->output, values[0]);
}
