/* All operations in both precisions for one tier. The including file sets KERNEL_TABLE, the name of
   the table, and has switched on the processor features that the tier may use. */
#if defined(__x86_64__)
#include <immintrin.h>
#endif
#include <stddef.h>
#include <stdint.h>

#include "../include/CKernel.h"
#include "coefficients.h"

/* A product and a sum are never contracted: a fused multiply-add stands where it is written. */
#pragma STDC FP_CONTRACT OFF
/* Vectors of sixteen lanes are passed only among the functions of one file. */
#pragma clang diagnostic ignored "-Wpsabi"

typedef float single_lanes __attribute__((vector_size(64)));
typedef int32_t single_bits __attribute__((vector_size(64)));
typedef double double_lanes __attribute__((vector_size(128)));
typedef int64_t double_bits __attribute__((vector_size(128)));

#include "random.h"

#define REAL float
#define REAL_IS_SINGLE 1
#define VECTOR single_lanes
#define INTEGERS single_bits
#define NAME(name) single_##name
#include "precision.h"
#undef REAL
#undef REAL_IS_SINGLE
#undef VECTOR
#undef INTEGERS
#undef NAME

#define REAL double
#define REAL_IS_SINGLE 0
#define VECTOR double_lanes
#define INTEGERS double_bits
#define NAME(name) double_##name
#include "precision.h"

#define SINGLE_ENTRY(name) single_##name,
#define DOUBLE_ENTRY(name) double_##name,
const kernel_function KERNEL_TABLE[kernel_precision_count][kernel_operation_count] = {
  {KERNEL_OPERATIONS(SINGLE_ENTRY)}, {KERNEL_OPERATIONS(DOUBLE_ENTRY)}};
