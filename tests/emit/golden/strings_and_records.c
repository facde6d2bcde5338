/* Made by coretap from test_stp. */
#define CT_HANDLERS 1
#define CT_SITES 1
#define CT_FRAME_BYTES 64
#define CT_FRAME_SLACK 24
#define CT_MAXSTRINGLEN 512
#define CT_MAX_ACTION 1000
#include "coretap.bpf.h"

struct ct_globals {
  char g0_last[64] __attribute__((aligned(8)));
};
struct ct_key1_seen {
  char k0[16] __attribute__((aligned(8)));
  s64 k1;
};
struct ct_value1_seen {
  s64 value;
};
struct ct_rec_0 {
  struct ct_rec_hdr hdr;
  s64 c0;
  char c1[64] __attribute__((aligned(8)));
};
struct ct_globals ct_globals;

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 2048);
  __type(key, struct ct_key1_seen);
  __type(value, struct ct_value1_seen);
} m1_0_seen SEC(".maps");

static const char ct_text_0[16] CT_RODATA = " \"quoted\"\077";

struct ct_frame_h {
  char text_1[64];
} __attribute__((aligned(8)));
static __always_inline int ct_body_h(struct ct_ctx *c)
{
  int ct_rc = 0;
  char name_0[16] __attribute__((aligned(8)));
  s64 t2;
  struct ct_frame_h *f = (void *)(c->frame->mem + 0);
  t2 = (u64)ct_argument(c, 1);
  ct_rc = ct_load_str(c, name_0, 16, 16, CT_KERNEL_SPACE, t2);
  if (ct_rc) {
    ct_branch();
    goto ct_out;
  }
  ct_str_concat(f->text_1, 64, name_0, 16, ct_text_0, 16);
  {
    struct ct_key1_seen ct_key;
    ct_str_copy(ct_key.k0, 16, name_0, 16); ct_key.k1 = t2; 
    ct_rc = ct_array_set(c, &m1_0_seen, 1, &ct_key, 1);
    if (ct_rc) {
      ct_branch();
      goto ct_out;
    }
  }
  ct_str_copy(ct_globals.g0_last, 64, f->text_1, 64);
  {
    struct ct_rec_0 *ct_record = ct_reserve(c, 0, sizeof(struct ct_rec_0));
    if (ct_record) {
      ct_record->c0 = t2;
      ct_str_copy(ct_record->c1, 64, f->text_1, 64);
      ct_submit(ct_record);
    }
    ct_checkpoint();
  }
  ct_out:
  return ct_rc;
}
#line 1 "<generated>"

SEC("tp_btf/sched_switch")
int h_btf(void *ctx) {
  if (!ct_running()) return 0;
  u64 began = ct_began();
  struct ct_ctx c = {.ctx = ctx, .kind = CT_TP_BTF, .handler = 0,
                     .first_site = 0, .site = 0};
  c.frame = ct_frame_claim();
  if (!c.frame) {
    ct_skip(0);
    return 0;
  }
  ct_end(&c, ct_body_h(&c));
  ct_frame_release(c.frame);
  ct_took(&c, began);
  return 0;
}

SEC("raw_tp/sched_switch")
int h(void *ctx) {
  if (!ct_running()) return 0;
  u64 began = ct_began();
  struct ct_ctx c = {.ctx = ctx, .kind = CT_RAW_TP, .handler = 0,
                     .first_site = 0, .site = 0};
  c.frame = ct_frame_claim();
  if (!c.frame) {
    ct_skip(0);
    return 0;
  }
  ct_end(&c, ct_body_h(&c));
  ct_frame_release(c.frame);
  ct_took(&c, began);
  return 0;
}
