// `coretap --language-server`: the Language Server Protocol 3.17 on standard input and output.
#pragma once

#include <iosfwd>

#include "language_server/services.h"

namespace coretap::language_server {

/// Serves until the client says "exit" or closes its end. Returns the exit status: 0 if it said "shutdown" before, else 1. What is no
/// such stream ends it with one message to `messages`.
int serve(Services services, int in, int out, std::ostream& messages);

}  // namespace coretap::language_server
