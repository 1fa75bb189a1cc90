/* The hot loops of the training kernel, behind one face.

   Every operation is a function of one step: where it reads, where it writes, and its counts. Each
   exists in single and double precision and in three tiers of processor features. The tiers are
   the same source compiled three times; every loop works in sixteen lanes, sums run in a fixed
   order and a fused multiply-add is always written out, so that the tiers give the same bits. */
#ifndef CKERNEL_H
#define CKERNEL_H

#include <stdint.h>

/* Processor features that a tier's code may use. */
enum {
  kernel_tier_plain = 0,
  kernel_tier_avx2 = 1, /* AVX2 and FMA */
  kernel_tier_avx512 = 2, /* AVX-512 F, BW, DQ and VL */
  kernel_tier_neon = 3, /* 64-bit ARM */
  kernel_tier_count = 4
};

enum { kernel_precision_single = 0, kernel_precision_double = 1, kernel_precision_count = 2 };

/* Every operation once; what each computes stands in front of its loop in Templates/. */
#define KERNEL_OPERATIONS(EACH) \
  EACH(copy) EACH(fill) EACH(widen) \
  EACH(add) EACH(subtract) EACH(multiply) \
  EACH(scale) EACH(offset) EACH(reciprocal) EACH(exponential) EACH(logarithm) \
  EACH(relu) EACH(positive) EACH(relu_backward) \
  EACH(tanh) EACH(tanh_backward) \
  EACH(gelu) EACH(gelu_derivative) EACH(normal_density) EACH(normal_cumulative) \
  EACH(softplus) EACH(sigmoid) EACH(sigmoid_backward) \
  EACH(sine) EACH(cosine) EACH(gelu_tanh) EACH(gelu_tanh_derivative) \
  EACH(x_tanh_x) EACH(x_tanh_x_derivative) \
  EACH(gelu_with_derivative) EACH(gelu_tanh_with_derivative) \
  EACH(sine_with_derivative) EACH(x_tanh_x_with_derivative) \
  EACH(bias_activation) \
  EACH(broadcast) EACH(transpose) \
  EACH(sum_all) EACH(sum_rows) EACH(sum_columns) EACH(dot) EACH(squared_errors) \
  EACH(softmax) EACH(softmax_cross_entropy) \
  EACH(group_softmax) EACH(group_cross_entropy) \
  EACH(gather_rows) EACH(scatter_rows) EACH(copy_rows) \
  EACH(label_cross_entropy) EACH(label_cross_entropy_backward) \
  EACH(row_statistics) EACH(layer_norm) EACH(layer_norm_backward) EACH(layer_norm_parameters) \
  EACH(product) EACH(product_dots) EACH(product_panels) EACH(product_followed) EACH(hidden_sums) \
  EACH(hidden_gram) EACH(masked_layer) EACH(masked_sums) \
  EACH(convolution) EACH(convolution_weights) EACH(flip_taps) EACH(transpose_stack) \
  EACH(max_pool) EACH(max_pool_gather) EACH(max_pool_scatter) \
  EACH(mean_pool) EACH(mean_pool_spread) EACH(sum_groups) EACH(spread_groups) \
  EACH(copy_heads) EACH(causal_softmax) EACH(causal_mask) \
  EACH(attention_weights) EACH(attention_scores) EACH(attention_scores_backward) \
  EACH(attention_scores_dropped_backward) EACH(dropout) \
  EACH(attention_mix) EACH(attention_mix_back) \
  EACH(descend) EACH(descend_compensated) EACH(momentum) EACH(nesterov) EACH(adam) \
  EACH(multiply_adds)

enum {
#define KERNEL_OPERATION_CASE(name) kernel_operation_##name,
  KERNEL_OPERATIONS(KERNEL_OPERATION_CASE)
#undef KERNEL_OPERATION_CASE
  kernel_operation_count
};

/* What a product or a bias pass does to a value before it is stored. */
enum {
  kernel_epilogue_none = 0,
  kernel_epilogue_relu = 1, /* max(value, 0) */
  kernel_epilogue_tanh = 2, /* tanh(value) */
  kernel_epilogue_relu_backward = 3, /* value where third > 0, else 0 */
  kernel_epilogue_tanh_backward = 4, /* value * (1 - third^2) */
  kernel_epilogue_sigmoid = 5, /* 1 / (1 + e^-value) */
  kernel_epilogue_sigmoid_backward = 6 /* value * (third - third^2) */
};

/* A product by panels works on that many values of k, values of B and rows of A at once: its scratch
   is min(min(depth, kernel_panel_depth) * (columns rounded up to 32), kernel_panel_values) +
   min(depth, kernel_panel_depth) * min(rows + 13, kernel_panel_rows) values. */
enum { kernel_panel_depth = 512, kernel_panel_values = 512 * 400, kernel_panel_rows = 112 };

/* One entry of a plan's flat list. Counts and strides are in elements; matrices are row-major
   unless their strides say otherwise. Fields that an operation does not name are ignored by it. */
typedef struct kernel_step {
  void (*function)(const struct kernel_step *step);
  void *output;
  void *second_output;
  void *third_output;
  void *scratch;
  const void *first;
  const void *second;
  const void *third;
  const void *fourth;
  int64_t rows;
  int64_t columns;
  int64_t depth;
  int64_t output_row_stride;
  int64_t output_column_stride;
  int64_t first_row_stride;
  int64_t first_column_stride;
  int64_t second_row_stride;
  int64_t second_column_stride;
  int64_t fourth_row_stride;
  int64_t fourth_column_stride;
  int32_t epilogue;
  int32_t option;
  double scalar[7];
} kernel_step;

typedef void (*kernel_function)(const kernel_step *step);

/* Whether this processor and its operating system support a tier. */
int kernel_has_tier(int tier);

/* The function for an operation. Null where an argument is out of range. */
kernel_function kernel_function_of(int operation, int precision, int tier);

/* Performs the steps in order. Meanwhile the thread's arithmetic rounds to nearest and takes
   subnormal numbers for zero, as operands and as results; afterwards it is what it was. So bits do
   not depend on the thread, and a converged network does not slow down. */
void kernel_perform(const kernel_step *steps, int64_t count);

/* Gives the system the memory that was freed and kept, if that is `least` bytes or more. */
void kernel_return_memory(int64_t least);

#endif
