// IR text in, a pass, IR text out: each file of ir/ holds what a pass is given and what it must make of that.
//
//   # What the pass does here, and why.
//   pass sink
//   ---- before
//   …
//   ---- after
//   …
//   ---- says        (only if the pass reports something)
//   …
//
// passes_test --update writes the texts behind "after" and "says" anew. passes_test --read-back reads a module's text from
// standard input and fails if it does not print the same again.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "ir/parse.h"
#include "ir/passes/ir_passes.h"
#include "support/diagnostics.h"

namespace coretap {
namespace {

namespace fs = std::filesystem;

struct Case {
  fs::path path;
  std::string head, pass, before, after, says;
};

std::string read(const fs::path& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

/// What stands behind the line "---- name", up to the next such line; "" if there is no such line.
std::string section(const std::string& text, const std::string& name) {
  std::string line = "---- " + name + "\n";
  size_t from = text.find(line);
  if (from == std::string::npos) return "";
  from += line.size();
  return text.substr(from, text.find("---- ", from) - from);
}

Case read_case(const fs::path& path) {
  std::string text = read(path);
  std::string head = text.substr(0, text.find("---- before"));
  size_t pass = head.rfind("pass ");
  return {path,
          head,
          head.substr(pass + 5, head.find('\n', pass) - pass - 5),
          section(text, "before"),
          section(text, "after"),
          section(text, "says")};
}

/// What holds of a module before a pass runs.
ir::Stage stage_before(const std::string& pass) {
  const std::vector<IrPass>& all = ir_passes();
  auto at = [&](const std::string& name) {
    return std::find_if(all.begin(), all.end(), [&](const IrPass& p) { return name == p.name; });
  };
  if (at(pass) <= at("split")) return ir::Stage::Lowered;
  return at(pass) <= at("place-globals") ? ir::Stage::Split : ir::Stage::Placed;
}

void run(Case& test) {
  const std::vector<IrPass>& all = ir_passes();
  auto pass =
      std::find_if(all.begin(), all.end(), [&](const IrPass& p) { return test.pass == p.name; });
  ASSERT_NE(pass, all.end()) << "there is no pass '" << test.pass << "'";
  Sources sources;
  // In the user's script, two lines are never one text.
  const bool is_script = test.pass != "share-programs";
  auto [module, error] = ir::parse(sources.add("before", test.before, is_script));
  ASSERT_EQ(error, "");
  ASSERT_EQ(ir::print(module), test.before)
      << "the text before the pass does not print the same again";
  module.stage = stage_before(test.pass);
  ASSERT_EQ(ir::verify(module), "");
  Diagnostics diagnostics;
  pass->run(module, diagnostics);
  EXPECT_EQ(ir::verify(module), "");
  test.after = ir::print(module);
  test.says.clear();
  for (const Diagnostic& diagnostic : diagnostics.all())
    test.says +=
        diagnostic.id + ": " + diagnostic.message + ": " + describe(diagnostic.span) + "\n";
}

class Golden : public ::testing::Test {
 public:
  explicit Golden(Case test) : test_(std::move(test)) {}
  void TestBody() override {
    Case now = test_;
    run(now);
    if (HasFatalFailure()) return;
    EXPECT_EQ(now.after, test_.after);
    EXPECT_EQ(now.says, test_.says);
  }

 private:
  Case test_;
};

void update(Case test) {
  run(test);
  std::ofstream out(test.path);
  out << test.head << "---- before\n" << test.before << "---- after\n" << test.after;
  if (!test.says.empty()) out << "---- says\n" << test.says;
}

TEST(Passes, EachHasATextThatShowsIt) {
  std::set<std::string> shown;
  for (const fs::directory_entry& file : fs::directory_iterator(CORETAP_SOURCE "/tests/passes/ir"))
    shown.insert(read_case(file.path()).pass);
  for (const IrPass& pass : ir_passes())
    EXPECT_TRUE(shown.contains(pass.name)) << "no file of tests/passes/ir shows " << pass.name;
}

TEST(Parse, SaysWhatItCannotRead) {
  Sources sources;
  auto error = [&](const char* text) { return ir::parse(sources.add("text", text, true)).error; };
  EXPECT_EQ(error("global n: long\nglobal m: number\n"), "line 2: 'number' is not a type");
  EXPECT_EQ(error("user handler h begin(0)\n  frob 1\n"), "line 2: 'frob' is not an operation");
  EXPECT_EQ(error("user handler h begin(0)\n  set n 1\n"), "line 2: there is no global 'n'");
  EXPECT_EQ(error("user handler h begin(0)\n  t0 = call f\n"), "line 2: there is no function 'f'");
  EXPECT_EQ(error("kernel handler h nothing\n"), "line 1: 'nothing' is not a mechanism");
  EXPECT_EQ(error("user handler h begin(0)\n  t0 = add 1, 2 3\n"),
            "line 2: 'declined' is expected at '3'");
  EXPECT_EQ(error("handler\n"), "line 1: 'handler' does not begin with what a module holds");
}

/// Reads text from standard input; exit status 1 if it does not print the same again.
int read_back() {
  std::stringstream text;
  text << std::cin.rdbuf();
  Sources sources;
  auto [module, error] = ir::parse(sources.add("standard input", text.str(), true));
  if (!error.empty()) {
    std::cout << error << "\n";
    return 1;
  }
  std::istringstream wanted(text.str()), got(ir::print(module));
  for (std::string w, g; std::getline(wanted, w);) {
    if (std::getline(got, g) && w == g) continue;
    std::cout << "wanted " << w << "\ngot    " << g << "\n";
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace coretap

int main(int argc, char** argv) {
  using namespace coretap;
  ::testing::InitGoogleTest(&argc, argv);
  std::string option = argc > 1 ? argv[1] : "";
  if (option == "--read-back") return read_back();
  for (const fs::directory_entry& file :
       fs::directory_iterator(CORETAP_SOURCE "/tests/passes/ir")) {
    if (option == "--update") update(read_case(file.path()));
    Case test = read_case(file.path());
    ::testing::RegisterTest("PassText", file.path().stem().c_str(), nullptr, nullptr, __FILE__,
                            __LINE__, [test] { return new Golden(test); });
  }
  return RUN_ALL_TESTS();
}
