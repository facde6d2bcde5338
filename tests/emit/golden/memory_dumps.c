/* Made by coretap from test_stp. */
#define CT_SLEEPABLE
#define CT_HANDLERS 1
#define CT_SITES 1
#define CT_FRAME_BYTES 4112
#define CT_FRAME_SLACK 24
#define CT_MAXSTRINGLEN 512
#define CT_MAX_ACTION 1000
#include "coretap.bpf.h"

struct ct_globals {
  u64 unused; /* C and C++ disagree on the size of nothing */
};
struct ct_rec_0 {
  struct ct_rec_hdr hdr;
  char c0[16] __attribute__((aligned(8)));
  char c1[4096] __attribute__((aligned(8)));
};
struct ct_globals ct_globals;



struct ct_frame_h {
  char t2[4096];
  char t1[16];
} __attribute__((aligned(8)));
static __always_inline int ct_body_h(struct ct_ctx *c)
{
  int ct_rc = 0;
  s64 at_0;
  struct ct_frame_h *f = (void *)(c->frame->mem + 0);
  at_0 = ct_reg(c, 5);
  ct_rc = ct_load_bytes(c, f->t1, 16, CT_KERNEL_SPACE, at_0, 12);
  if (ct_rc) {
    ct_branch();
    goto ct_out;
  }
  ct_rc = ct_load_bytes(c, f->t2, 4096, CT_USER_SPACE, at_0, at_0);
  if (ct_rc) {
    ct_branch();
    goto ct_out;
  }
  {
    struct ct_rec_0 *ct_record = ct_reserve(c, 0, sizeof(struct ct_rec_0));
    if (ct_record) {
      ct_str_copy(ct_record->c0, 16, f->t1, 16);
      ct_str_copy(ct_record->c1, 4096, f->t2, 4096);
      ct_submit(ct_record);
    }
    ct_checkpoint();
  }
  ct_out:
  return ct_rc;
}
#line 1 "<generated>"

static __always_inline int ct_run_h_sleepable(void *ctx) {
  ct_own_stack(ctx);
  if (!ct_running()) return 0;
  u64 began = ct_began();
  struct ct_ctx c = {.ctx = ctx, .kind = CT_UPROBE, .handler = 0,
                     .first_site = 0, .site = 0, .sleeps = 1};
  c.frame = ct_sleepers_frame_claim();
  if (!c.frame) {
    ct_skip(0);
    return 0;
  }
  ct_end(&c, ct_body_h(&c));
  ct_sleepers_frame_release(c.frame);
  ct_took(&c, began);
  return 0;
}

SEC("uprobe.s")
int h_sleepable(void *ctx) {
  u64 *ended = ct_sleeper_begins();
  if (!ended) return 0;
  ct_run_h_sleepable(ctx);
  ct_sleeper_ends(ended);
  return 0;
}

SEC("uprobe")
int h(void *ctx) {
  ct_own_stack(ctx);
  if (!ct_running()) return 0;
  u64 began = ct_began();
  struct ct_ctx c = {.ctx = ctx, .kind = CT_UPROBE, .handler = 0,
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
