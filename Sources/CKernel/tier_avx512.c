/* The operations for x86 processors with AVX-512. */
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"))), apply_to = function)
#define KERNEL_TABLE kernel_table_avx512
#define KERNEL_MASKED 1
#include "Templates/tier.h"
#pragma clang attribute pop
#endif
