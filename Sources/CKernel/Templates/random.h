/* Random bits from a counter, in both precisions the same: included once for each tier.

   Philox4x32-10 with the words of eight counters in eight 64-bit lanes each. Of every lane the low
   half is the word; a multiplication reads low halves alone, so the high halves need no clearing
   between the rounds. Source: Salmon, Moraes, Dror, Shaw, SC 2011. */

typedef uint64_t random_words __attribute__((vector_size(64)));
typedef uint16_t random_parts __attribute__((vector_size(64)));
typedef _Bool random_bits __attribute__((ext_vector_type(32)));

/* Where random bits come from, and how likely each is set. */
typedef struct {
  uint32_t seed;    /* first word of the key */
  uint32_t purpose; /* second word of the key */
  uint32_t place;   /* word 1 of the counter; word 0 counts the blocks */
  uint32_t step_low, step_high; /* words 2 and 3 of the counter */
  uint16_t threshold; /* a bit is set where 16 random bits are below it */
} random_address;

static inline __attribute__((always_inline)) random_words random_splat(uint64_t value) {
  return (random_words){value, value, value, value, value, value, value, value};
}

#define RANDOM_LOW(words) ((words) & random_splat(0xffffffffu))

/* Ten rounds on eight counters. */
static inline __attribute__((always_inline)) void random_rounds(
    random_words words[4], uint32_t key_0, uint32_t key_1) {
#pragma clang loop unroll(full)
  for (int round = 0; round < 10; round++) {
    random_words even = RANDOM_LOW(words[0]) * random_splat(0xd2511f53u);
    random_words odd = RANDOM_LOW(words[2]) * random_splat(0xcd9e8d57u);
    words[0] = (odd >> 32) ^ words[1] ^ random_splat(key_0);
    words[1] = odd;
    words[2] = (even >> 32) ^ words[3] ^ random_splat(key_1);
    words[3] = even;
    key_0 += 0x9e3779b9u;
    key_1 += 0xbb67ae85u;
  }
}

/* bits[i] = the bits 64 (group + i) up to 64 (group + i) + 63, lowest first, for i < count.

   Bit e comes of block 8 (e / 64) + (e mod 32) / 4, word 2 ((e / 32) mod 2) + ((e mod 4) / 2) and,
   of this word's halves, the low one for even e: so the halves of eight blocks lie in the order of
   the bits. */
static __attribute__((noinline)) void random_groups(
    const random_address *address, int64_t group, int64_t count, uint64_t *bits) {
  random_parts limit = (random_parts){0} + address->threshold;
  for (int64_t index = 0; index < count; index++) {
    const random_words lanes = {0, 1, 2, 3, 4, 5, 6, 7};
    random_words words[4] = {
        lanes + random_splat((uint64_t)(8 * (group + index))), random_splat(address->place),
        random_splat(address->step_low), random_splat(address->step_high)};
    random_rounds(words, address->seed, address->purpose);
    uint32_t half[2];
#pragma clang loop unroll(full)
    for (int i = 0; i < 2; i++) {
      random_parts parts = (random_parts)(RANDOM_LOW(words[2 * i]) | (words[2 * i + 1] << 32));
      random_bits below = __builtin_convertvector(parts < limit, random_bits);
      __builtin_memcpy(&half[i], &below, sizeof half[i]);
    }
    bits[index] = half[0] | (uint64_t)half[1] << 32;
  }
}

#undef RANDOM_LOW
