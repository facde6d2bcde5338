// The number of files that this process may have open.
#pragma once

#include <stddef.h>

namespace ct {

/// Makes room for `more` file descriptors besides those that any session needs: a link of the older
/// kind takes two, and a shell's soft limit of 1,024 ends after 500 probes. Takes as many as it may
/// where that is fewer (getrlimit(2), RLIMIT_NOFILE). To be called when the target has been started,
/// which is to have the limit that the user gave.
void make_room_for_files(size_t more);

/// What a message says where files are what is missing.
constexpr char kNoRoomForFiles[] =
    "it takes more open files than this process may have (raise it: ulimit -n)";

/// Could another event with its link be opened?
bool room_for_a_probe();
/// Could so many more files be opened?
bool room_for_files(size_t count);

}  // namespace ct
