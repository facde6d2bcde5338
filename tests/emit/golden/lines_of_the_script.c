/* Made by coretap from test_stp. */
#define CT_HANDLERS 1
#define CT_SITES 1
#define CT_FRAME_BYTES 0
#define CT_FRAME_SLACK 24
#define CT_MAXSTRINGLEN 512
#define CT_MAX_ACTION 1000
#include "coretap.bpf.h"

struct ct_globals {
  s64 g0_n;
};
struct ct_globals ct_globals;



static __always_inline int ct_body_h(struct ct_ctx *c)
{
  int ct_rc = 0;
  s64 t0;
  s64 t1;
  t0 = CT_ONCE(ct_globals.g0_n);
#line 3 "my \"odd\" dir/a.stp"
  if (t0 == 0) ct_rc = ct_fail(c, CT_ERR_DIV_ZERO, 0);
  if (ct_rc) {
    ct_branch();
    ct_at_place(c, 1);
    goto ct_out;
  }
  t1 = ct_div(1, t0);
#line 3 "my \"odd\" dir/a.stp"
  CT_ONCE(ct_globals.g0_n) = t1;
  ct_out:
  return ct_rc;
}
#line 1 "<generated>"

SEC("uretprobe")
int h(void *ctx) {
  ct_own_stack(ctx);
  if (!ct_running()) return 0;
  u64 began = ct_began();
  struct ct_ctx c = {.ctx = ctx, .kind = CT_URETPROBE, .handler = 0,
                     .first_site = 0, .site = 0};
  ct_end(&c, ct_body_h(&c));
  ct_took(&c, began);
  return 0;
}
