// Where the cache is.
#pragma once

#include <string>

namespace coretap {

/// $CORETAP_CACHE_DIR; else $XDG_CACHE_HOME/coretap; else ~/.cache/coretap. XDG_CACHE_HOME and HOME
/// are often another user's, left over from before `sudo -E` or `su -m`: where they name a folder that
/// is not the effective user's, the home of the password database is taken, and so it is where
/// they are not set, or HOME is not there. "" if there is no such home.
std::string cache_folder_path();

}  // namespace coretap
