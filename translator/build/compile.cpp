#include "build/compile.h"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <vector>

#include "build/cache.h"

namespace coretap {

namespace {

const std::string kSource = CORETAP_SOURCE_DIR;
const std::string kBinary = CORETAP_BINARY_DIR;

/// g++ starts in half of clang's time and has a precompiled header; clang++ does as well.
std::string harness_compiler() {
  for (const char* name : {"g++", "clang++"})
    if (!find_program(name).empty()) return name;
  return "";
}

/// ld takes a tenth of lld's time for one object.
std::string harness_linker() {
  for (const char* name : {"ld", "ld.lld"})
    if (!find_program(name).empty()) return name;
  return "";
}

bool have_compilers(const GeneratedCode& code, Diagnostics& diagnostics) {
  if ((code.has_kernel() && find_program("clang").empty()) || harness_compiler().empty())
    diagnostics.error("no-clang", "clang is needed to compile a script, and is not in $PATH")
        .hint("install it: apt-get install clang lld");
  else if (harness_linker().empty())
    diagnostics.error("no-linker", "a linker is needed to compile a script; ld is not in $PATH")
        .hint("install it: apt-get install binutils");
  else
    return true;
  return false;
}

bool put(const std::string& path, const std::string& text, Diagnostics& diagnostics) {
  std::string error;
  if (write_file(path, text, error)) return true;
  diagnostics.error("cache-write", "cannot write " + path + ": " + error)
      .hint("free some space, or set CORETAP_CACHE_DIR to a folder with room");
  return false;
}

std::vector<std::string> kernel_command(const std::string& object) {
  return {
    "clang", "-O2", "-g", "-target", "bpf", "-mcpu=v3",
#if defined(__x86_64__)
        "-D__TARGET_ARCH_x86", "-I/usr/include/x86_64-linux-gnu",
#elif defined(__aarch64__)
        "-D__TARGET_ARCH_arm64", "-I/usr/include/aarch64-linux-gnu",
#endif
        "-I" + kSource + "/runtime/bpf", "-I" + kSource + "/runtime/shared", "-Wall", "-Wno-unused",
        "-Wno-unknown-attributes", "-fno-stack-protector",
        "-fno-strict-aliasing",  // frames are char arrays that hold structs
        "-x", "c", "-c", "-", "-o", object
  };
}

/// Sections are apart for the linker of a built binary; for a shared object they cost nothing.
std::vector<std::string> harness_command(const std::string& compiler, const std::string& work) {
  std::vector<std::string> command{compiler};
  std::istringstream options(CORETAP_HARNESS_OPTIONS);
  for (std::string option; std::getline(options, option, '|');) command.push_back(option);
  command.insert(command.end(), {"-pipe", "-include", kBinary + "/runtime/harness_prefix.h", "-x",
                                 "c++", "-c", "-", "-o", work + "/harness.o"});
  return command;
}

/// Assembler text for a file's bytes as data between the symbols NAME and NAME_end.
std::string embedded(const std::string& name, const std::string& file) {
  return "        .section .rodata\n        .balign 16\n        .globl " + name +
         "\n        .globl " + name + "_end\n" + name + ":\n" +
         (file.empty() ? std::string() : "        .incbin \"" + file + "\"\n") + name + "_end:\n";
}

/// Compiling needs some room; without it clang's own message is a crash report.
bool have_room(const std::string& work, Diagnostics& diagnostics) {
  constexpr unsigned long long kNeeded = 1 << 20;
  struct statvfs fs;
  if (statvfs(work.c_str(), &fs) != 0 ||
      static_cast<unsigned long long>(fs.f_bavail) * fs.f_frsize >= kNeeded)
    return true;
  diagnostics.error("cache-write", "cannot compile in " + work + ": " + std::strerror(ENOSPC))
      .hint("free some space, or set CORETAP_CACHE_DIR to a folder with room");
  return false;
}

/// Shows what clang said. Thanks to #line its positions are the script's where there is one.
bool check(const char* what, const JobResult& result, Diagnostics& diagnostics) {
  if (result.exit_code == 0) return true;
  auto& diagnostic =
      diagnostics.error("compiler", std::string("clang refused the generated ") + what +
                                        " (positions are the script's where they name it)");
  std::istringstream lines(result.output);
  std::string line;
  for (int n = 0; n < 40 && std::getline(lines, line); n++) diagnostic.hint(line);
  return false;
}

}  // namespace

Compilation::~Compilation() {
  // Not killed but given nothing to compile: g++ is several processes, and none of them may still
  // write into the folder when the caller removes it.
  for (Job* job : {&kernel_, &other_kernel_, &harness_}) feed(*job, "");
  for (Job* job : {&kernel_, &other_kernel_, &harness_})
    if (job->pid >= 0) finish(*job);
}

void Compilation::start_harness() {
  std::string compiler = harness_compiler();
  if (harness_.pid < 0 && !compiler.empty())
    harness_ = start(harness_command(compiler, work_), Input::Fed);
}

/// Which flavour it will be is not known yet: the object gets its name when it is done.
void Compilation::start_kernel() {
  if (kernel_.pid < 0) kernel_ = start(kernel_command(work_ + "/kernel.o"), Input::Fed);
}

/// Writes both texts (for -k and for the reader of a message), and makes both objects.
bool Compilation::compile(const GeneratedCode& code, Diagnostics& diagnostics) {
  if (!have_compilers(code, diagnostics) || !have_room(work_, diagnostics)) return false;
  bool both = !code.kernel_c.empty() && !code.kernel_base_c.empty();
  if (code.has_kernel()) {
    start_kernel();
    feed(kernel_, code.kernel_c.empty() ? code.kernel_base_c : code.kernel_c);
  }
  if (both) {
    other_kernel_ = start(kernel_command(work_ + "/other_kernel.o"), Input::Fed);
    feed(other_kernel_, code.kernel_base_c);
  }
  start_harness();
  feed(harness_, code.harness_cpp);
  for (const auto& [name, text] :
       {std::pair(kModernObject, &code.kernel_c), std::pair(kBaseObject, &code.kernel_base_c)}) {
    std::string source = work_ + "/" + name;
    source.back() = 'c';
    if (!text->empty() && !put(source, *text, diagnostics)) return false;
  }
  if (!put(work_ + "/harness.cpp", code.harness_cpp, diagnostics)) return false;
  bool ok = check("harness code", finish(harness_), diagnostics);
  return ok;
}

bool Compilation::finish_kernel(const GeneratedCode& code, Diagnostics& diagnostics) {
  bool modern = code.kernel_c.empty() ||
                finish_flavour(kernel_, work_ + "/kernel.o", kModernObject, diagnostics);
  if (code.kernel_base_c.empty()) return modern;
  if (code.kernel_c.empty())
    return finish_flavour(kernel_, work_ + "/kernel.o", kBaseObject, diagnostics);
  // What is wrong with both was said once.
  return modern &&
         finish_flavour(other_kernel_, work_ + "/other_kernel.o", kBaseObject, diagnostics);
}

bool Compilation::finish_flavour(Job& job, const std::string& made, const char* name,
                                 Diagnostics& diagnostics) {
  if (!check("kernel code", finish(job), diagnostics)) return false;
  std::string object = work_ + "/" + name;
  if (rename(made.c_str(), object.c_str()) == 0) return true;
  diagnostics.error("cache-write", "cannot write " + object + ": " + std::strerror(errno));
  return false;
}

bool Compilation::to_run(const GeneratedCode& code, Diagnostics& diagnostics) {
  bool ok = compile(code, diagnostics);
  if (ok) {
    // What the harness needs is in this very process: no libraries, no start files.
    Job link = start({harness_linker(), "-shared", "--eh-frame-hdr", "--hash-style=gnu", "-z",
                      "noexecstack", work_ + "/harness.o", "-o", work_ + "/harness.so"});
    ok = check("harness", finish(link), diagnostics);
  }
  return finish_kernel(code, diagnostics) && ok;
}

bool Compilation::to_binary(const GeneratedCode& code, const std::string& output,
                            Diagnostics& diagnostics) {
  bool ok = compile(code, diagnostics);
  if (!finish_kernel(code, diagnostics) || !ok) return false;
  std::string embed =
      embedded("ct_kernel_object", code.kernel_c.empty() ? "" : work_ + "/" + kModernObject) +
      embedded("ct_base_object", code.kernel_base_c.empty() ? "" : work_ + "/" + kBaseObject) +
      "        .section .note.GNU-stack,\"\",@progbits\n";
  if (!put(work_ + "/object.S", embed, diagnostics)) return false;

  std::string unfinished = output + ".part." + std::to_string(getpid());
  Job link =
      start({"clang++", "-static", "-fuse-ld=lld", "-s", "-Wl,--gc-sections", "-o", unfinished,
             work_ + "/harness.o", work_ + "/object.S", kBinary + "/runtime/libcoretap_user_main.a",
             kBinary + "/runtime/libcoretap_user.a", "-lbpf", "-lelf", "-lz", "-lpthread"});
  if (!check("executable", finish(link), diagnostics)) {
    unlink(unfinished.c_str());
    return false;
  }
  if (rename(unfinished.c_str(), output.c_str()) != 0) {
    diagnostics.error("output-write", "cannot write " + output + ": " + std::strerror(errno));
    unlink(unfinished.c_str());
    return false;
  }
  return true;
}

std::set<std::string> runtime_headers() {
  std::set<std::string> paths;
  for (const char* dir : {"/runtime/bpf", "/runtime/shared", "/runtime/user"}) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(kSource + dir, ignored))
      if (entry.path().extension() == ".h") paths.insert(entry.path().string());
  }
  return paths;
}

}  // namespace coretap
