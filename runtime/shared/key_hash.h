/* The 128-bit hash that stands for an array's key in a BPF map where the key itself is too long (the kernel
 * takes 512 bytes) or dear: both sides compute it, so it is declared once, in plain C.
 *
 * SipHash-1-3 with 128 bits of result (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012), over
 * words instead of bytes: a number is one word; a string is the words up to the one that holds its NUL, zeros
 * behind it. Its key is random and made anew for each run, so nobody can choose texts that collide; and that two
 * of n keys collide by chance has a probability of n^2 / 2^129. */
#ifndef CORETAP_SHARED_KEY_HASH_H
#define CORETAP_SHARED_KEY_HASH_H

#include "abi.h"

#ifdef __bpf__
#define CT_HASH_FUNCTION static __always_inline
#else
#define CT_HASH_FUNCTION static inline
#endif

struct ct_hashing {
  u64 a, b, c, d;
};

CT_HASH_FUNCTION u64 ct_rotated(u64 x, u32 bits) { return x << bits | x >> (64 - bits); }

CT_HASH_FUNCTION void ct_hash_round(struct ct_hashing* h) {
  h->a += h->b;
  h->b = ct_rotated(h->b, 13) ^ h->a;
  h->a = ct_rotated(h->a, 32);
  h->c += h->d;
  h->d = ct_rotated(h->d, 16) ^ h->c;
  h->a += h->d;
  h->d = ct_rotated(h->d, 21) ^ h->a;
  h->c += h->b;
  h->b = ct_rotated(h->b, 17) ^ h->c;
  h->c = ct_rotated(h->c, 32);
}

CT_HASH_FUNCTION void ct_hash_begin(struct ct_hashing* h, const u64 seed[2]) {
  h->a = seed[0] ^ 0x736f6d6570736575ull;
  h->b = seed[1] ^ 0x646f72616e646f6dull ^ 0xee;
  h->c = seed[0] ^ 0x6c7967656e657261ull;
  h->d = seed[1] ^ 0x7465646279746573ull;
}

CT_HASH_FUNCTION void ct_hash_word(struct ct_hashing* h, u64 word) {
  h->d ^= word;
  ct_hash_round(h);
  h->a ^= word;
}

CT_HASH_FUNCTION void ct_hash_end(struct ct_hashing* h, struct ct_hash* result) {
  h->c ^= 0xee;
  ct_hash_round(h);
  ct_hash_round(h);
  ct_hash_round(h);
  result->low = h->a ^ h->b ^ h->c ^ h->d;
  h->b ^= 0xdd;
  ct_hash_round(h);
  ct_hash_round(h);
  ct_hash_round(h);
  result->high = h->a ^ h->b ^ h->c ^ h->d;
}

#endif
