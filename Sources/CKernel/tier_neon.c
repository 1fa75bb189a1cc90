/* The operations for 64-bit ARM, whose every processor has NEON: sixteen lanes are four registers, and
   a fused multiply-add is one instruction. */
#if defined(__aarch64__)
#define KERNEL_TABLE kernel_table_neon
#include "Templates/tier.h"
#endif
