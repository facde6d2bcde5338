// The cache of compiled scripts. An entry is a folder named by a hash of everything on the
// command line that changes what is compiled, the script's text among it; inside, `manifest`
// lists the files that the compilation read (tapsets, probed programs, their debug files, the
// kernel's BTF) with size and time. A hit needs one hash and a few stat calls: no parsing.
//
// Entries appear by rename of a finished folder, so a reader never sees half of one.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace coretap {

class Cache {
 public:
  /// $CORETAP_CACHE_DIR, $XDG_CACHE_HOME/coretap, or ~/.cache/coretap.
  static std::string default_dir();

  explicit Cache(std::string dir) : dir_(std::move(dir)) {}

  /// Hash of `parts`, each with its length, as hex.
  static std::string key(const std::vector<std::string>& parts);

  /// The entry's folder if it is there and still valid, else "".
  std::string find(const std::string& key) const;

  /// A new empty folder to compile into, in the cache so that it can be renamed. On failure ""
  /// with the reason in `error`.
  std::string begin(std::string& error) const;

  /// Writes the manifest into `work`, and renames it to be the entry of `key`. Returns the entry's folder,
  /// or "" with the reason in `error`.
  std::string commit(const std::string& work, const std::string& key,
                     const std::set<std::string>& dependencies, std::string& error) const;

  /// Removes a folder made by begin().
  static void discard(const std::string& work);

 private:
  std::string dir_;
};

/// Writes a whole file; false with errno's text in `error`, and no file left behind.
bool write_file(const std::string& path, const std::string& text, std::string& error);
/// Reads a whole file; false with errno's text in `error`.
bool read_file(const std::string& path, std::string& text, std::string& error);

}  // namespace coretap
