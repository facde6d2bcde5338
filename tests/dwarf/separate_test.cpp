// Separate debug files: by build-id, by .gnu_debuglink with its CRC, and dwz's alternate file.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "debug_test.h"

namespace coretap::debug {
namespace {

bool is_among(const std::vector<std::string>& files, const std::string& file) {
  return std::find(files.begin(), files.end(), file) != files.end();
}

const Build kBuild{"gcc", "-O2 -g"};

/// A fresh directory with a copy of the test program.
std::string fresh(const std::string& name, const std::string& more = "") {
  std::string directory = work_directory() + "/" + name;
  std::filesystem::create_directories(directory);
  std::filesystem::copy_file(compile("variables.c", kBuild, more), directory + "/program",
                             std::filesystem::copy_options::overwrite_existing);
  return directory;
}

void expect_full(const Module& module) {
  EXPECT_TRUE(module.has_dwarf()) << module.dwarf_error().message;
  auto functions = module.functions("locals", "", false);
  ASSERT_EQ(functions.size(), 1u);
  EXPECT_FALSE(functions[0].from_symbol_table);
  auto variables = module.variables_at(functions[0].prologue_end, false, functions[0].die_offset);
  ASSERT_GE(variables.size(), 2u);
  EXPECT_EQ(variables[0].name, "n");
  ASSERT_TRUE(variables[0].type);
  EXPECT_EQ(variables[0].type->spelling(), "int");
  TypePtr mixed = module.type_named("mixed_t");
  ASSERT_TRUE(mixed);
  EXPECT_EQ(mixed->byte_size(), 24u);
  EXPECT_FALSE(module.line_sites("*", "variables.c", 0, 0, false, false).empty());
}

TEST(Separate, ByBuildId) {
  std::string directory = fresh("buildid", "-Wl,--build-id");
  std::string id = open_module(directory + "/program")->build_id();
  ASSERT_EQ(id.size(), 40u);
  std::string root = directory + "/root";
  std::string file = root + "/.build-id/" + id.substr(0, 2) + "/" + id.substr(2) + ".debug";
  std::filesystem::create_directories(std::filesystem::path(file).parent_path());
  shell("cd " + directory + " && eu-strip -f " + file + " program");
  auto module = Module::open(directory + "/program", {{root}}).value_or(nullptr);
  ASSERT_TRUE(module);
  EXPECT_EQ(module->debug_path(), file);
  EXPECT_TRUE(is_among(module->files(), file));
  expect_full(*module);
  // Elsewhere it is not found, and the message says where it was looked for.
  auto bare = Module::open(directory + "/program", {{directory + "/nowhere"}}).value_or(nullptr);
  ASSERT_TRUE(bare);
  EXPECT_FALSE(bare->has_dwarf());
  EXPECT_NE(bare->dwarf_error().message.find(directory + "/nowhere/.build-id/"), std::string::npos);
  EXPECT_FALSE(bare->dwarf_error().tried.empty());
}

TEST(Separate, ByDebugLinkWithItsCrc) {
  std::string directory = fresh("link", "-Wl,--build-id=none");
  shell("cd " + directory +
        " && objcopy --only-keep-debug program program.dbg && objcopy --strip-debug program && "
        "objcopy --add-gnu-debuglink=program.dbg program");
  auto beside = open_module(directory + "/program");
  ASSERT_TRUE(beside);
  EXPECT_EQ(beside->debug_path(), directory + "/program.dbg");
  expect_full(*beside);

  std::filesystem::create_directories(directory + "/.debug");
  std::filesystem::rename(directory + "/program.dbg", directory + "/.debug/program.dbg");
  expect_full(*open_module(directory + "/program"));

  std::string root = directory + "/root";
  std::filesystem::create_directories(root + directory);
  std::filesystem::rename(directory + "/.debug/program.dbg", root + directory + "/program.dbg");
  auto under_root = Module::open(directory + "/program", {{root}}).value_or(nullptr);
  ASSERT_TRUE(under_root);
  expect_full(*under_root);

  // One byte more, and the CRC is another.
  std::ofstream(root + directory + "/program.dbg", std::ios::app) << "x";
  auto wrong = Module::open(directory + "/program", {{root}}).value_or(nullptr);
  ASSERT_TRUE(wrong);
  EXPECT_FALSE(wrong->has_dwarf());
  ASSERT_EQ(wrong->dwarf_error().rejected.size(), 1u);
  EXPECT_NE(wrong->dwarf_error().rejected[0].find("its checksum is "), std::string::npos);
}

TEST(Separate, AnotherBuildsFileIsRefused) {
  std::string directory = fresh("mismatch", "-Wl,--build-id");
  std::string id = open_module(directory + "/program")->build_id();
  std::string file =
      directory + "/root/.build-id/" + id.substr(0, 2) + "/" + id.substr(2) + ".debug";
  std::filesystem::create_directories(std::filesystem::path(file).parent_path());
  std::filesystem::copy_file(compile("clones.c", kBuild, "-Wl,--build-id"), file);
  shell("strip --strip-debug " + directory + "/program");
  auto module = Module::open(directory + "/program", {{directory + "/root"}}).value_or(nullptr);
  ASSERT_TRUE(module);
  EXPECT_FALSE(module->has_dwarf());
  ASSERT_EQ(module->dwarf_error().rejected.size(), 1u);
  EXPECT_NE(
      module->dwarf_error().rejected[0].find("'" + file + "' does not fit: it is of another build"),
      std::string::npos);
}

/// Has one file for every build-id, and notes what it was asked for.
class OneFileServer : public DebugServer {
 public:
  explicit OneFileServer(ct::Result<std::string> answer) : answer_(std::move(answer)) {}
  ct::Result<std::string> find(const std::string& build_id) override {
    asked.push_back(build_id);
    return answer_;
  }
  std::vector<std::string> asked;

