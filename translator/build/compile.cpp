#include "build/compile.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <vector>

#include "build/artifacts.h"
#include "build/make_rule.h"
#include "support/file.h"

namespace coretap {

namespace {

constexpr const char *kMainArchive = "/libcoretap_user_main.a", *kArchive = "/libcoretap_user.a";
constexpr const char *kKernelMade = "kernel.o", *kOtherKernelMade = "other_kernel.o";

/// The first of these tools that is in $PATH, as a path, or "".
std::string first_tool(Lookups& lookups, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (std::string path = lookups.tool(name); !path.empty()) return path;
  return "";
}

/// g++ starts in half of clang's time and has a precompiled header; clang++ does as well.
std::string harness_compiler(Lookups& lookups) { return first_tool(lookups, {"g++", "clang++"}); }

/// ld takes a tenth of lld's time for one object.
std::string harness_linker(Lookups& lookups) { return first_tool(lookups, {"ld", "ld.lld"}); }

/// Where the compiler lists the files that it has read, for what makes `object`.
std::string headers_of(const std::string& object) { return object + ".d"; }

std::vector<std::string> kernel_command(const std::string& clang, const std::string& object,
                                        const CompileInput& input) {
  return {
    clang, "-O2", "-g", "-target", "bpf", "-mcpu=v3",
#if defined(__x86_64__)
        "-D__TARGET_ARCH_x86", "-I/usr/include/x86_64-linux-gnu",
#elif defined(__aarch64__)
        "-D__TARGET_ARCH_arm64", "-I/usr/include/aarch64-linux-gnu",
#endif
        // By -iquote and not by -I, which comes later: what lies in the script's folder must not take
        // the place of our headers.
        "-iquote", input.runtime_headers + "/bpf", "-iquote", input.runtime_headers + "/shared",
        "-Wall", "-Wno-unused", "-Wno-unknown-attributes", "-fno-stack-protector",
        "-fno-strict-aliasing",  // frames are char arrays that hold structs
        // Blocks stay in the order of the source. The pass that moves them may lay the last block of a loop in front of
        // the first and go from one to the other without a jump, which Linux 5.3 to 6.6 refuse ("back-edge from insn N
        // to N+1", check_cfg() in kernel/bpf/verifier.c, mended by commit 10e14e9652bf). It makes BPF no faster: the
        // examples have the same number of instructions without it. tests/base/objects_of_examples.py looks for such ways.
        "-mllvm", "-disable-block-placement",
        // Embedded C and #line name files as the script does; clang copies their lines into BTF.
        "-iquote", input.working_folder, "-fdebug-compilation-dir=" + input.working_folder,  //
        "-MD", "-MF", headers_of(object), "-x", "c", "-c", "-", "-o", object
  };
}

/// Sections are apart for the linker of a built binary; for a shared object they cost nothing.
std::vector<std::string> harness_command(const std::string& compiler, const CompileInput& input) {
  std::vector<std::string> command{compiler};
  std::istringstream options(CORETAP_HARNESS_OPTIONS);
  for (std::string option; std::getline(options, option, '|');) command.push_back(option);
  command.insert(command.end(), {"-iquote", input.runtime_headers + "/user/harness", "-iquote",
                                 input.runtime_headers + "/shared", "-iquote", input.working_folder,
                                 "-MD", "-MF", headers_of("harness.o"), "-pipe", "-include",
                                 input.harness_prefix, "-x", "c++", "-c", "-", "-o", "harness.o"});
  return command;
}

/// Assembler text for a file's bytes as data between the symbols NAME and NAME_end.
std::string embedded(const std::string& name, const std::string& file) {
  return "        .section .rodata\n        .balign 16\n        .globl " + name +
         "\n        .globl " + name + "_end\n" + name + ":\n" +
         (file.empty() ? std::string() : "        .incbin \"" + file + "\"\n") + name + "_end:\n";
}

void report_write(const std::string& path, int error, Diagnostics& diagnostics) {
  diagnostics.error("cache-write", "cannot write '" + path + "': " + std::strerror(error))
      .hint(error == ENOSPC || error == EDQUOT
                ? "make room there, or set CORETAP_CACHE_DIR to a folder with room"
                : "set CORETAP_CACHE_DIR to a folder that you can write");
}

/// Shows what the compiler said. Thanks to #line its positions are the script's where there is one.
bool check(const char* what, const JobResult& result, Diagnostics& diagnostics) {
  if (result.exit_code == 0) return true;
  if (result.exit_code < 0 || result.exit_code > 128) {
    std::string why = result.exit_code < 0 ? "cannot be started: " + result.output
                                           : std::string("was ended by a signal: ") +
                                                 strsignal(result.exit_code - 128);
    diagnostics.error("compiler-ended", std::string("the compiler of the ") + what + " " + why)
        .hint("a compiler that is killed often had too little memory");
    return false;
  }
  auto& diagnostic =
      diagnostics.error("compiler", std::string("the compiler refused the generated ") + what +
                                        " (positions are the script's where they name it)");
  std::istringstream lines(result.output);
  std::string line;
  for (int n = 0; n < 40 && std::getline(lines, line); n++) diagnostic.hint(line);
  return false;
}

int64_t real_time_ns() {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

Compilation::Compilation(const WorkFolder& work, const CompileInput& input, Lookups& lookups)
    : work_(work), input_(input), lookups_(lookups), started_(real_time_ns()) {}

Compilation::~Compilation() {
  // Not killed but given nothing to compile: g++ is several processes, and none of them may still
  // write into the folder when the caller removes it.
  for (Job* job : {&kernel_, &other_kernel_, &harness_}) feed(*job, "");
  for (Job* job : {&kernel_, &other_kernel_, &harness_})
    if (job->pid >= 0) finish(*job);
}

/// Is all there that this script needs? All that is missing is said at once.
bool Compilation::have_tools(const GeneratedCode& code, bool binary, Diagnostics& diagnostics) {
  std::string missing;
  auto need = [&](const std::string& path, const char* name) {
    if (path.empty()) missing += (missing.empty() ? "" : ", ") + std::string(name);
  };
  if (code.has_kernel()) need(lookups_.tool("clang"), "clang");
  need(harness_compiler(lookups_), "g++ (or clang++)");
  if (binary) {
    need(lookups_.tool("clang++"), "clang++");
    need(lookups_.tool("ld.lld"), "ld.lld");
  }
  if (!missing.empty())
    diagnostics
        .error("no-clang",
               "the compilers that this script needs are not all in $PATH; missing: " + missing)
        .hint("install them: apt-get install clang lld g++");
  else if (!binary && harness_linker(lookups_).empty())
    diagnostics.error("no-linker", "a linker is needed to compile a script; ld is not in $PATH")
        .hint("install it: apt-get install binutils");
  else
    return true;
  return false;
}

/// Is coretap itself whole?
bool Compilation::have_own_files(bool binary, Diagnostics& diagnostics) const {
  std::vector<std::string> needed{input_.harness_prefix};
  for (const char* folder : {"/bpf", "/shared", "/user/harness"})
    needed.push_back(input_.runtime_headers + folder);
  if (binary)
    for (const char* archive : {kMainArchive, kArchive})
      needed.push_back(input_.runtime_libraries + archive);
  for (const std::string& path : needed)
    if (access(path.c_str(), R_OK) != 0) {
      diagnostics
          .error("own-file",
                 "a part of coretap cannot be read: '" + path + "': " + std::strerror(errno))
          .hint(
              "move or copy coretap with the folders that it is installed in; -R DIR names others "
              "for its headers");
      return false;
    }
  return true;
}

bool Compilation::put(const char* name, const std::string& text, Diagnostics& diagnostics) const {
  ct::Status written = write_file_at(work_.fd(), name, text);
  if (!written) report_write(work_.path() + "/" + name, written.code(), diagnostics);
  return static_cast<bool>(written);
}

Job Compilation::run(std::vector<std::string> argv, Input input) const {
  ToolCommand command;
  command.argv = std::move(argv);
  command.input = input;
  command.folder = work_.fd();
  command.group = work_.tool_group();
  command.library_path = input_.tool_library_path;
  return start(command);
}

void Compilation::start_harness() {
  std::string compiler = harness_compiler(lookups_);
  if (harness_.pid < 0 && !compiler.empty())
    harness_ = run(harness_command(compiler, input_), Input::Fed);
}

Job Compilation::start_kernel_as(const char* object) {
  return run(kernel_command(lookups_.tool("clang"), object, input_), Input::Fed);
}

/// Which flavour it will be is not known yet: the object gets its name when it is done.
void Compilation::start_kernel() {
  if (kernel_.pid < 0 && !lookups_.tool("clang").empty()) kernel_ = start_kernel_as(kKernelMade);
}

/// Records what a compiler has read, so that a cached result is not used when a header changes.
void Compilation::record_headers(const char* made) {
  Descriptor file(openat(work_.fd(), headers_of(made).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file) return;
  for (const std::string& header : prerequisites(read_all(file.get()).value_or("")))
    lookups_.file_read(header, started_);
}

/// Writes both texts (for -k and for the reader of a message), and compiles.
bool Compilation::compile(const GeneratedCode& code, bool binary, Diagnostics& diagnostics) {
  if (!have_tools(code, binary, diagnostics) || !have_own_files(binary, diagnostics)) return false;
  bool both = !code.kernel_c.empty() && !code.kernel_base_c.empty();
  if (code.has_kernel()) {
    start_kernel();
    feed(kernel_, code.kernel_c.empty() ? code.kernel_base_c : code.kernel_c);
  }
  if (both) {
    other_kernel_ = start_kernel_as(kOtherKernelMade);
    feed(other_kernel_, code.kernel_base_c);
  }
  start_harness();
  feed(harness_, code.harness_cpp);
  for (const auto& [artifact, text] : {std::pair(Artifact::ModernObject, &code.kernel_c),
                                       std::pair(Artifact::BaseObject, &code.kernel_base_c)}) {
    std::string source = file_name(artifact);
    source.back() = 'c';
    if (!text->empty() && !put(source.c_str(), *text, diagnostics)) return false;
  }
  if (!put("harness.cpp", code.harness_cpp, diagnostics)) return false;
  bool harness_good = finish_harness(diagnostics);
  return finish_kernel(code, diagnostics) && harness_good;
}

bool Compilation::finish_harness(Diagnostics& diagnostics) {
  if (!check("harness code", finish(harness_), diagnostics)) return false;
  record_headers("harness.o");
  record_precompiled_headers();
  return true;
}

bool Compilation::finish_kernel(const GeneratedCode& code, Diagnostics& diagnostics) {
  const char *modern_name = file_name(Artifact::ModernObject),
             *base_name = file_name(Artifact::BaseObject);
  bool modern =
      code.kernel_c.empty() || finish_flavour(kernel_, kKernelMade, modern_name, diagnostics);
  if (code.kernel_base_c.empty()) return modern;
  if (code.kernel_c.empty()) return finish_flavour(kernel_, kKernelMade, base_name, diagnostics);
  // What is wrong with both was said once.
  return modern && finish_flavour(other_kernel_, kOtherKernelMade, base_name, diagnostics);
}

bool Compilation::finish_flavour(Job& job, const char* made, const char* name,
                                 Diagnostics& diagnostics) {
  if (!check("kernel code", finish(job), diagnostics)) return false;
  record_headers(made);
  if (renameat(work_.fd(), made, work_.fd(), name) == 0) return true;
  report_write(work_.path() + "/" + name, errno, diagnostics);
  return false;
}

bool Compilation::to_run(const GeneratedCode& code, Diagnostics& diagnostics) {
  if (!compile(code, false, diagnostics)) return false;
  // What the harness needs is in this very process: no libraries, no start files.
  Job link = run({harness_linker(lookups_), "-shared", "--eh-frame-hdr", "--hash-style=gnu", "-z",
                  "noexecstack", "-z", "relro", "-z", "now", "harness.o", "-o",
                  file_name(Artifact::Harness)});
  bool ok = check("harness", finish(link), diagnostics);
  for (const char* done : {"harness.o", "harness.o.d", "kernel.o.d"}) unlinkat(work_.fd(), done, 0);
  return ok;
}

ct::Result<std::string> Compilation::to_object(const std::string& kernel_c) {
  start_kernel();
  if (kernel_.pid < 0) return ct::Status("clang is not in $PATH (apt-get install clang)");
  feed(kernel_, kernel_c);
  const JobResult result = finish(kernel_);
  if (result.exit_code != 0) return ct::Status("clang refuses the C: " + result.output);
  record_headers(kKernelMade);
  const Descriptor object(openat(work_.fd(), kKernelMade, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!object) return ct::Status::of_errno(errno, "clang's object: ");
  return read_all(object.get());
}

bool Compilation::to_binary(const GeneratedCode& code, Diagnostics& diagnostics) {
  if (!compile(code, true, diagnostics)) return false;
  auto object = [](const std::string& text, Artifact artifact) {
    return text.empty() ? "" : file_name(artifact);
  };
  std::string embed = embedded("ct_kernel_object", object(code.kernel_c, Artifact::ModernObject)) +
                      embedded("ct_base_object", object(code.kernel_base_c, Artifact::BaseObject)) +
                      "        .section .note.GNU-stack,\"\",@progbits\n";
  if (!put("object.S", embed, diagnostics)) return false;
  std::vector<std::string> command{lookups_.tool("clang++")};
  std::istringstream options(CORETAP_LINK_OPTIONS);
  for (std::string option; std::getline(options, option, '|');) command.push_back(option);
  command.insert(command.end(),
                 {"-o", kBinaryName, "harness.o", "object.S",
                  input_.runtime_libraries + kMainArchive, input_.runtime_libraries + kArchive,
                  "-lbpf", "-ldw", "-lelf", "-lz", "-lbz2", "-llzma", "-lpthread"});
  Job link = run(command);
  return check("executable", finish(link), diagnostics);
}

/// g++ does not list what is in the precompiled header.
void Compilation::record_precompiled_headers() {
  lookups_.file(input_.harness_prefix + ".gch");
  for (const char* dir : {"/shared", "/user/harness"}) {
    std::error_code ignored;
    for (const auto& entry :
         std::filesystem::directory_iterator(input_.runtime_headers + dir, ignored))
      if (entry.path().extension() == ".h" || entry.path().extension() == ".def")
        lookups_.file_read(entry.path().string(), started_);
  }
}

}  // namespace coretap
