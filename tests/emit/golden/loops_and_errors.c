/* Made by coretap from test_stp. */
#define CT_HANDLERS 1
#define CT_SITES 1
#define CT_FRAME_BYTES 72
#define CT_FRAME_SLACK 24
#define CT_MAXSTRINGLEN 512
#define CT_MAX_ACTION 1000
#include "coretap.bpf.h"

struct ct_globals {
  s64 g0_total;
  u32 generation1_times;
};
struct ct_value1_times {
  u64 count;
  s64 sum;
  u64 hist0[128];
  u64 hist1[13];
};
struct ct_globals ct_globals;

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, u32);
  __type(value, struct ct_value1_times);
} m1_0_times SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, u32);
  __type(value, struct ct_value1_times);
} m1_1_times SEC(".maps");
static const struct ct_value1_times ct_zero_1_times = {};
static __always_inline void ct_collect_1_times(struct ct_value1_times *s, s64 value) {
  __sync_fetch_and_add(&s->count, 1);
  __sync_fetch_and_add(&s->sum, value);
  ct_hist_add(s->hist0, ct_hist_log(value), 128);
  ct_hist_add(s->hist1, ct_hist_linear(value, 0, 10, 13), 13);
}


struct ct_frame_h {
  s64 i_0;
  char why_1[64];
} __attribute__((aligned(8)));
struct ct_vars_h {
  struct ct_ctx *c;
};
CT_CALLBACK ct_loop_h_1(u64 ct_turn, struct ct_vars_h *v) {
  struct ct_ctx *c = v->c;
  int ct_rc = 0;
  s64 t2;
  s64 t3;
  s64 t4;
  struct ct_frame_h *f = (void *)(c->frame->mem + 0);
  t2 = (-1) < f->i_0;
  if (!t2) {
    ct_rc = CT_FLOW_DONE;
    goto ct_leave;
  }
  ct_rc = ct_loop_turn(c, 1);
  if (ct_rc) {
    ct_branch();
    goto ct_leave;
  }
  if (f->i_0 == 0) ct_rc = ct_fail(c, CT_ERR_DIV_ZERO, 0);
  if (ct_rc) {
    ct_branch();
    goto ct_leave;
  }
  t3 = ct_div(100, f->i_0);
  t4 = t3 == 50;
  if (t4) {
    ct_branch();
    goto ct_continue;
  }
  {
    ct_array_key ct_key = 0;
    ct_rc = CT_ONCE(ct_globals.generation1_times) ? CT_STAT_ADD(c, &m1_1_times, 1, &ct_key, CT_MAKE(&m1_1_times, &ct_key), ct_zero_1_times, ct_collect_1_times, t3) : CT_STAT_ADD(c, &m1_0_times, 1, &ct_key, CT_MAKE(&m1_0_times, &ct_key), ct_zero_1_times, ct_collect_1_times, t3);
    if (ct_rc) {
      ct_branch();
      goto ct_leave;
    }
  }
  ct_continue:;
  f->i_0 = (u64)f->i_0 - 1;
  ct_leave:
  c->frame->flow = ct_rc;
  return ct_rc != 0;
}
static __always_inline int ct_body_h(struct ct_ctx *c)
{
  int ct_rc = 0;
  struct ct_vars_h ct_vars = {.c = c}, *v = &ct_vars;
  struct ct_frame_h *f = (void *)(c->frame->mem + 0);
  f->i_0 = 10;
  CT_LOOP(CT_MAX_ACTION, ct_loop_h_1, v);
  ct_rc = c->frame->flow ? c->frame->flow : CT_ERR_MAXACTION;
  if (ct_rc == CT_FLOW_RETURN || ct_rc == CT_ERR_NEXT) goto ct_out;
  if (ct_rc != CT_FLOW_DONE) goto ct_catch_1;
  ct_rc = 0;
  goto ct_tried_1;
  ct_catch_1:;
  ct_branch();
  if (ct_rc == CT_ERR_NEXT) goto ct_out;
  ct_error_text(c, ct_rc, f->why_1, 64);
  ct_rc = ct_caught(c);
  ct_add(&ct_globals.g0_total, 1);
  ct_tried_1:;
  ct_out:
  return ct_rc;
}
#line 1 "<generated>"

SEC("tracepoint")
int h(void *ctx) {
  if (!ct_running()) return 0;
  u64 began = ct_began();
  struct ct_ctx c = {.ctx = ctx, .kind = CT_TRACEPOINT, .handler = 0,
                     .first_site = 0, .site = 0};
  c.frame = ct_frame_claim();
  if (!c.frame) {
    ct_skip(0);
    return 0;
  }
  c.frame->actions -= 0;
  ct_end(&c, ct_body_h(&c));
  ct_frame_release(c.frame);
  ct_took(&c, began);
  return 0;
}
