// Errors, loops, functions, the kinds of probes, and scratch frames under preemption.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "live_fixture.h"

namespace coretap::test {
namespace {

ct_rec_error error_of(const std::string& record) {
  ct_rec_error error = {};
  memcpy(&error, record.data(), std::min(record.size(), sizeof error));
  return error;
}

TEST_F(Live, ErrorsAreCaughtWithSystemTapsWords) {
  Script s;
  GlobalId message = s.scalar("message", Str(64)), after = s.scalar("after"),
           full = s.array("full", {Long()});
  s.module.globals[full].max_entries = 1;
  s.handler("h", Mechanism::Uprobe, "ct_target", [&](Code& c) {
    Operand which = argument(c, 0), text = c.temp(Str(64)), out = c.temp(Long());
    c.try_catch(
        text,
        [&](Code& k) {
          k.if_(k.get(Op::Eq, {which, L(0)}), [&](Code& i) {
            i.set(out, Op::Div, {L(1), argument(i, 1)});
          });
          k.if_(k.get(Op::Eq, {which, L(1)}),
                [&](Code& i) { i.add(Op::Load, {L(0x10)}, out).space = Space::User; });
          k.if_(k.get(Op::Eq, {which, L(2)}),
                [&](Code& i) { i.add(Op::Load, {L(-4096)}, out).space = Space::Kernel; });
          k.if_(k.get(Op::Eq, {which, L(3)}), [&](Code& i) { i.add(Op::Error, {S("mine")}); });
          k.if_(k.get(Op::Eq, {which, L(4)}), [&](Code& i) {
            i.on(Op::ArraySet, full, {L(1), L(1)});
            i.on(Op::ArraySet, full, {L(1), L(2)});
          });
          k.if_(k.get(Op::Eq, {which, L(5)}), [&](Code& i) {
            Operand made = i.get(Op::Concat, {S("made"), S(" here")}, Str(16));
            i.add(Op::Error, {made});
          });
          k.if_(k.get(Op::Eq, {which, L(6)}), [&](Code& i) { i.add(Op::Next); });
        },
        [&](Code& k) { k.on(Op::GlobalSet, message, {text}); });
    c.on(Op::GlobalAdd, after, {L(1)});
  });
  Running live(s);
  const char* expect[] = {"division by 0",
                          "user read fault at 0x0000000000000010 (addr)",
                          "kernel read fault at 0xfffffffffffff000 (addr)",
                          "mine",
                          "Array overflow, check size limit (1)",
                          "made here"};
  for (int i = 0; i < 6; ++i) {
    ct_target(i, 0);
    EXPECT_EQ(live.text(message), expect[i]);
    EXPECT_EQ(live.scalar(after), i + 1);
  }
  ct_target(6, 0);  // `next` is no error and is not caught
  EXPECT_EQ(live.text(message), expect[5]);
  EXPECT_EQ(live.scalar(after), 6);
  EXPECT_EQ(live.state().error_count, 0u);
  EXPECT_EQ(live.counts(0).handled, 7u);
}

TEST_F(Live, UncaughtErrorsEndTheHandlerAndAreReported) {
  Script s;
  GlobalId before = s.scalar("before"), after = s.scalar("after");
  s.handler("other", Mechanism::Uprobe, "ct_target_other", [&](Code&) {});
  s.handler("h", Mechanism::Uprobe, "ct_target", [&](Code& c) {
    c.on(Op::GlobalAdd, before, {L(1)});
    Operand zero = argument(c, 1);
    c.if_else(
        zero, [&](Code& k) { k.add(Op::Error, {S("told so")}); },
        [&](Code& k) {
          k.add(Op::Mod, {L(1), zero}, k.temp(Long()));
        });
    c.on(Op::GlobalAdd, after, {L(1)});
  });
  Running live(s);
  ct_target(0, 0);
  ct_target(0, 1);
  EXPECT_EQ(live.scalar(before), 2);
  EXPECT_EQ(live.scalar(after), 0);
  EXPECT_EQ(live.state().error_count, 2u);
  EXPECT_EQ(live.counts(1).errors, 2u);
  EXPECT_EQ(live.counts(1).handled, 0u);
  auto records = live.records();
  ASSERT_EQ(records.size(), 2u);
  ct_rec_error first = error_of(records[0]), second = error_of(records[1]);
  EXPECT_EQ(first.hdr.segment, CT_REC_ERROR);
  EXPECT_EQ(first.code, static_cast<uint32_t>(CT_ERR_DIV_ZERO));
  EXPECT_EQ(first.handler, 1u);
  EXPECT_EQ(second.code, static_cast<uint32_t>(CT_ERR_MESSAGE));
  EXPECT_STREQ(second.text, "told so");
}

TEST_F(Live, TooManyErrorsStopEverything) {
  Script s;
  GlobalId runs = s.scalar("runs");
  s.handler("h", Mechanism::Uprobe, "ct_target", [&](Code& c) {
    c.on(Op::GlobalAdd, runs, {L(1)});
    c.add(Op::Error, {S("no")});
  });
  Running live(s);
  live.state().max_errors = 2;
  for (int i = 0; i < 10; ++i) ct_target(0, 0);
  EXPECT_EQ(live.scalar(runs), 3);
  EXPECT_EQ(live.state().phase, static_cast<uint32_t>(CT_STOPPING));
}

TEST_F(Live, NestedLoopsBreakContinue) {
  // for (i = 0; i < n; i++) { if (i == 3) continue; if (i == 8) break;
  //   for (j = 0; j <= i; j++) total += j; text .= "x" }
  Script s;
  GlobalId total = s.scalar("total"), steps = s.scalar("steps"), text = s.scalar("text", Str(64));
  s.handler("h", Mechanism::Uprobe, "ct_target", [&](Code& c) {
    Operand n = argument(c, 0), i = c.local("i", Long()), j = c.local("j", Long()),
            sum = c.local("sum", Long()), t = c.local("t", Str(64));
    c.set(i, Op::Copy, {L(0)});
    c.loop(
        [&](Code& k) {
          return k.get(Op::Lt, {i, n});
        },
        [&](Code& k) {
          k.if_(k.get(Op::Eq, {i, L(3)}), [&](Code& b) { b.add(Op::Continue); });
          k.if_(k.get(Op::Eq, {i, L(8)}), [&](Code& b) { b.add(Op::Break); });
          k.set(j, Op::Copy, {L(0)});
          k.loop(
              [&](Code& m) {
                return m.get(Op::Le, {j, i});
              },
              [&](Code& m) {
                m.set(sum, Op::Add, {sum, j});
              },
              [&](Code& m) {
                m.set(j, Op::Add, {j, L(1)});
              });
          k.set(t, Op::Concat, {t, S("x")});
        },
        [&](Code& k) {
          k.set(i, Op::Add, {i, L(1)});
        });
    c.on(Op::GlobalSet, total, {sum});
    c.on(Op::GlobalSet, steps, {i});
    c.on(Op::GlobalSet, text, {t});
  });
  Running live(s);
  for (int64_t n : {0, 1, 5, 20}) {
    ct_target(n, 0);
    int64_t expect = 0, i = 0;
    std::string xs;
    for (; i < n; ++i) {
      if (i == 3) continue;
      if (i == 8) break;
      for (int64_t j = 0; j <= i; ++j) expect += j;
      xs += "x";
    }
    EXPECT_EQ(live.scalar(total), expect) << n;
    EXPECT_EQ(live.scalar(steps), i) << n;
    EXPECT_EQ(live.text(text), xs) << n;
  }
}

TEST_F(Live, LoopsEndByErrorNextAndMaxaction) {
  Script s;
  GlobalId after = s.scalar("after"), caught = s.scalar("caught"), inner = s.scalar("inner");
  GlobalId message = s.scalar("message", Str(64));
  s.module.max_action = 50;
  s.handler("h", Mechanism::Uprobe, "ct_target", [&](Code& c) {
    Operand which = argument(c, 0), i = c.local("i", Long()), text = c.local("text", Str(64));
    auto endless = [&](Code& k, auto&& body) {
      k.set(i, Op::Copy, {L(0)});
      k.loop([&](Code& m) { return m.get(Op::Copy, {L(1)}); }, body,
             [&](Code& m) {
               m.set(i, Op::Add, {i, L(1)});
             });
    };
    c.try_catch(
        text,
        [&](Code& k) {
          endless(k, [&](Code& m) {
            Operand five = m.get(Op::Eq, {i, L(5)});
            m.if_(five, [&](Code& b) {
              b.if_(b.get(Op::Eq, {which, L(1)}), [&](Code& x) {
                x.add(Op::Div, {L(1), x.get(Op::Sub, {i, L(5)})});
              });
              b.if_(b.get(Op::Eq, {which, L(2)}), [&](Code& x) { x.add(Op::Next); });
              b.if_(b.get(Op::Eq, {which, L(3)}), [&](Code& x) {
                x.try_catch(
                    {}, [&](Code& t) { t.add(Op::Error, {S("inside")}); },
                    [&](Code& t) {
                      t.on(Op::GlobalAdd, inner, {L(1)});
                      t.add(Op::Break);
                    });
              });
            });
          });
        },
        [&](Code& k) {
          k.on(Op::GlobalAdd, caught, {L(1)});
          k.on(Op::GlobalSet, message, {text});
        });
    c.on(Op::GlobalAdd, after, {i});
  });
  Running live(s);
  ct_target(0, 0);
  EXPECT_EQ(live.text(message), "MAXACTION exceeded");
  EXPECT_EQ(live.scalar(after), 50);
  ct_target(1, 0);
  EXPECT_EQ(live.text(message), "division by 0");
  EXPECT_EQ(live.scalar(after), 55);
  ct_target(2, 0);
  EXPECT_EQ(live.scalar(after), 55);
  EXPECT_EQ(live.scalar(caught), 2);
  ct_target(3, 0);
  EXPECT_EQ(live.scalar(inner), 1);
  EXPECT_EQ(live.scalar(caught), 2);
  EXPECT_EQ(live.scalar(after), 60);
  EXPECT_EQ(live.state().error_count, 0u);
}

TEST_F(Live, FunctionsOfBothKinds) {
  Script s;
  FunctionId twice = s.embedded("twice", Long(), {{"x", Long()}},
                                "if (STAP_ARG_x < 0) STAP_ERROR(\"negative\");\n"
                                "STAP_RETURN(STAP_ARG_x * 2);");
  FunctionId shout =
      s.embedded("shout", Str(32), {{"s", Str(16)}},
                 "ct_str_copy(STAP_RETVALUE, STAP_RETLEN, STAP_ARG_s, "
                 "STAP_CAP_s); ct_str_append_byte(STAP_RETVALUE, STAP_RETLEN, '!');");
  // function find(n) { for (i = 0; ; i++) if (i * i >= n) return i }
  Function f;
  f.name = "find";
  f.side = Side::Kernel;
  f.result = Long();
  f.parameters = 1;
  f.body.locals = {{"n", Long()}, {"i", Long()}};
  {
    Code c(f.body, f.body.block);
    Operand n = Operand::of(0), i = Operand::of(1);
    c.loop([&](Code& k) { return k.get(Op::Copy, {L(1)}); },
           [&](Code& k) {
             k.if_(k.get(Op::Le, {n, k.get(Op::Mul, {i, i})}),
                   [&](Code& b) { b.add(Op::Return, {i}); });
           },
           [&](Code& k) {
             k.set(i, Op::Add, {i, L(1)});
           });
  }
  s.module.functions.push_back(f);
  FunctionId find = 2;
  // function tag(t) { t = t . "#"; return t }: writes its parameter
  Function g;
  g.name = "tag";
  g.side = Side::Kernel;
  g.result = Str(32);
  g.parameters = 1;
  g.body.locals = {{"t", Str(24)}};
  {
    Code c(g.body, g.body.block);
    Operand t = Operand::of(0);
    c.set(t, Op::Concat, {t, S("#")});
    c.add(Op::Return, {t});
  }
  s.module.functions.push_back(g);
  FunctionId tag = 3;
  GlobalId doubled = s.scalar("doubled"), root = s.scalar("root"), text = s.scalar("text", Str(64)),
           tid = s.scalar("tid"), kept = s.scalar("kept", Str(16));
  s.handler("h", Mechanism::Uprobe, "ct_target", [&](Code& c) {
    Operand a = argument(c, 0), v = c.temp(Long()), r = c.temp(Long()), t = c.temp(Str(32)),
            u = c.temp(Str(40)), e = c.temp(Long()), w = c.temp(Str(16));
    c.add(Op::Call, {a}, v).function = twice;
    c.on(Op::GlobalSet, doubled, {v});
    c.add(Op::Call, {a}, r).function = find;
    c.on(Op::GlobalSet, root, {r});
    c.add(Op::Call, {S("hey")}, t).function = shout;
    c.add(Op::Call, {S("x")}, w).function = tag;
    c.on(Op::GlobalSet, kept, {w});
    c.add(Op::Call, {w}, w).function = tag;
    c.set(u, Op::Concat, {t, w});
    c.on(Op::GlobalSet, text, {u});
    c.embedded(e, "STAP_RETVALUE = (u32)bpf_get_current_pid_tgid();");
    c.on(Op::GlobalSet, tid, {e});
  });
  Running live(s);
  ct_target(30, 0);
  EXPECT_EQ(live.scalar(doubled), 60);
  EXPECT_EQ(live.scalar(root), 6);
  EXPECT_EQ(live.text(kept), "x#");
  EXPECT_EQ(live.text(text), "hey!x##");
  EXPECT_EQ(live.scalar(tid), gettid());
  ct_target(-1, 0);
  auto records = live.records();
  ASSERT_EQ(records.size(), 1u);
  EXPECT_STREQ(error_of(records[0]).text, "negative");
}

TEST_F(Live, ReturnValuesRegistersAndSites) {
  Script s;
  GlobalId ret = s.scalar("ret"), rdi = s.scalar("rdi"), rsi = s.scalar("rsi"), ip = s.scalar("ip"),
           sp = s.scalar("sp"), site = s.scalar("site"), pp = s.scalar("pp", Str(64)),
           thread = s.scalar("thread"), process = s.scalar("process"),
           function = s.scalar("function", Str(32));
  s.handler("r", Mechanism::Uretprobe, "ct_target",
            [&](Code& c) { c.on(Op::GlobalSet, ret, {c.get(Op::CtxRet)}); });
  auto& h = s.handler("h", Mechanism::Uprobe, "ct_target", [&](Code& c) {
    auto reg = [&](int64_t number) {
      Operand v = c.temp(Long());
      c.add(Op::Reg, {}, v).imm = number;
      return v;
    };
    c.on(Op::GlobalSet, rdi, {reg(5)});
    c.on(Op::GlobalSet, rsi, {reg(4)});
    c.on(Op::GlobalSet, sp, {reg(7)});
    c.on(Op::GlobalSet, ip, {c.get(Op::RegIp)});
    c.on(Op::GlobalSet, site, {c.get(Op::SiteNum)});
    c.on(Op::GlobalSet, thread, {c.get(Op::ThreadId)});
    c.on(Op::GlobalSet, process, {c.get(Op::ProcessId)});
    Operand text = c.temp(Str(64)), name = c.temp(Str(32));
    c.add(Op::SiteStr, {}, text).site_text = SiteText::Pp;
    c.on(Op::GlobalSet, pp, {text});
    c.add(Op::SiteStr, {}, name).site_text = SiteText::PpFunc;
    c.on(Op::GlobalSet, function, {name});
  });
  h.sites.push_back(h.sites[0]);
  h.sites[1].target = "ct_target_other";
  h.sites[1].pp = "the other";
  h.sites[1].function = "ct_target_other";
  Running live(s);
  ct_target(11, 22);
  EXPECT_EQ(live.scalar(ret), -11);
  EXPECT_EQ(live.scalar(rdi), 11);
  EXPECT_EQ(live.scalar(rsi), 22);
  EXPECT_EQ(live.scalar(ip), reinterpret_cast<int64_t>(&ct_target));
  EXPECT_NE(live.scalar(sp), 0);
  EXPECT_EQ(live.scalar(site), 0);
  EXPECT_EQ(live.scalar(thread), (static_cast<int64_t>(getpid()) << 32) | gettid());
  EXPECT_EQ(live.scalar(process), getpid());
  EXPECT_EQ(live.text(pp), "ct_target.pp");
  EXPECT_EQ(live.text(function), "fn_h");
  ct_target_other(33);
  EXPECT_EQ(live.scalar(site), 1);
  EXPECT_EQ(live.text(pp), "the other");
  EXPECT_EQ(live.text(function), "ct_target_other");
}

TEST_F(Live, Tracepoints) {
  Script s;
  GlobalId enters = s.scalar("enters"), fd = s.scalar("fd"), size = s.scalar("size"),
           ret = s.scalar("ret"), switches = s.scalar("switches"), raw_hits = s.scalar("raw_hits"),
           tid = s.scalar("tid"), offset = s.scalar("offset"), exists = s.scalar("exists"),
           missing = s.scalar("missing"), comm = s.scalar("comm", Str(16)),
           ticks = s.scalar("ticks");
  s.module.core_types = {{"struct task_struct",
                          {{"pid", "int pid;"},
                           {"comm", "char comm[16];"},
                           {"gone", "int gone;"},
                           {"flags", "unsigned int flags;"}}}};
  auto access = [](const std::string& member, bool exists_only = false) {
    auto core = std::make_shared<CoreAccess>();
    core->type = "struct task_struct";
    core->steps = {{member, 0}};
    core->size = 4;
    (void)exists_only;
    return core;
  };
  auto mine = [&](Code& c, Operand wanted) {
    Operand pid = c.temp(Long());
    c.embedded(pid, "STAP_RETVALUE = (u32)bpf_get_current_pid_tgid();");
    return c.get(Op::Eq, {pid, wanted});
  };
  s.handler("enter", Mechanism::Tracepoint, "syscalls:sys_enter_read", [&](Code& c) {
    c.if_(mine(c, c.get_on(Op::GlobalGet, tid)), [&](Code& k) {
      k.on(Op::GlobalAdd, enters, {L(1)});
      k.on(Op::GlobalSet, fd, {argument(k, 0)});
      k.on(Op::GlobalSet, size, {argument(k, 2)});
    });
  });
  s.handler("leave", Mechanism::Tracepoint, "syscalls:sys_exit_read", [&](Code& c) {
    c.if_(mine(c, c.get_on(Op::GlobalGet, tid)),
          [&](Code& k) { k.on(Op::GlobalSet, ret, {k.get(Op::CtxRet)}); });
  });
  s.handler("sw", Mechanism::TpBtf, "sched_switch", [&](Code& c) {
    Operand prev = argument(c, 1), pid = c.temp(Long());
    c.add(Op::CoreField, {prev}, pid).core = access("pid");
    c.if_(c.get(Op::Eq, {pid, c.get_on(Op::GlobalGet, tid)}), [&](Code& k) {
      k.on(Op::GlobalAdd, switches, {L(1)});
      Operand at = k.temp(Long()), text = k.temp(Str(16)), is = k.temp(Long()), no = k.temp(Long());
      k.add(Op::CoreOffset, {}, at).core = access("comm");
      k.on(Op::GlobalSet, offset, {at});
      k.add(Op::LoadStr, {k.get(Op::Add, {prev, at})}, text).space = Space::Kernel;
      k.on(Op::GlobalSet, comm, {text});
      k.add(Op::CoreExists, {}, is).core = access("flags");
      k.on(Op::GlobalSet, exists, {is});
      k.add(Op::CoreExists, {}, no).core = access("gone");
      k.on(Op::GlobalSet, missing, {no});
      // A pointer is a number: everything may be computed with it.
      k.add(Op::Xor, {k.get(Op::Shr, {k.get(Op::Mul, {prev, L(3)}), L(5)}), prev}, k.temp(Long()));
    });
  });
  s.handler("raw", Mechanism::RawTp, "sched_switch",
            [&](Code& c) { c.on(Op::GlobalAdd, raw_hits, {L(1)}); });
  auto& perf = s.handler("perf", Mechanism::PerfEvent, "cpu-clock", [&](Code& c) {
    c.if_(c.get(Op::RegIp), [&](Code& k) { k.on(Op::GlobalAdd, ticks, {L(1)}); });
  });
  perf.sites[0].perf_type = PERF_TYPE_SOFTWARE;
  perf.sites[0].perf_config = PERF_COUNT_SW_CPU_CLOCK;
  perf.sites[0].perf_period = 1000000;
  LiveObject live(s.module);
  live.attach();
  prctl(PR_SET_NAME, "ct-test-name");
  live.scalar(missing) = 1;
  live.scalar(tid) = gettid();
  live.start();
  char buffer[8];
  int null = open("/dev/zero", 0);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(read(null, buffer, 7), 7);
  // A loaded machine ticks late, and an emulated one later still.
  auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (std::atomic_ref(live.scalar(ticks)).load() < 5 &&
         std::chrono::steady_clock::now() < until) {
  }
  usleep(2000);
  live.stop();
  EXPECT_EQ(live.scalar(enters), 5);
  EXPECT_EQ(live.scalar(fd), null);
  EXPECT_EQ(live.scalar(size), 7);
  EXPECT_EQ(live.scalar(ret), 7);
  EXPECT_GE(live.scalar(switches), 1);
  EXPECT_GE(live.scalar(raw_hits), live.scalar(switches));
  EXPECT_GT(live.scalar(offset), 0);
  EXPECT_EQ(live.text(comm), "ct-test-name");
  EXPECT_EQ(live.scalar(exists), 1);
  EXPECT_EQ(live.scalar(missing), 0);
  EXPECT_GE(live.scalar(ticks), 5);
  close(null);
}

/// Kernel functions' probes: the machine here has none of them, those of tests/vm have all.
TEST_F(Live, KernelFunctions) {
  Script s;
  GlobalId entry = s.scalar("entry"), ret = s.scalar("ret"), fentry = s.scalar("fentry"),
           fexit = s.scalar("fexit"), pointer = s.scalar("pointer"), tid = s.scalar("tid");
  auto mine = [&](Code& c, auto&& then) {
    Operand id = c.temp(Long());
    c.embedded(id, "STAP_RETVALUE = (u32)bpf_get_current_pid_tgid();");
    c.if_(c.get(Op::Eq, {id, c.get_on(Op::GlobalGet, tid)}), then);
  };
  // ssize_t vfs_read(struct file *, char __user *buf, size_t count, loff_t *)
  s.handler("k", Mechanism::Kprobe, "vfs_read", [&](Code& c) {
    mine(c, [&](Code& k) { k.on(Op::GlobalSet, entry, {argument(k, 2)}); });
  });
  s.handler("kr", Mechanism::Kretprobe, "vfs_read", [&](Code& c) {
    mine(c, [&](Code& k) { k.on(Op::GlobalSet, ret, {k.get(Op::CtxRet)}); });
  });
  s.handler("f", Mechanism::Fentry, "vfs_read", [&](Code& c) {
    mine(c, [&](Code& k) {
      k.on(Op::GlobalSet, fentry, {argument(k, 2)});
      k.on(Op::GlobalSet, pointer, {k.get(Op::Shr, {argument(k, 0), L(63)})});
    });
  });
  s.handler("fx", Mechanism::Fexit, "vfs_read", [&](Code& c) {
    mine(c, [&](Code& k) {
      Operand result = argument(k, 2);  // what is read, and what base has instead of the result
      if (tested_flavour() == Flavour::Modern) result = k.get(Op::CtxRet);
      k.on(Op::GlobalSet, fexit, {result});
    });
  });
  compile(s.module);
  if (access("/sys/bus/event_source/devices/kprobe", F_OK) != 0)
    GTEST_SKIP() << "LIVE TEST SKIPPED: this kernel has no kprobes";
  LiveObject live(s.module);
  live.attach();
  live.scalar(tid) = gettid();
  live.start();
  char buffer[128];
  int zero = open("/dev/zero", O_RDONLY);
  EXPECT_EQ(read(zero, buffer, 77), 77);
  live.stop();
  close(zero);
  EXPECT_EQ(live.scalar(entry), 77);
  EXPECT_EQ(live.scalar(ret), 77);
  EXPECT_EQ(live.scalar(fentry), 77);
  EXPECT_EQ(live.scalar(fexit), 77);
  EXPECT_EQ(live.scalar(pointer), 1);
}

TEST_F(Live, ExitStopsAtOnce) {
  Script s;
  FunctionId quit = s.embedded("exit", {}, {}, "ct_exit();");
  GlobalId n = s.scalar("n");
  s.handler("h", Mechanism::Uprobe, "ct_target", [&](Code& c) {
    Operand after = c.get_on(Op::GlobalAdd, n, {L(1)});
    c.if_(c.get(Op::Eq, {after, L(3)}), [&](Code& k) { k.add(Op::Call).function = quit; });
  });
  Running live(s);
  for (int i = 0; i < 10; ++i) ct_target(0, 0);
  EXPECT_EQ(live.scalar(n), 3);
  EXPECT_EQ(live.state().exit_requested, 1u);
  auto records = live.records();
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(error_of(records[0]).hdr.segment, CT_REC_WAKE);
}

TEST_F(Live, TimingWhenAsked) {
  Script s;
  s.handler("h", Mechanism::Uprobe, "ct_target", [&](Code&) {});
  Running live(s);
  ct_target(0, 0);
  live.state().timing = 1;
  for (int i = 0; i < 5; ++i) ct_target(0, 0);
  EXPECT_EQ(live.counts(0).handled, 6u);
  uint64_t hits = 0;
  for (const ct_times& t : live.times(0)) {
    hits += t.hits;
    if (t.hits == 0) continue;
    EXPECT_LE(~t.min_inverted, t.sum / t.hits);
    EXPECT_LE(t.sum / t.hits, t.max);
    EXPECT_GE(t.squares[0], t.max * t.max);
  }
  EXPECT_EQ(hits, 5u);
}

TEST_F(Live, FramesSurviveNestingAndPreemption) {
  // Eight threads on few CPUs run a handler that works on strings long enough to be preempted in,
  // while sched_switch's own handler uses a frame inside. A frame shared by mistake would show up
  // as a key that nobody passed.
  Script s;
  GlobalId count = s.array("count", {Str(192)}), nested = s.scalar("nested");
  s.handler("h", Mechanism::Uprobe, "ct_target_text", [&](Code& c) {
    Operand text = text_argument(c, 128);
    Operand all = c.get(Op::Concat, {text, S("/")}, Str(192));
    c.set(all, Op::Concat, {all, text});
    c.on(Op::ArrayAdd, count, {L(1), all});
  });
  s.handler("sw", Mechanism::TpBtf, "sched_switch", [&](Code& c) {
    Operand junk = c.get(Op::Concat, {S("overwritten by the nested probe"), S("!")}, Str(192));
    c.on(Op::GlobalAdd, nested, {c.get(Op::StrEq, {junk, S("overwritten by the nested probe!")})});
  });
  Running live(s);
  constexpr int kThreads = 8, kCalls = 5000;
  auto text_of_thread = [](int t) {
    return "thread number " + std::to_string(t) + std::string(60, static_cast<char>('a' + t));
  };
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([t, text_of_thread] {
      std::string text = text_of_thread(t);
      for (int i = 0; i < kCalls; ++i) {
        ct_target_text(text.c_str());
        if (i % 64 == 0) sched_yield();
      }
    });
  for (auto& t : threads) t.join();
  live.stop();
  auto all = live.elements(count);
  EXPECT_EQ(all.size(), static_cast<size_t>(kThreads));
  int64_t sum = 0;
  for (int t = 0; t < kThreads; ++t) {
    std::string text = text_of_thread(t);
    std::string value = all[padded(text + "/" + text, 192)];
    int64_t n = 0;
    memcpy(&n, value.data(), value.size());
    sum += n;
  }
  ct_counts counts = live.counts(0);
  EXPECT_EQ(sum + static_cast<int64_t>(counts.frame_busy), kThreads * kCalls);
  EXPECT_EQ(counts.frame_busy, 0u);
  EXPECT_GT(live.scalar(nested), 0);
}

/// Marks every scratch frame of every CPU as in use, or as free.
void set_frames_busy(LiveObject& live, uint64_t busy) {
  int fd = live.map_fd("ct_frames");
  bpf_map_info info = {};
  uint32_t size = sizeof info;
  ASSERT_EQ(bpf_obj_get_info_by_fd(fd, &info, &size), 0);
  size_t stride = (info.value_size + 7) / 8 * 8;
  std::string frames(stride * static_cast<size_t>(libbpf_num_possible_cpus()), 0);
  for (size_t at = 0; at < frames.size(); at += stride) memcpy(&frames[at], &busy, sizeof busy);
  for (uint32_t index = 0; index < info.max_entries; ++index)
    ASSERT_EQ(bpf_map_update_elem(fd, &index, frames.data(), BPF_ANY), 0);
}

TEST_F(Live, MoreSkippedEventsThanMaxskippedEndTheSession) {
  Script s;
  GlobalId hits = s.scalar("hits");
  s.handler("h", Mechanism::Uprobe, "ct_target_text", [&](Code& c) {
    Operand twice = c.get(Op::Concat, {S("x"), S("!")}, Str(128));
    c.on(Op::GlobalAdd, hits, {c.get(Op::StrEq, {twice, S("x!")})});
  });
  Running live(s);
  live.state().max_skipped = 2;
  ct_target_text("x");
  set_frames_busy(live, 1);
  for (int i = 0; i < 2; ++i) ct_target_text("x");
  EXPECT_EQ(live.state().phase, CT_RUNNING);
  ct_target_text("x");
  EXPECT_EQ(live.state().phase, CT_STOPPING);
  ct_target_text("x");  // no handler begins any more
  set_frames_busy(live, 0);
  EXPECT_EQ(live.scalar(hits), 1);
  EXPECT_EQ(live.counts(0).frame_busy, 3u);
  EXPECT_EQ(live.state().skipped, 3u);
}

TEST_F(Live, TurnsOfALoopCostTheirStatements) {
  Script s;
  GlobalId turns = s.scalar("turns"), message = s.scalar("message", Str(64));
  s.module.max_action = 50;
  s.handler("h", Mechanism::Uprobe, "ct_target", [&](Code& c) {
    Operand text = c.local("text", Str(64));
    c.try_catch(
        text,
        [&](Code& k) {
          k.loop([&](Code& m) { return m.get(Op::Copy, {L(1)}); },
                 [&](Code& m) { m.on(Op::GlobalAdd, turns, {L(1)}); }, [](Code&) {})
              .imm = 4;
        },
        [&](Code& k) { k.on(Op::GlobalSet, message, {text}); });
  });
  s.module.kernel_handlers[0].actions = 10;
  Running live(s);
  ct_target(0, 0);
  EXPECT_EQ(live.scalar(turns), (50 - 10) / 4);
  EXPECT_EQ(live.text(message), "MAXACTION exceeded");
}

}  // namespace
}  // namespace coretap::test
