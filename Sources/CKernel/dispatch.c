/* Which function serves an operation, and the state of the processor's arithmetic. */
#include <immintrin.h>
#include <stddef.h>

#include "include/CKernel.h"

extern const kernel_function kernel_table_plain[kernel_precision_count][kernel_operation_count];
extern const kernel_function kernel_table_avx2[kernel_precision_count][kernel_operation_count];
extern const kernel_function kernel_table_avx512[kernel_precision_count][kernel_operation_count];

int kernel_supported_tier(void) {
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return kernel_tier_plain;
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    return kernel_tier_avx512;
  return kernel_tier_avx2;
}

kernel_function kernel_function_of(int operation, int precision, int tier) {
  if (operation < 0 || operation >= kernel_operation_count) return NULL;
  if (precision < 0 || precision >= kernel_precision_count) return NULL;
  switch (tier) {
    case kernel_tier_plain: return kernel_table_plain[precision][operation];
    case kernel_tier_avx2: return kernel_table_avx2[precision][operation];
    case kernel_tier_avx512: return kernel_table_avx512[precision][operation];
    default: return NULL;
  }
}

/* Round to nearest, subnormal operands and results zero, no traps. */
#define ARITHMETIC_STATE 0x9fc0u

void kernel_perform(const kernel_step *steps, int64_t count) {
  unsigned int state = _mm_getcsr();
  _mm_setcsr(ARITHMETIC_STATE);
  for (int64_t index = 0; index < count; index++) steps[index].function(&steps[index]);
  _mm_setcsr(state);
}
