// What is made of the verifier's words, in the forms that they have from 5.10 to 6.18.
#include "runtime/user/attach/verifier_report.h"

#include <gtest/gtest.h>

namespace ct {
namespace {

/// What libbpf prints of a failed load.
std::string log_of(const std::string& walk) {
  return "libbpf: prog 'probe_0': BPF program load failed: Permission denied\n"
         "libbpf: prog 'probe_0': -- BEGIN PROG LOAD LOG --\n" +
         walk + "-- END PROG LOAD LOG --\nlibbpf: prog 'probe_0': failed to load: -13\n";
}

Verdict verdict_of(const std::string& walk) {
  Verdict verdict;
  EXPECT_TRUE(read_verdict(log_of(walk), "", 0, verdict)) << walk;
  return verdict;
}

TEST(VerifierReport, FileAndLineOfTheComment) {
  Verdict verdict = verdict_of(
      "0: R1=ctx() R10=fp0\n"
      "; n = a[i] @ probe.stp:7\n"
      "0: (b7) r1 = 5\n"
      "; return bpf_probe_read(x); @ string.bpf.h:20\n"
      "10: (79) r9 = *(u64 *)(r1 +0)\n"
      "R1 invalid mem access 'scalar'\n"
      "processed 10 insns (limit 1000000) max_states_per_insn 0 total_states 1\n");
  EXPECT_EQ(verdict.position, "probe.stp:7");
  EXPECT_EQ(verdict.source, "n = a[i]");
  EXPECT_EQ(verdict.words, "R1 invalid mem access 'scalar'");
  EXPECT_NE(verdict.meaning.find("a plain number is used as an address"), std::string::npos);
}

TEST(VerifierReport, ScriptOfTheCommandLineHasNoText) {
  Verdict verdict = verdict_of(";  @ <input>:2\n9: (79) r9 = *(u64 *)(r1 +0)\nR1 !read_ok\n");
  EXPECT_EQ(verdict.position, "<input>:2");
  EXPECT_EQ(verdict.source, "");
}

TEST(VerifierReport, GeneratedCodeIsNoPlace) {
  Verdict verdict = verdict_of(
      "; x = 1 @ a.stp:3\n1: (b7) r1 = 1\n; int probe_0(void *ctx) @ <generated>:3\n"
      "2: (85) call unknown#999\ninvalid func unknown#999\n");
  EXPECT_EQ(verdict.position, "a.stp:3");
  EXPECT_EQ(verdict.meaning, "");
}

TEST(VerifierReport, VerdictsOfTwoLinesAreOne) {
  Verdict verdict = verdict_of(
      "from 21 to 5: R0=inv(id=0) R10=fp0\n"
      "5: (79) r1 = *(u64 *)(r2 +8)\n"
      "invalid access to map value, value_size=8 off=8 size=8\n"
      "R2 max value is outside of the allowed memory range\n"
      "verification time 72 usec\nstack depth 16\nprocessed 12 insns (limit 1000000)\n");
  EXPECT_EQ(verdict.words,
            "invalid access to map value, value_size=8 off=8 size=8; "
            "R2 max value is outside of the allowed memory range");
  EXPECT_NE(verdict.meaning.find("may be too large"), std::string::npos);
  EXPECT_EQ(verdict.position, "");
}

TEST(VerifierReport, TooLarge) {
  Verdict verdict = verdict_of(
      "...\n900: (07) r1 += 1\nBPF program is too large. Processed 1000001 insn\n"
      "processed 1000001 insns (limit 1000000) max_states_per_insn 35\n");
  EXPECT_NE(verdict.meaning.find("too many ways"), std::string::npos);
}

TEST(VerifierReport, FieldOfAnotherKind) {
  Verdict verdict = verdict_of(
      "67: (b7) r1 = 0                       ; R1_w=0\n"
      "146: <invalid CO-RE relocation>\n"
      "failed to resolve CO-RE relocation <byte_off> [32] struct folio.flags (0:0 @ offset 0)\n"
      "processed 27 insns (limit 1000000) max_states_per_insn 0\n");
  EXPECT_NE(verdict.words.find("struct folio.flags"), std::string::npos);
  EXPECT_NE(verdict.meaning.find("has another type here"), std::string::npos);
}

TEST(VerifierReport, OtherFailuresAreNoVerdict) {
  Verdict verdict;
  EXPECT_FALSE(
      read_verdict("libbpf: failed to create map: Operation not permitted\n", "", 0, verdict));
  EXPECT_FALSE(read_verdict("", "", 0, verdict));
  // The program was good, and what it is to be attached to is missing.
  EXPECT_FALSE(read_verdict(log_of("processed 3 insns (limit 1000000)\n"), "", 0, verdict));
}

TEST(VerifierReport, DamagedObjectsAreRead) {
  Verdict verdict;
  std::string junk(4096, '\x7f');
  EXPECT_TRUE(read_verdict(log_of("; a line\n1: (b7) r1 = 1\nR1 !read_ok\n"), junk.data(),
                           junk.size(), verdict));
  EXPECT_EQ(verdict.position, "");
}

}  // namespace
}  // namespace ct
