// Everything that decides what a script compiles to and is known before the first pass. The passes
// read this and nothing else of the command line and the environment, and the cache's key is made
// from it: two runs with equal inputs may share a result. What passes find out on the way (a file,
// $PATH, a process) is asked through Lookups and recorded there.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace coretap {

/// Which flavours of the kernel object are made (docs/architecture.md, "Two flavours").
enum class KernelFlavours : uint8_t {
  ForThisKernel,  ///< the one that the running kernel takes
  Modern,
  Base,
  Both
};

/// What is listed instead of compiled, and how.
enum class Listing : uint8_t {
  None,
  Places,              ///< -l
  Variables,           ///< -L
  Lines,               ///< --lines
  LinesWithVariables,  ///< --lines -v
  LinesAsJson          ///< --lines --json
};

struct CompileInput {
  std::string script_name;                     ///< as messages show it
  std::string script_text;                     ///< with the texts of -E
  std::vector<std::string> arguments;          ///< $1, @1 …
  std::map<std::string, std::string> defines;  ///< -D NAME=VALUE
  std::vector<std::string> tapset_dirs;        ///< our tapsets, then -I
  std::string working_folder;                  ///< relative paths in the script start here
  std::string runtime_headers;                 ///< OwnFiles::runtime, or -R
  std::string
      harness_prefix;  ///< the header of every harness; may have a precompiled one beside it
  std::string runtime_libraries;  ///< OwnFiles::compiled

  bool guru = false;              ///< -g
  bool keep_unused = false;       ///< -u
  bool explain_elision = false;   ///< -vvv: also what follows from earlier elisions
  bool timing = false;            ///< -t
  bool suppress_errors = false;   ///< --suppress-handler-errors
  bool display_globals = true;    ///< not --no-global-var-display
  bool portable = false;          ///< --portable
  std::string systemtap_version;  ///< --compatible, or the language level that we answer to

  std::string arch;               ///< uname's machine
  std::string kernel_release;     ///< the running kernel's, or -r
  std::string kernel_tree;        ///< -r /PATH: the build tree of that kernel; or ""
  bool kernel_is_named = false;   ///< -r is given: a vmlinux must be of that release
  bool kernel_is_running = true;  ///< kernel_release is the running kernel's
  std::string
      kernel_build_id;     ///< of the running kernel, which the result is bound to; "" with --btf
  std::string kernel_btf;  ///< --btf FILE, or the running kernel's, or that of kernel_vmlinux
  std::string
      kernel_vmlinux;  ///< --vmlinux FILE, or that of another kernel than the running one; or ""
  KernelFlavours flavours = KernelFlavours::ForThisKernel;
  Listing listing = Listing::None;

  std::string debuginfod_urls;  ///< $DEBUGINFOD_URLS; "": no server is asked for debug information
  std::string tool_library_path;  ///< $LD_LIBRARY_PATH of the compilers
  std::string coretap_build_id;   ///< another coretap may make something else of the same script

  /// All fields: what the key is made from. The assertion below holds it to be complete.
  auto fields() const {
    return std::tie(script_name, script_text, arguments, defines, tapset_dirs, working_folder,
                    runtime_headers, harness_prefix, runtime_libraries, guru, keep_unused,
                    explain_elision, timing, suppress_errors, display_globals, portable,
                    systemtap_version, arch, kernel_release, kernel_tree, kernel_is_named,
                    kernel_is_running, kernel_build_id, kernel_btf, kernel_vmlinux, flavours,
                    listing, debuginfod_urls, tool_library_path, coretap_build_id);
  }
};

namespace detail {

/// Stands for a value of any type, to count the members of an aggregate by initialising it.
struct AnyValue {
  template <typename T>
  operator T() const;
};

template <typename T, typename... Values>
consteval size_t count_members() {
  if constexpr (requires { T{Values{}..., AnyValue{}}; })
    return count_members<T, Values..., AnyValue>();
  else
    return sizeof...(Values);
}

}  // namespace detail

static_assert(std::tuple_size_v<decltype(CompileInput{}.fields())> ==
                  detail::count_members<CompileInput>(),
              "a member of CompileInput is missing in fields(): the cache would not see it");

}  // namespace coretap
