/* The operations for x86 processors with AVX2 and FMA. */
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define KERNEL_TABLE kernel_table_avx2
#define KERNEL_MASKED_MOVES 1
#include "Templates/tier.h"
#pragma clang attribute pop
#endif
