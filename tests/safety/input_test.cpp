// The identity of a compilation: every member of CompileInput changes the key, and look-ups notice what changes.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "build/hash.h"
#include "build/make_rule.h"
#include "runtime/common/terminal.h"
#include "support/compile_input.h"
#include "support/lookups.h"

namespace coretap {
namespace {

void change(std::string& text) { text += "x"; }
void change(bool& flag) { flag = !flag; }
void change(KernelFlavours& flavours) { flavours = KernelFlavours::Both; }
void change(Listing& listing) { listing = Listing::Places; }
void change(std::vector<std::string>& list) { list.emplace_back(); }
void change(std::map<std::string, std::string>& map) { map["x"]; }

/// The input with member number `wanted` changed, as fields() counts them; and where that member is.
template <size_t... Index>
const void* change_member(CompileInput& input, size_t wanted, std::index_sequence<Index...>) {
  const void* where = nullptr;
  auto fields = input.fields();
  auto try_one = [&](const auto& field, size_t index) {
    if (index != wanted) return;
    where = &field;
    change(const_cast<std::remove_cvref_t<decltype(field)>&>(field));
  };
  (try_one(std::get<Index>(fields), Index), ...);
  return where;
}

constexpr size_t kMembers = std::tuple_size_v<decltype(CompileInput{}.fields())>;

TEST(CompileInputKey, EveryMemberCounts) {
  std::set<std::string> keys{cache_key(CompileInput{})};
  CompileInput input;
  std::set<const void*> places;
  for (size_t i = 0; i < kMembers; i++) {
    CompileInput changed;
    change_member(changed, i, std::make_index_sequence<kMembers>());
    keys.insert(cache_key(changed));
    places.insert(change_member(input, i, std::make_index_sequence<kMembers>()));
  }
  EXPECT_EQ(keys.size(), kMembers + 1);
  EXPECT_EQ(places.size(), kMembers) << "fields() names a member twice";
}

TEST(CompileInputKey, ValuesDoNotRunIntoEachOther) {
  CompileInput one, other;
  one.arguments = {"a", "b"};
  other.arguments = {"ab"};
  EXPECT_NE(cache_key(one), cache_key(other));
  one.arguments = {"a:b"};
  other.arguments = {"a", "b"};
  EXPECT_NE(cache_key(one), cache_key(other));
  one = other = {};
  one.defines = {{"A", "B"}};
  other.arguments = {"A", "B"};
  EXPECT_NE(cache_key(one), cache_key(other));
  EXPECT_EQ(cache_key(one), cache_key(CompileInput(one)));
}

class LookupsTest : public testing::Test {
 protected:
  LookupsTest() {
    std::string folder = testing::TempDir() + "coretap-lookups-XXXXXX";
    folder_ = mkdtemp(folder.data());
  }
  ~LookupsTest() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name)) << text;
  }
  static bool same(const Lookups& lookups) {
    for (const Lookup& lookup : lookups.all())
      if (lookups.answer_today(lookup.question, lookup.subject) != lookup.answer) return false;
    return true;
  }

  std::string folder_;
};

