#include "run_remotely.h"

#include <unistd.h>

#include <iostream>
#include <memory>

#include "build/cache.h"
#include "build/work_folder.h"
#include "remote/remote_run.h"
#include "support/diagnostics.h"
#include "support/file.h"

namespace coretap {

namespace {

/// So many seconds without a sign of us end a run there. It is longer than a busy network or machine keeps silent, and far
/// shorter than TCP takes to find that the other side is gone.
constexpr unsigned kPatience = 120;

/// The options of a run, as a built binary takes them. What is about output is ours.
std::vector<std::string> arguments_of(const Options& o) {
  std::vector<std::string> words = {"--for-remote=" + std::to_string(kPatience)};
  auto add = [&](const char* letter, const std::string& value) {
    words.emplace_back(letter);
    words.push_back(value);
  };
  if (!o.command.empty()) add("-c", o.command);
  if (o.target_pid != 0) add("-x", std::to_string(o.target_pid));
  for (const auto& [name, value] : o.globals) add("-G", name + "=" + value);
  if (o.buffer_mb != 0) add("-s", std::to_string(o.buffer_mb));
  if (o.timeout_s != 0) add("-T", std::to_string(o.timeout_s));
  if (o.namespaces_of != 0)
    words.push_back("--target-namespaces=" + std::to_string(o.namespaces_of));
  if (!o.metrics.empty()) words.push_back("--metrics=" + o.metrics);
  if (o.output_json) words.emplace_back("--output=json");
  if (o.timing) words.emplace_back("-t");
  if (o.no_warnings) words.emplace_back("-w");
  for (int i = 0; i < o.verbose + o.pass_verbose[4]; i++) words.emplace_back("-v");
  return words;
}

/// The name of the session, as that of a run here.
std::string name_of(const Options& o) {
  std::string name = o.module_name.substr(o.module_name.rfind('/') + 1);
  if (name.ends_with(".ko")) name.resize(name.size() - 3);
  return name.empty() ? "stap_" + std::to_string(getpid()) : name;
}

}  // namespace

int run_remotely(const Options& options, const std::function<int(const Options&)>& translate) {
  Diagnostics diagnostics;
  diagnostics.write_json(options.output_json);
  std::string binary;
  const std::string name = name_of(options);
  {
    const std::unique_ptr<WorkFolder> folder = begin_private(diagnostics);
    diagnostics.flush(std::cerr);
    if (!folder) return 1;
    Options build = options;
    build.build = folder->path() + "/" + name;
    if (const int status = translate(build); status != 0) return status;
    ct::Result<std::string> bytes = read_file(build.build);
    if (!bytes) {
      diagnostics.error("cache-write", "the compiled script is lost: " + bytes.failure().text());
      diagnostics.flush(std::cerr);
      return 1;
    }
    binary = *std::move(bytes);
  }
  remote::Asked asked;
  asked.addresses = options.remotes;
  asked.prefix = options.remote_prefix;
  asked.output = options.output;
  asked.file_mb = options.file_mb;
  asked.file_count = options.file_count;
  asked.job = {binary, name, arguments_of(options)};
  return remote::run(asked, diagnostics);
}

}  // namespace coretap
