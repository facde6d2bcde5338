// Where --remote runs a script.
#pragma once

#include <string>

#include "runtime/common/result.h"

namespace coretap::remote {

/// One machine, as --remote names it.
struct Address {
  std::string text;     ///< as it was given: the name in messages
  bool direct = false;  ///< this machine, without ssh
  std::string host;     ///< "USER@HOST" or "HOST", which ssh takes
  std::string port;     ///< "" for ssh's own choice
};

/// Takes `[ssh://][USER@]HOST[:PORT]` or `direct:` apart; an IPv6 address with a port stands in brackets. Fails with a clause
/// that says what is wrong.
ct::Result<Address> parse_address(const std::string& text);

}  // namespace coretap::remote
