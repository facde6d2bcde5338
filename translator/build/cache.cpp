#include "build/cache.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cerrno>

#include "build/cache_limit.h"
#include "build/manifest.h"
#include "support/file.h"

namespace coretap {

namespace {

/// The cache's limit removes what was used least recently: the folder's time says when that was.
void mark_used(int entry) {
  constexpr time_t kOften = 60;  // seconds: a script in a loop need not write each time
  struct stat status;
  if (fstat(entry, &status) == 0 && time(nullptr) - status.st_mtime >= kOften)
    futimens(entry, nullptr);
}

/// Puts the file's contents on the disk; the name follows only then (rename).
ct::Status sync_file(int folder, const char* name) {
  Descriptor file(openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  return file && fdatasync(file.get()) == 0 ? ct::Status() : ct::Status::of_errno(errno);
}

/// Makes `from` the entry `to`. A stale entry, or one that another coretap has just finished, changes places with ours and
/// goes.
ct::Status put_in_place(int folder, const std::string& from, const std::string& to) {
  if (renameat2(folder, from.c_str(), folder, to.c_str(), RENAME_NOREPLACE) == 0) return {};
  if (errno == EEXIST &&
      renameat2(folder, from.c_str(), folder, to.c_str(), RENAME_EXCHANGE) == 0) {
    remove_tree(folder, from.c_str());
    return {};
  }
  // A file system without these flags (NFS) says EINVAL: then the place is empty for a moment.
  if (errno != EINVAL) return ct::Status::of_errno(errno);
  remove_tree(folder, to.c_str());
  bool renamed = renameat(folder, from.c_str(), folder, to.c_str()) == 0;
  return renamed ? ct::Status() : ct::Status::of_errno(errno);
}

/// Writes the record, and puts it and the artifacts on the disk.
ct::Status write_entry(int folder, const Artifacts& artifacts, const Lookups& lookups) {
  ct::Status written = write_file_at(folder, kManifest, write_manifest(artifacts, lookups));
  for (size_t i = 0; i < kArtifacts && written; i++)
    if (artifacts[static_cast<Artifact>(i)].is_there())
      written = sync_file(folder, kArtifactNames[i]);
  return written ? sync_file(folder, kManifest) : written;
}

}  // namespace

Cache::Cache(std::string path) : path_(std::move(path)) {
  if (path_.empty())
    folder_.why = "there is no home folder to keep it in";
  else
    folder_ = open_trusted_folder(path_, IfMissing::Report);
}

ct::Result<std::unique_ptr<Artifacts>> Cache::find(const std::string& key, const Lookups& lookups,
                                                   Diagnostics& warnings) {
  if (folder_.state != FolderState::Trusted) return nullptr;
  TrustedFolder entry = open_trusted_subfolder(folder_.fd.get(), key.c_str());
  if (entry.state == FolderState::Untrusted)
    warnings
        .warning("cache-untrusted", Span{},
                 "what is cached is not used: in '" + path_ + "', " + entry.why)
        .hint("only what you alone can write is used; it is made anew");
  if (entry.state == FolderState::Missing) return nullptr;
  if (entry.state != FolderState::Trusted) return ct::Status(entry.why);
  ct::Result<Descriptor> record = open_trusted_file(entry.fd.get(), kManifest);
  if (!record) return record.failure();
  ct::Result<std::string> manifest = read_all(record->get());
  if (!manifest) return manifest.failure();
  ct::Result<std::unique_ptr<Artifacts>> artifacts = Artifacts::open(entry.fd.get());
  if (!artifacts) return artifacts;
  if (ct::Status agrees = check_manifest(*manifest, **artifacts, lookups); !agrees) return agrees;
  mark_used(entry.fd.get());
  return artifacts;
}

std::unique_ptr<WorkFolder> Cache::begin(Diagnostics& diagnostics) {
  if (folder_.state == FolderState::Missing)
    folder_ = open_trusted_folder(path_, IfMissing::Create);
  std::string why = folder_.why;
  if (folder_.state == FolderState::Trusted) {
    Descriptor parent(fcntl(folder_.fd.get(), F_DUPFD_CLOEXEC, 0));
    auto work = WorkFolder::make(std::move(parent), path_, "new-");
    makes_entry_ = static_cast<bool>(work);
    if (work) return *std::move(work);
    why = work.failure().text();
  }
  if (folder_.state == FolderState::Untrusted)
    diagnostics.warning("cache-untrusted", Span{}, "the cache is not used: " + why)
        .hint(
            "it must be a folder of your own that nobody else can write; remove it, or set "
            "CORETAP_CACHE_DIR to another");
  else
    diagnostics
        .warning("cache-disabled", Span{},
                 "the cache cannot be used: " + why + ", disabling cache support")
        .hint("to have one, set CORETAP_CACHE_DIR to a folder that you can write");
  return begin_private(diagnostics);
}

std::unique_ptr<WorkFolder> begin_private(Diagnostics& diagnostics) {
  auto work = WorkFolder::make_private();
  if (work) return *std::move(work);
  diagnostics.error("cache-write", "there is no folder to compile in: " + work.failure().text())
      .hint("set TMPDIR to a folder of your own that you can write and that has room");
  return nullptr;
}

ct::Status Cache::commit(WorkFolder& work, const Artifacts& artifacts, const std::string& key,
                         const Lookups& lookups) const {
  if (!makes_entry_) return {};
  if (ct::Status settled = lookups.settled(); !settled) return settled;
  ct::Status kept = write_entry(work.fd(), artifacts, lookups);
  if (kept) kept = put_in_place(folder_.fd.get(), work.name(), key);
  if (!kept) return kept;
  work.keep_as(key, entry_path(key));
  limit_cache(folder_.fd.get());
  return {};
}

}  // namespace coretap
