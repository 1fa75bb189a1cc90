/* Which function serves an operation, and the state of the processor's arithmetic. */
#include <stddef.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "include/CKernel.h"

extern const kernel_function kernel_table_plain[kernel_precision_count][kernel_operation_count];
#if defined(__x86_64__)
extern const kernel_function kernel_table_avx2[kernel_precision_count][kernel_operation_count];
extern const kernel_function kernel_table_avx512[kernel_precision_count][kernel_operation_count];
#elif defined(__aarch64__)
extern const kernel_function kernel_table_neon[kernel_precision_count][kernel_operation_count];
#endif

int kernel_has_tier(int tier) {
  switch (tier) {
    case kernel_tier_plain: return 1;
#if defined(__x86_64__)
    case kernel_tier_avx2: return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case kernel_tier_avx512:
      return kernel_has_tier(kernel_tier_avx2) && __builtin_cpu_supports("avx512f") &&
             __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("avx512vl");
#elif defined(__aarch64__)
    case kernel_tier_neon: return 1;
#endif
    default: return 0;
  }
}

kernel_function kernel_function_of(int operation, int precision, int tier) {
  if (operation < 0 || operation >= kernel_operation_count) return NULL;
  if (precision < 0 || precision >= kernel_precision_count) return NULL;
  switch (tier) {
    case kernel_tier_plain: return kernel_table_plain[precision][operation];
#if defined(__x86_64__)
    case kernel_tier_avx2: return kernel_table_avx2[precision][operation];
    case kernel_tier_avx512: return kernel_table_avx512[precision][operation];
#elif defined(__aarch64__)
    case kernel_tier_neon: return kernel_table_neon[precision][operation];
#endif
    default: return NULL;
  }
}

/* Round to nearest, subnormal operands and results zero, no traps. */
#if defined(__x86_64__)
typedef unsigned int arithmetic_state;
static const arithmetic_state kernel_state = 0x9fc0u;
static arithmetic_state get_state(void) { return _mm_getcsr(); }
static void set_state(arithmetic_state state) { _mm_setcsr(state); }
#elif defined(__aarch64__)
typedef uint64_t arithmetic_state;
static const arithmetic_state kernel_state = 1u << 24;
static arithmetic_state get_state(void) {
  arithmetic_state state;
  __asm__ volatile("mrs %0, fpcr" : "=r"(state));
  return state;
}
static void set_state(arithmetic_state state) { __asm__ volatile("msr fpcr, %0" : : "r"(state)); }
#else
#error "The state of this processor's arithmetic is not known here."
#endif

void kernel_perform(const kernel_step *steps, int64_t count) {
  arithmetic_state state = get_state();
  set_state(kernel_state);
  for (int64_t index = 0; index < count; index++) steps[index].function(&steps[index]);
  set_state(state);
}
