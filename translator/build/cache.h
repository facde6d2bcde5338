// The cache of compiled scripts and of listings: one folder for each CompileInput, named by its hash, with the artifacts and
// a record (manifest.h). A hit needs one hash, the record, the hashes of small files, and a question to the file
// system for each look-up: nothing is parsed.
//
// An entry is code that coretap loads, often as root. So the folder, the entry and each file are used only if
// nobody else can have written them (trusted_folder.h), and through the descriptors that were
// checked. Entries appear by rename of a finished folder, so a reader never sees half of one.
#pragma once

#include <memory>
#include <string>

#include "build/artifacts.h"
#include "build/trusted_folder.h"
#include "build/work_folder.h"
#include "runtime/common/result.h"
#include "support/diagnostics.h"
#include "support/lookups.h"

namespace coretap {

class Cache {
 public:
  /// The cache at `path`; "": there is no place for one. Opens it if it is there.
  explicit Cache(std::string path);

  /// The entry's files if it is there, whole, ours, and true today; null if there is none. Fails with a clause if
  /// there is one that cannot be used. An entry that somebody else may have written is warned of.
  ct::Result<std::unique_ptr<Artifacts>> find(const std::string& key, const Lookups& lookups,
                                              Diagnostics& warnings);

  /// A folder to compile into: in the cache, so that it can become an entry, or elsewhere, after a warning,
  /// if the cache cannot be used. Null after reporting.
  std::unique_ptr<WorkFolder> begin(Diagnostics& diagnostics);

  /// Makes what is in `work` the entry of `key`, if it was made in the cache; `work` then stays, under its
  /// new name. Else, or on failure, `work` is as it was: good to run, but not kept.
  ct::Status commit(WorkFolder& work, const Artifacts& artifacts, const std::string& key,
                    const Lookups& lookups) const;

  std::string entry_path(const std::string& key) const { return path_ + "/" + key; }

 private:
  std::string path_;
  TrustedFolder folder_;
  bool makes_entry_ = false;  ///< the folder of begin() is in the cache
};

/// A folder to compile into that will not be kept (--build, --disable-cache). Null after reporting.
std::unique_ptr<WorkFolder> begin_private(Diagnostics& diagnostics);

}  // namespace coretap
