#include "debug_test.h"

#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace coretap::debug {
namespace {

struct TemporaryDirectory {
  std::string path;
  TemporaryDirectory() {
    char name[] = "/tmp/coretap-dwarf-test.XXXXXX";
    path = mkdtemp(name);
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path); }
};

}  // namespace

std::string shell(const std::string& command) {
  std::string output;
  FILE* pipe = popen(("LC_ALL=C; " + command + " 2>&1").c_str(), "r");
  if (!pipe) return output;
  std::array<char, 4096> buffer;
  size_t got;
  while ((got = fread(buffer.data(), 1, buffer.size(), pipe)) > 0)
    output.append(buffer.data(), got);
  pclose(pipe);
  return output;
}

bool have(const std::string& tool) { return !shell("command -v " + tool).empty(); }

const std::string& work_directory() {
  static TemporaryDirectory directory;
  return directory.path;
}

std::string Build::name() const {
  std::string out;
  for (char c : compiler + flags)
    if (isalnum(static_cast<unsigned char>(c))) out += c;
  return out;
}

std::vector<Build> builds(const std::vector<std::string>& levels) {
  std::vector<Build> all;
  for (const char* compiler : {"gcc", "clang"})
    for (const std::string& level : levels)
      for (const char* version : {"-gdwarf-4", "-gdwarf-5"})
        all.push_back({compiler, level + " " + version});
  return all;
}

std::string compile(const std::string& source, const Build& build, const std::string& more) {
  namespace fs = std::filesystem;
  std::string input = std::string(DWARF_TEST_PROGRAMS) + "/" + source;
  std::string output = std::string(DWARF_TEST_BUILT) + "/" + source + "." + build.name();
  for (char c : more)
    if (isalnum(static_cast<unsigned char>(c))) output += c;
  std::error_code ignored;
  if (fs::exists(output) && fs::last_write_time(output, ignored) > fs::last_write_time(input))
    return output;
  fs::create_directories(DWARF_TEST_BUILT);
  std::string compiler = build.compiler;
  if (source.ends_with(".cpp")) compiler = compiler == "gcc" ? "g++" : compiler + "++";
  // Other test processes may want the same program: it appears whole or not at all.
  std::string unfinished = output + "." + std::to_string(getpid());
  std::string messages = shell(compiler + " -w -no-pie -fno-pie " + build.flags + " " + more +
                               " -o " + unfinished + " " + input);
  fs::rename(unfinished, output, ignored);
  EXPECT_TRUE(fs::exists(output)) << messages;
  return output;
}

std::shared_ptr<Module> open_module(const std::string& path) {
  auto module = Module::open(path);
  EXPECT_TRUE(module) << module.failure().message;
  return module.value_or(nullptr);
}

std::string gdb(const std::string& program, const std::vector<std::string>& commands) {
  static int serial = 0;
  std::string script = work_directory() + "/gdb" + std::to_string(serial++);
  std::ofstream file(script);
  file << "set pagination off\nset confirm off\nset width 0\nset debuginfod enabled off\n"
       << "set breakpoint pending off\nset disable-randomization on\n";
  for (const std::string& command : commands) file << command << "\n";
  file.close();
  return shell("timeout 120 gdb -nx -batch -x " + script + " " + program + " </dev/null");
}

std::string hex(uint64_t value) {
  char text[32];
  snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(value));
  return text;
}

std::map<unsigned, std::string> source_lines(const std::string& source) {
  std::map<unsigned, std::string> lines;
  std::ifstream file(std::string(DWARF_TEST_PROGRAMS) + "/" + source);
  std::string text;
  for (unsigned number = 1; std::getline(file, text); number++) lines[number] = text;
  return lines;
}

unsigned line_of(const std::string& source, const std::string& marker) {
  for (const auto& [number, text] : source_lines(source))
    if (text.find(marker) != std::string::npos) return number;
  ADD_FAILURE() << "no '" << marker << "' in " << source;
  return 0;
}

}  // namespace coretap::debug
