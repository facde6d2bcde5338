/* Run-time errors. Everything that can fail returns 0 or an enum ct_error; generated code jumps to
 * the catch block around it or to the handler's end, where ct_end() reports the error. */
#ifndef CORETAP_ERROR_BPF_H
#define CORETAP_ERROR_BPF_H

static __always_inline int ct_fail(struct ct_ctx* c, int code, u64 detail) {
  c->detail = detail;
#ifdef CT_LATE
  if (c->late == CT_LATE_WANTED) return CT_ERR_NEXT; /* which nothing catches */
#endif
  return code;
}

/* An error was raised at this place of the script. The verifier must not know which: before Linux 6.5 (fde2a3882bd0,
 * "bpf: support precision propagation in the presence of subprogs") a branch behind the call of a part made every constant
 * on the stack precise, and all that follows a try statement was walked once for each place that may fail. A handler of 328 such
 * places took more than a million instructions on 6.1 and 5.10; so it takes 156,000. */
static __always_inline void ct_at_place(struct ct_ctx* c, u32 place) {
  c->place = CT_ONCE(ct_zero) + place;
}

/* error("…"). The text must outlive the handler: in the frame, or in .rodata. */
static __always_inline int ct_fail_text(struct ct_ctx* c, const char* text) {
  c->text = (u64)text;
  return CT_ERR_MESSAGE;
}
/* A catch block has taken the error. What the error left is cleared, so that the ways with an error and without one
 * are one way for the verifier: else it walks all that follows a try statement, with its loops, once for each. */
static __always_inline int ct_caught(struct ct_ctx* c) {
  c->place = 0;
  c->detail = 0;
  c->text = 0;
  return 0;
}

#define CT_FAIL_LITERAL(literal)                        \
  ({                                                    \
    static const char ct_literal[] CT_RODATA = literal; \
    ct_fail_text(c, ct_literal);                        \
  })

/* Texts as SystemTap words them, for catch (message). */
#define CT_TEXT_DIV_ZERO "division by 0"
#define CT_TEXT_ARRAY_FULL "Array overflow, check MAXMAPENTRIES"
#define CT_TEXT_MAXACTION "MAXACTION exceeded"
#define CT_TEXT_EMPTY_STAT "empty aggregate"
#define CT_TEXT_OVERFLOW "aggregation overflow"
#define CT_TEXT_PERF "the perf counter does not count this thread"
#define CT_TEXT_EXHAUSTED "all functions exhausted"

/* Of an array with a size of its own, instead of CT_TEXT_ARRAY_FULL. */
#define CT_SIZE_LIMIT_TEXT(size, to, cap)                                                    \
  ({                                                                                         \
    static const char ct_limit[] CT_RODATA = "Array overflow, check size limit (" #size ")"; \
    ct_str_clear(to, cap);                                                                   \
    bpf_probe_read_kernel_str(to, cap, ct_limit);                                            \
  })

/* `before`, the address in 16 digits, " (addr)". */
static __always_inline void ct_fault_text(char* to, u32 cap, const char* before, u32 before_cap,
                                          u64 address) {
  static const char after[8] CT_RODATA = " (addr)";
  ct_str_copy(to, cap, before, before_cap);
  ct_str_append_hex16(to, cap, address);
  ct_str_append(to, cap, after, sizeof(after));
}

/* The message of error `code`, for a catch block. */
static __always_inline void ct_error_text(struct ct_ctx* c, int code, char* to, u32 cap) {
  static const char kernel_read[24] CT_RODATA = "kernel read fault at 0x";
  static const char user_read[24] CT_RODATA = "user read fault at 0x";
  static const char div_zero[] CT_RODATA = CT_TEXT_DIV_ZERO;
  static const char array_full[] CT_RODATA = CT_TEXT_ARRAY_FULL;
  static const char max_action[] CT_RODATA = CT_TEXT_MAXACTION;
  static const char empty_stat[] CT_RODATA = CT_TEXT_EMPTY_STAT;
  static const char overflow[] CT_RODATA = CT_TEXT_OVERFLOW;
  static const char exhausted[] CT_RODATA = CT_TEXT_EXHAUSTED;
  static const char perf[] CT_RODATA = CT_TEXT_PERF;
  u64 text = c->text;
  /* error(m) was caught as m: it is there already, and must not be cleared before it is read. */
  if (code == CT_ERR_MESSAGE && text == (u64)to) return;
  ct_str_clear(to, cap);
  switch (code) {
    case CT_ERR_KERNEL_READ:
      ct_fault_text(to, cap, kernel_read, sizeof(kernel_read), c->detail);
      return;
    case CT_ERR_USER_READ: ct_fault_text(to, cap, user_read, sizeof(user_read), c->detail); return;
    case CT_ERR_DIV_ZERO: text = (u64)div_zero; break;
    case CT_ERR_ARRAY_FULL: text = (u64)array_full; break;
    case CT_ERR_LOOP_TURNS:
    case CT_ERR_MAXACTION: text = (u64)max_action; break;
    case CT_ERR_EMPTY_STAT: text = (u64)empty_stat; break;
    case CT_ERR_OVERFLOW: text = (u64)overflow; break;
    case CT_ERR_EXHAUSTED: text = (u64)exhausted; break;
    case CT_ERR_PERF: text = (u64)perf; break;
  }
  bpf_probe_read_kernel_str(to, cap, (const void*)text);
}

static __always_inline void ct_fill_error(struct ct_ctx* c, int code, struct ct_rec_error* record) {
  record->code = code;
  record->place = c->place;
  record->handler = c->handler;
  record->site = ct_site(c);
  record->detail = c->detail;
  record->text[0] = 0;
  if (code == CT_ERR_MESSAGE)
    bpf_probe_read_kernel_str(record->text, sizeof(record->text), (const void*)c->text);
}

/* An error ended the handler: tell the harness, and stop the session once too many did. */
static __always_inline void ct_report(struct ct_ctx* c, int code) {
  if (code == CT_ERR_ARRAY_FULL) CT_COUNT(c->handler, array_full);
  CT_COUNT(c->handler, errors);
  if (ct_state.suppress_errors) return;
  s64 errors = ct_add_fetch((s64*)&ct_state.error_count, 1);
  if (errors > ct_state.max_errors) CT_ONCE(ct_state.phase) = CT_STOPPING;
  struct ct_rec_error* record = ct_reserve(c, CT_REC_ERROR, sizeof(*record));
  if (!record) return;
  ct_fill_error(c, code, record);
  bpf_ringbuf_submit(record, BPF_RB_FORCE_WAKEUP);
}

/* The end of a program that the session runs itself, and waits for: an error is its answer. The session raises it as one of
 * the handler's, so that it is counted and told, or caught, there. */
static __always_inline void ct_answer(struct ct_ctx* c, int code) {
  bool failed = code != CT_OK && code != CT_ERR_NEXT;
  if (code == CT_ERR_ARRAY_FULL) CT_COUNT(c->handler, array_full);
  if (failed)
    CT_COUNT(c->handler, errors);
  else
    CT_COUNT(c->handler, handled);
  if (failed)
    ct_fill_error(c, code, &ct_state.answer);
  else
    ct_state.answer.code = code;
}

/* The end of every run: handled, or an error. */
static __always_inline void ct_end(struct ct_ctx* c, int code) {
  if (CT_KIND_IS(CT_TEST_RUN)) return ct_answer(c, code);
  if (code == CT_OK || code == CT_ERR_NEXT)
    CT_COUNT(c->handler, handled);
  else
    ct_report(c, code);
}

#endif