TEST_F(LookupsTest, FilesThatComeChangeAndGo) {
  Lookups lookups;
  lookups.file(path("a"));
  EXPECT_TRUE(same(lookups));
  write("a", "1");
  EXPECT_FALSE(same(lookups));
  Lookups later;
  later.file(path("a"));
  EXPECT_TRUE(later.settled());
  usleep(20'000);  // the clock of file times is that coarse
  write("a", "2");
  EXPECT_FALSE(same(later));
  EXPECT_FALSE(later.settled());
}

TEST_F(LookupsTest, TheFirstStateIsTheOneThatCounts) {
  write("a", "1");
  Lookups lookups;
  lookups.file(path("a"));
  usleep(20'000);
  write("a", "22");
  lookups.file(path("a"));
  EXPECT_FALSE(same(lookups));
}

TEST_F(LookupsTest, FileThatAnotherReadMustBeOlder) {
  write("a", "1");
  struct stat status;
  ASSERT_EQ(stat(path("a").c_str(), &status), 0);
  int64_t written = status.st_ctim.tv_sec * 1'000'000'000 + status.st_ctim.tv_nsec;
  Lookups lookups;
  lookups.file_read(path("a"), written + 1'000'000'000);
  EXPECT_TRUE(lookups.settled());
  lookups.file_read(path("a"), written - 1);
  EXPECT_FALSE(lookups.settled());
}

TEST_F(LookupsTest, LinksAreFollowedAndNamed) {
  write("a", "same");
  std::filesystem::create_hard_link(path("a"), path("b"));
  std::filesystem::create_symlink("a", path("link"));
  Lookups lookups;
  EXPECT_EQ(lookups.resolved(path("link")), std::filesystem::canonical(path("a")));
  std::filesystem::remove(path("link"));
  std::filesystem::create_symlink("b", path("link"));
  EXPECT_FALSE(same(lookups)) << "the same inode under another name";
}

std::string search_path() {
  const char* path = getenv("PATH");
  return path ? path : "";
}

TEST_F(LookupsTest, PathIsSearchedAsAShellDoes) {
  std::string before = search_path();
  std::filesystem::create_directories(path("one/tool"));  // a folder is not a command
  std::filesystem::create_directories(path("two"));
  write("two/tool", "#!/bin/sh\n");
  chmod(path("two/tool").c_str(), 0755);
  setenv("PATH", (path("none") + ":" + path("one") + ":" + path("two")).c_str(), 1);
  Lookups lookups;
  EXPECT_EQ(lookups.program("tool"), path("two/tool"));
  EXPECT_EQ(lookups.tool("tool"), path("two/tool"));
  EXPECT_EQ(lookups.program("no-such-tool"), "");
  EXPECT_EQ(lookups.program("./tool"), "./tool");
  EXPECT_TRUE(same(lookups));
  setenv("PATH", before.c_str(), 1);
  EXPECT_FALSE(same(lookups));
}

TEST_F(LookupsTest, ToolsAreNotTakenFromRelativeFolders) {
  std::string before = search_path();
  std::string was_in = std::filesystem::current_path();
  ASSERT_EQ(chdir(folder_.c_str()), 0);
  write("tool", "#!/bin/sh\n");
  chmod("tool", 0755);
  for (const char* relative : {"", ".", ":", "./"}) {
    setenv("PATH", (std::string(relative) + ":/no/such/folder").c_str(), 1);
    Lookups lookups;
    EXPECT_NE(lookups.program("tool"), "") << relative;
    EXPECT_EQ(lookups.tool("tool"), "") << relative;
  }
  setenv("PATH", before.c_str(), 1);
  ASSERT_EQ(chdir(was_in.c_str()), 0);
}

TEST_F(LookupsTest, WildcardsFoldersAndProcesses) {
  write("a1", "");
  write("a2", "");
  Lookups lookups({"prog with arguments", 42});
  EXPECT_EQ(lookups.matches(path("a*")), (std::vector<std::string>{path("a1"), path("a2")}));
  EXPECT_EQ(lookups.folder(folder_), (std::vector<std::string>{"a1", "a2"}));
  EXPECT_EQ(lookups.process(getpid()), std::filesystem::read_symlink("/proc/self/exe"));
  EXPECT_EQ(lookups.process(1 << 30), "");
  EXPECT_EQ(lookups.target_command(), "prog");
  EXPECT_EQ(lookups.target_pid(), 42);
  EXPECT_TRUE(same(lookups));
  EXPECT_EQ(Lookups({"other", 42}).answer_today(Question::TargetCommand, ""), "other");
  write("b", "");
  EXPECT_FALSE(same(lookups)) << "a new name in the folder";
  std::filesystem::remove(path("b"));
  EXPECT_TRUE(same(lookups));
  write("a3", "");
  EXPECT_FALSE(same(lookups));
}

TEST(MakeRule, NamesAsCompilersEscapeThem) {
  EXPECT_EQ(prerequisites("x.o: a.h \\\n  b\\ c.h d\\#e.h \\\n f$$g.h\n"),
            (std::vector<std::string>{"a.h", "b c.h", "d#e.h", "f$g.h"}));
  EXPECT_EQ(prerequisites("x.o: a.h\n\na.h:\n"), (std::vector<std::string>{"a.h"}));
  EXPECT_EQ(prerequisites("nothing"), std::vector<std::string>{});
  EXPECT_EQ(prerequisites(""), std::vector<std::string>{});
}

TEST(Terminal, WhatIsObeyedIsEscaped) {
  EXPECT_EQ(ct::terminal_safe("plain text, \"quotes\" and \\"), "plain text, \"quotes\" and \\");
  EXPECT_EQ(ct::terminal_safe("a\nb\tc\rd\033[0m\177"), "a\\nb\\tc\\rd\\033[0m\\177");
  EXPECT_EQ(ct::terminal_safe(std::string_view("a\0b", 3)), "a\\000b");
  EXPECT_EQ(ct::terminal_safe("größe → 名"), "größe → 名");
  EXPECT_EQ(ct::terminal_safe("\xc2\x9b"), "\\302\\233") << "C1: the control sequence introducer";
  EXPECT_EQ(ct::terminal_safe("\xe2\x80\xae"), "\\342\\200\\256") << "right-to-left override";
  EXPECT_EQ(ct::terminal_safe_line("\ta\033"), "\ta\\033");
}

TEST(Terminal, WhatIsNotUtf8IsEscapedByteByByte) {
  EXPECT_EQ(ct::terminal_safe("\xff"), "\\377");
  EXPECT_EQ(ct::terminal_safe("\xc0\xaf"), "\\300\\257") << "an overlong '/'";
  EXPECT_EQ(ct::terminal_safe("\xe0\x80\xaf"), "\\340\\200\\257");
  EXPECT_EQ(ct::terminal_safe("\xed\xa0\x80"), "\\355\\240\\200") << "a surrogate";
  EXPECT_EQ(ct::terminal_safe("\xf4\x90\x80\x80"), "\\364\\220\\200\\200") << "beyond Unicode";
  EXPECT_EQ(ct::terminal_safe("\xe2\x82"), "\\342\\202") << "cut short";
  EXPECT_EQ(ct::terminal_safe("\xe2\x1b[m"), "\\342\\033[m");
}

}  // namespace
}  // namespace coretap
