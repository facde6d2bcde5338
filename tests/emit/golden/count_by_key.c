/* Made by coretap from test_stp. */
#define CT_HANDLERS 1
#define CT_SITES 1
#define CT_FRAME_BYTES 0
#define CT_FRAME_SLACK 24
#define CT_MAXSTRINGLEN 512
#define CT_MAX_ACTION 1000
#include "coretap.bpf.h"

struct ct_globals {
  u32 generation0_count;
};
struct ct_key0_count {
  s64 k0;
};
struct ct_value0_count {
  s64 value;
};
struct ct_globals ct_globals;

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 2048);
  __type(key, struct ct_key0_count);
  __type(value, struct ct_value0_count);
} m0_0_count SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 2048);
  __type(key, struct ct_key0_count);
  __type(value, struct ct_value0_count);
} m0_1_count SEC(".maps");


#define STAP_RETVALUE (*ct_ret)
#define STAP_RETURN(value) do { *ct_ret = (value); goto ct_out; } while (0)
#define STAP_PRINTF(...) _Static_assert(0, "STAP_PRINTF prints in user space: mark the C as /* harness */")
#define STAP_NEXT do { c->declined = 1; goto ct_out; } while (0)
#define STAP_ERROR(message) do { ct_rc = CT_FAIL_LITERAL(message); goto ct_out; } while (0)
static __always_inline int ct_embedded_h_1(struct ct_ctx *c, s64 *ct_ret) {
  int ct_rc = 0;
  *ct_ret = 0;
  {
STAP_RETVALUE = bpf_get_current_pid_tgid() >> 32;
  ;
  }
  ct_out:;
  return ct_rc;
}
#undef STAP_RETVALUE
#undef STAP_RETURN
#undef STAP_PRINTF
#undef STAP_NEXT
#undef STAP_ERROR
static __always_inline int ct_body_h(struct ct_ctx *c)
{
  int ct_rc = 0;
  s64 pid_0;
  ct_rc = ct_embedded_h_1(c, &pid_0);
  if (ct_rc) {
    ct_branch();
    goto ct_out;
  }
  {
    struct ct_key0_count ct_key;
    ct_key.k0 = pid_0; 
    ct_rc = CT_ONCE(ct_globals.generation0_count) ? ct_array_add(c, &m0_1_count, 0, &ct_key, 1) : ct_array_add(c, &m0_0_count, 0, &ct_key, 1);
    if (ct_rc) {
      ct_branch();
      goto ct_out;
    }
  }
  ct_out:
  return ct_rc;
}
#line 1 "<generated>"

SEC("uprobe")
int h(void *ctx) {
  ct_own_stack(ctx);
  if (!ct_running()) return 0;
  u64 began = ct_began();
  struct ct_ctx c = {.ctx = ctx, .kind = CT_UPROBE, .handler = 0,
                     .first_site = 0, .site = 0};
  ct_end(&c, ct_body_h(&c));
  ct_took(&c, began);
  return 0;
}