 private:
  ct::Result<std::string> answer_;
};

TEST(Separate, FromAServer) {
  std::string directory = fresh("server", "-Wl,--build-id");
  std::string id = open_module(directory + "/program")->build_id();
  const std::string whole = directory + "/whole",
                    other = compile("clones.c", kBuild, "-Wl,--build-id");
  std::filesystem::copy_file(directory + "/program", whole,
                             std::filesystem::copy_options::overwrite_existing);
  OneFileServer unasked(whole);
  auto own = Module::open(directory + "/program", {{directory}, &unasked}).value_or(nullptr);
  ASSERT_TRUE(own);
  EXPECT_TRUE(unasked.asked.empty());  // it has its own debug information
  shell("strip --strip-debug " + directory + "/program");

  OneFileServer good(whole);
  auto module = Module::open(directory + "/program", {{directory}, &good}).value_or(nullptr);
  ASSERT_TRUE(module);
  EXPECT_EQ(good.asked, std::vector<std::string>{id});
  EXPECT_TRUE(module->notices().empty());
  expect_full(*module);

  struct Case {
    ct::Result<std::string> answer;
    std::string notice;
  };
  const Case cases[] = {
      {other, "was not used: '" + other + "' does not fit: it is of another build"},
      {directory + "/program", "was not used"},
      {ct::Status("it is on fire"), "was not fetched: it is on fire"},
      {ct::Status(ct::Failure::Missing, "nobody has it"), ""},
  };
  for (const Case& each : cases) {
    OneFileServer server(each.answer);
    auto bare = Module::open(directory + "/program", {{directory}, &server}).value_or(nullptr);
    ASSERT_TRUE(bare);
    EXPECT_FALSE(bare->has_dwarf());
    ASSERT_EQ(bare->notices().size(), each.notice.empty() ? 0u : 1u) << each.notice;
    if (!each.notice.empty()) {
      EXPECT_NE(bare->notices()[0].find(each.notice), std::string::npos) << bare->notices()[0];
    } else {
      EXPECT_EQ(bare->dwarf_error().rejected.back(), "nobody has it");
    }
  }
}

TEST(Separate, AlternateFileOfDwz) {
  if (!have("dwz")) GTEST_SKIP() << "dwz is not installed";
  std::string directory = fresh("dwz");
  // dwz shares what two files have in common; it wants more than a few bytes of it.
  shell("cp " + compile("variables.c", {"gcc", "-O1 -g"}) + " " + directory + "/other; cd " +
        directory + " && dwz -m common.debug program other");
  ASSERT_TRUE(std::filesystem::exists(directory + "/common.debug"));
  EXPECT_NE(shell("readelf -SW " + directory + "/program").find(".gnu_debugaltlink"),
            std::string::npos);
  auto module = open_module(directory + "/program");
  ASSERT_TRUE(module);
  EXPECT_TRUE(is_among(module->files(), directory + "/common.debug"));
  expect_full(*module);
  // The alternate file gone: what is left must not crash.
  std::filesystem::remove(directory + "/common.debug");
  auto crippled = open_module(directory + "/program");
  ASSERT_TRUE(crippled);
  ASSERT_EQ(crippled->notices().size(), 1u);
  EXPECT_NE(crippled->notices()[0].find("common.debug"), std::string::npos);
  for (const Function& function : crippled->functions("*", "", true))
    for (const Variable& variable : crippled->variables_at(function.entry_pc, true))
      crippled->location_at(variable, function.entry_pc);
}

TEST(Separate, LibcsOwn) {
  auto module = open_module("/lib/x86_64-linux-gnu/libc.so.6");
  ASSERT_TRUE(module);
  if (!std::filesystem::exists("/usr/lib/debug/.build-id/" + module->build_id().substr(0, 2) + "/" +
                               module->build_id().substr(2) + ".debug"))
    GTEST_SKIP() << "libc6-dbg is not installed";
  EXPECT_TRUE(module->has_dwarf());
  EXPECT_TRUE(module->debug_path().starts_with("/usr/lib/debug/.build-id/"));
}

TEST(Open, ErrorsSayWhat) {
  auto missing = Module::open("/nonexistent/program");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.failure().kind, LoadError::NotFound);
  EXPECT_NE(missing.failure().message.find("/nonexistent/program"), std::string::npos);
  for (const char* path : {"/etc/passwd", "/etc"}) {
    auto other = Module::open(path);
    ASSERT_FALSE(other) << path;
    EXPECT_EQ(other.failure().kind, LoadError::NotElf) << path;
  }
}

}  // namespace
}  // namespace coretap::debug
