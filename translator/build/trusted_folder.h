// Folders in which nobody but the caller and root can have put anything.
//
// What the cache holds is code that coretap loads, often as root. A folder is trusted if, on the
// whole way from / to it, every folder belongs to the caller or to root and can be written by
// nobody else (others may write to a sticky folder on the way, /tmp, but cannot rename what is
// not theirs there), and if the folder itself is the caller's and is not a symbolic link. The way
// is walked with descriptors (openat with O_NOFOLLOW), so what was checked is what is used: the
// result is the open folder, and files in it are opened relative to it.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/common/result.h"
#include "support/descriptor.h"

namespace coretap {

enum class FolderState : uint8_t {
  Trusted,
  Missing,    ///< it, or a folder on the way, does not exist
  Untrusted,  ///< somebody else may have written to it
  Unusable,   ///< an error of the file system
};

struct TrustedFolder {
  FolderState state = FolderState::Unusable;
  Descriptor fd;    ///< of a trusted folder
  std::string why;  ///< else: a clause that names the folder at fault
};

enum class IfMissing : bool { Report, Create };
enum class Owner : uint8_t {
  Caller,  ///< for what we keep: the caller's own, written by nobody else
  MayBeShared  ///< for a folder to make a folder in, as /tmp: root's, and others may write if it is sticky
};

/// Opens `path`. What is created on the way gets mode 0700 whatever the umask is.
TrustedFolder open_trusted_folder(const std::string& path, IfMissing if_missing,
                                  Owner owner = Owner::Caller);

/// Opens the file `name` of a trusted folder for reading if it is a regular file of the caller that
/// nobody else can write and that has no other name (hard link). Else fails with a clause.
ct::Result<Descriptor> open_trusted_file(int folder, const char* name);

/// The same for a folder in a trusted folder.
TrustedFolder open_trusted_subfolder(int folder, const char* name);

/// A fresh folder of mode 0700 in `folder`, with an unpredictable name that begins with `prefix`.
/// Its name is in `name`; on failure none, with errno set.
Descriptor make_fresh_folder(int folder, const char* prefix, std::string& name);

/// Removes the file or the folder with all that is in it, never following a link.
void remove_tree(int folder, const char* name);

}  // namespace coretap
