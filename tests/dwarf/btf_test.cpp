// The kernel's BTF against bpftool.
#include "dwarf/btf.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "debug_test.h"

namespace coretap::debug {
namespace {

const char kPath[] = "/sys/kernel/btf/vmlinux";

class Btf : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kPath)) GTEST_SKIP() << "this kernel has no BTF";
    auto opened = KernelBtf::open(kPath);
    ASSERT_TRUE(opened) << opened.failure().text();
    btf_ = *opened;
  }
  std::string spelled(const std::vector<BtfParameter>& parameters) {
    std::string out;
    for (const BtfParameter& p : parameters)
      out += (out.empty() ? "" : ", ") + p.name + ":" + (p.type ? p.type->spelling() : "void");
    return out;
  }
  std::shared_ptr<KernelBtf> btf_;
};

TEST_F(Btf, FunctionsHaveNamedParameters) {
  auto function = btf_->function("vfs_read");
  ASSERT_TRUE(function);
  EXPECT_EQ(spelled(function->parameters),
            "file:struct file*, buf:char*, count:size_t, pos:loff_t*");
  ASSERT_TRUE(function->return_type);
  EXPECT_EQ(function->return_type->spelling(), "ssize_t");
  EXPECT_EQ(function->return_type->byte_size(), 8u);
  EXPECT_TRUE(function->return_type->is_signed());
  EXPECT_FALSE(btf_->function("no_such_function_here"));
  for (const std::string& name : btf_->functions("vfs_rea*")) EXPECT_TRUE(btf_->function(name));
}

TEST_F(Btf, TracepointsHaveTheNamesOfTheirPrototype) {
  auto tracepoint = btf_->tracepoint("sched_switch");
  ASSERT_TRUE(tracepoint);
  std::string text = spelled(tracepoint->parameters);
  EXPECT_TRUE(text.starts_with("preempt:bool, prev:struct task_struct*, next:struct task_struct*"))
      << text;
  EXPECT_FALSE(btf_->tracepoint("no_such_tracepoint"));
  auto names = btf_->tracepoints("sched_*");
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  size_t unnamed = 0;
  for (const std::string& name : names) {
    auto one = btf_->tracepoint(name);
    ASSERT_TRUE(one) << name;
    for (const BtfParameter& p : one->parameters) unnamed += p.name.empty();
  }
  EXPECT_EQ(unnamed, 0u);
}

/// A reader that is asked for many names makes an index of them; a fresh one searches.
TEST_F(Btf, ManyNamesAreFoundAsOneIs) {
  constexpr size_t kCompared = 20;
  const std::vector<std::string> names = btf_->functions("vfs_*");
  ASSERT_GT(names.size(), kCompared);
  for (const std::string& name : names) ASSERT_TRUE(btf_->function(name)) << name;
  for (size_t i = 0; i < kCompared; i++) {
    std::shared_ptr<KernelBtf> fresh = KernelBtf::open(kPath).value_or(nullptr);
    ASSERT_TRUE(fresh);
    EXPECT_EQ(spelled(btf_->function(names[i])->parameters),
              spelled(fresh->function(names[i])->parameters));
  }
  EXPECT_FALSE(btf_->function("no_such_function_here"));
  EXPECT_FALSE(btf_->tracepoint("no_such_tracepoint"));
  ASSERT_TRUE(btf_->tracepoint("sched_switch"));
  EXPECT_EQ(
      btf_->tracepoint("sched_switch")->parameters.size(),
      KernelBtf::open(kPath).value_or(nullptr)->tracepoint("sched_switch")->parameters.size());
}

TEST_F(Btf, LayoutIsBpftools) {
  if (!have("bpftool")) GTEST_SKIP() << "bpftool is not installed";
  std::string dump = shell(std::string("bpftool btf dump file ") + kPath + " format raw");
  size_t at = dump.find("STRUCT 'task_struct' ");
  if (at == std::string::npos) GTEST_SKIP() << "bpftool cannot read this kernel's BTF";
  TypePtr task = btf_->type_named("struct task_struct");
  ASSERT_TRUE(task);
  EXPECT_EQ(dump.compare(at, 26 + std::to_string(task->byte_size()).size(),
                         "STRUCT 'task_struct' size=" + std::to_string(task->byte_size())),
            0);
  std::string members = dump.substr(at, dump.find("\n[", at) - at);
  size_t compared = 0;
  for (const Member& member : task->members()) {
    if (member.name.empty()) continue;
    std::string expected =
        "bits_offset=" + std::to_string(member.byte_offset * 8 + member.bit_offset);
    size_t name = members.find("'" + member.name + "' ");
    ASSERT_NE(name, std::string::npos) << member.name;
    std::string line = members.substr(name, members.find('\n', name) - name);
    EXPECT_TRUE(line.ends_with(expected) || line.find(expected + " ") != std::string::npos)
        << line << " against " << expected;
    compared++;
  }
  EXPECT_GT(compared, 100u);
  auto comm = find_member(*task, "comm");
  ASSERT_TRUE(comm);
  EXPECT_EQ(comm->leaf().type->spelling(), "char[]");
  EXPECT_EQ(comm->leaf().type->target()->kind(), TypeKind::Char);
}

TEST_F(Btf, TypesByName) {
  EXPECT_EQ(btf_->type_named("pid_t")->spelling(), "pid_t");
  EXPECT_EQ(btf_->type_named("pid_t")->kind(), TypeKind::Int);
  EXPECT_EQ(btf_->type_named("enum pid_type")->enumerators()[0].first, "PIDTYPE_PID");
  EXPECT_FALSE(btf_->type_named("struct no_such_struct"));
}

TEST(BtfOpen, ErrorsSayWhat) {
  auto missing = KernelBtf::open(work_directory() + "/none");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.failure().text(), "No such file or directory");
  EXPECT_EQ(KernelBtf::open("/proc/self/exe").failure().text(), "the file has no section .BTF");
  EXPECT_EQ(KernelBtf::open("/").failure().text(), "it is not a regular file");
  EXPECT_FALSE(KernelBtf::open("/etc/passwd"));
}

}  // namespace
}  // namespace coretap::debug
