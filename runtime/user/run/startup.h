// What main() of coretap and of every built binary does before anything else.
#pragma once

namespace ct {

/// Opens /dev/null for each of the descriptors 0, 1 and 2 that is closed. Otherwise the next file, or BPF map, that is
/// opened would get that number, and output would go there.
void open_standard_descriptors();

/// Does the program run with rights that its caller does not have, because its file is set-user-ID or
/// set-group-ID (AT_SECURE of getauxval(3), and different ids)? Then it must do nothing: -c, -o and system() would be done
/// with these rights. File capabilities change no id; commands that it starts do not get them.
bool is_set_id();

/// The sentence for it.
extern const char* const kSetIdRefused;

}  // namespace ct
