// The record of a cache entry, a text file in it:
//
//   coretap cache 2
//   made harness.so 17520 5f0c…          size and hash of each artifact
//   ask file /usr/bin/prog\t66306 …      a question of the compilation and its answer (support/lookups.h)
//   end 9b1e…                            hash of all lines before
//
// An entry that was damaged, by a power loss or a full disk, does not agree with its record and is compiled anew.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "build/artifacts.h"
#include "runtime/common/result.h"
#include "support/lookups.h"

namespace coretap {

constexpr const char* kManifest = "manifest";

std::string write_manifest(const Artifacts& artifacts, const Lookups& lookups);

/// Does the record agree with the artifacts, and would every question get the same answer today? If
/// not, fails with a clause that says what differs.
ct::Status check_manifest(const std::string& manifest, const Artifacts& artifacts,
                          const Lookups& lookups);

}  // namespace coretap
