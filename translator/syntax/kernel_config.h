// The configuration that the kernel was built with, for CONFIG_X in %( … %) conditions.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/lookups.h"

namespace coretap {

/// Read when it is first asked for, from the first of its places that can be read.
class KernelConfig {
 public:
  /// `places`: files in the format of .config, also compressed by gzip. Which of them were looked at
  /// is recorded in `lookups`, if that is not null.
  explicit KernelConfig(std::vector<std::string> places, Lookups* lookups = nullptr)
      : places_(std::move(places)), lookups_(lookups) {}

  /// What is known without a file.
  explicit KernelConfig(std::map<std::string, std::string> values)
      : tried_(true), path_("given"), values_(std::move(values)) {}

  /// Was there a file to read?
  bool known();
  /// "y", "m", a number, or a text with its quotes as stap sees it; "" if it is not set.
  std::string value(const std::string& name);
  /// The file that was read, or "".
  const std::string& path() const { return path_; }
  const std::vector<std::string>& places() const { return places_; }

 private:
  void read();
  bool read_file(const std::string& path);

  std::vector<std::string> places_;
  Lookups* lookups_ = nullptr;
  bool tried_ = false;
  std::string path_;
  std::map<std::string, std::string> values_;
};

/// Where the configuration of kernel `release` may be; of the build tree `tree` if that is given.
std::vector<std::string> kernel_config_places(const std::string& release, const std::string& tree,
                                              bool is_running);

}  // namespace coretap
