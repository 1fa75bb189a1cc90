/* Optimiser steps: one pass over the flat parameters (output), gradients (first) and moments.
   `columns` elements; every formula as PyTorch defines it. */

#define FLAT(count, body)                                                    \
  for (int64_t index = 0; index < (count); index += 16) {                    \
    int64_t part = (count) - index;                                          \
    int whole = part >= 16;                                                  \
    body                                                                     \
  }
#define READ(from) (whole ? NAME(load)((from) + index) : NAME(load_part)((from) + index, part))
#define WRITE(to, value)                                                     \
  do {                                                                       \
    if (whole) NAME(store)((to) + index, (value));                           \
    else NAME(store_part)((to) + index, (value), part);                      \
  } while (0)

/* p -= rate (g + decay p); scalar = rate, decay. */
static void NAME(descend)(const kernel_step *step) {
  REAL *parameters = step->output;
  const REAL *gradients = step->first;
  VECTOR rate = NAME(splat)((REAL)-step->scalar[0]), decay = NAME(splat)((REAL)step->scalar[1]);
  FLAT(step->columns, {
    VECTOR p = READ(parameters);
    VECTOR g = NAME(fma)(decay, p, READ(gradients));
    WRITE(parameters, NAME(fma)(rate, g, p));
  })
}

/* p -= rate g, where what the rounding of p loses is kept in second_output and added to the next
   step (Kahan's sum): changes far below p's last place still add up. scalar = rate. */
static void NAME(descend_compensated)(const kernel_step *step) {
  REAL *parameters = step->output, *lost = step->second_output;
  const REAL *gradients = step->first;
  VECTOR rate = NAME(splat)((REAL)-step->scalar[0]);
  FLAT(step->columns, {
    VECTOR p = READ(parameters);
    VECTOR change = NAME(fma)(rate, READ(gradients), READ(lost));
    VECTOR next = p + change;
    WRITE(parameters, next);
    WRITE(lost, change - (next - p));
  })
}

/* v = momentum v + g + decay p; p -= rate v; scalar = rate, decay, momentum. */
static void NAME(momentum)(const kernel_step *step) {
  REAL *parameters = step->output, *velocities = step->second_output;
  const REAL *gradients = step->first;
  VECTOR rate = NAME(splat)((REAL)-step->scalar[0]), decay = NAME(splat)((REAL)step->scalar[1]);
  VECTOR momentum = NAME(splat)((REAL)step->scalar[2]);
  FLAT(step->columns, {
    VECTOR p = READ(parameters);
    VECTOR g = NAME(fma)(decay, p, READ(gradients));
    VECTOR v = NAME(fma)(momentum, READ(velocities), g);
    WRITE(velocities, v);
    WRITE(parameters, NAME(fma)(rate, v, p));
  })
}

/* v = momentum v + g, g + decay p in g's place; p -= rate (g + momentum v): PyTorch's form of
   Nesterov's momentum. scalar = rate, decay, momentum. */
static void NAME(nesterov)(const kernel_step *step) {
  REAL *parameters = step->output, *velocities = step->second_output;
  const REAL *gradients = step->first;
  VECTOR rate = NAME(splat)((REAL)-step->scalar[0]), decay = NAME(splat)((REAL)step->scalar[1]);
  VECTOR momentum = NAME(splat)((REAL)step->scalar[2]);
  FLAT(step->columns, {
    VECTOR p = READ(parameters);
    VECTOR g = NAME(fma)(decay, p, READ(gradients));
    VECTOR v = NAME(fma)(momentum, READ(velocities), g);
    WRITE(velocities, v);
    WRITE(parameters, NAME(fma)(rate, NAME(fma)(momentum, v, g), p));
  })
}

/* g += decay p; m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2;
   p = keep p - size m / (sqrt(v) / root + epsilon), with size = rate / (1 - b1^t) and
   root = sqrt(1 - b2^t); keep is 1 for Adam and 1 - rate * decay for AdamW.
   second_output = m, scratch = v; scalar = size, decay, b1, b2, root, epsilon, keep. */
static void NAME(adam)(const kernel_step *step) {
  REAL *parameters = step->output, *means = step->second_output, *squares = step->scratch;
  const REAL *gradients = step->first;
  VECTOR size = NAME(splat)((REAL)-step->scalar[0]), decay = NAME(splat)((REAL)step->scalar[1]);
  VECTOR b1 = NAME(splat)((REAL)step->scalar[2]), b2 = NAME(splat)((REAL)step->scalar[3]);
  VECTOR c1 = NAME(splat)((REAL)(1 - step->scalar[2]));
  VECTOR c2 = NAME(splat)((REAL)(1 - step->scalar[3]));
  VECTOR root = NAME(splat)((REAL)step->scalar[4]), epsilon = NAME(splat)((REAL)step->scalar[5]);
  VECTOR keep = NAME(splat)((REAL)step->scalar[6]);
  FLAT(step->columns, {
    VECTOR p = READ(parameters);
    VECTOR g = NAME(fma)(decay, p, READ(gradients));
    VECTOR m = NAME(fma)(b1, READ(means), c1 * g);
    VECTOR v = NAME(fma)(b2, READ(squares), c2 * (g * g));
    WRITE(means, m);
    WRITE(squares, v);
    VECTOR scale = __builtin_elementwise_sqrt(v) / root + epsilon;
    WRITE(parameters, NAME(fma)(size, m / scale, keep * p));
  })
}
