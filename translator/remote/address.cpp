#include "remote/address.h"

#include <algorithm>
#include <cctype>

namespace coretap::remote {

namespace {

bool is_port(const std::string& text) {
  const bool digits =
      !text.empty() && text.size() <= 5 &&
      std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
  return digits && std::stoi(text) >= 1 && std::stoi(text) <= 65535;
}

/// What ssh could take for an option, or a shell for more than a word, is not the name of a host.
bool is_host(const std::string& text) {
  return !text.empty() && text[0] != '-' && text.find("@-") == std::string::npos &&
         !text.ends_with('@') && !text.starts_with('@') &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return std::isalnum(c) || c >= 0x80 ||
                  std::string("@._-:%+").find(static_cast<char>(c)) != std::string::npos;
         });
}

}  // namespace

ct::Result<Address> parse_address(const std::string& text) {
  Address address;
  address.text = text;
  if (text == "direct" || text == "direct:" || text == "direct://") {
    address.direct = true;
    return address;
  }
  std::string rest = text;
  if (const size_t scheme = text.find("://"); scheme != std::string::npos) {
    if (text.substr(0, scheme) != "ssh")
      return ct::Status("'" + text + "' begins with '" + text.substr(0, scheme) +
                        "://': only ssh:// and direct: are possible");
    rest = text.substr(scheme + 3);
    if (rest.ends_with('/')) rest.pop_back();
  }
  if (rest.starts_with("unix:") || rest.starts_with("libvirt:"))
    return ct::Status("'" + text + "' is not reached by ssh: only ssh:// and direct: are possible");
  // "[::1]:22", with a user before it or not; an address without brackets has no port.
  const size_t open = rest.find('['), close = rest.find(']');
  if (open != std::string::npos && close != std::string::npos && close > open &&
      (open == 0 || rest[open - 1] == '@')) {
    const std::string behind = rest.substr(close + 1);
    address.host = rest.substr(0, open) + rest.substr(open + 1, close - open - 1);
    if (!behind.empty() && behind[0] != ':') return ct::Status("'" + text + "' is not a host");
    if (!behind.empty()) address.port = behind.substr(1);
    if (!behind.empty() && !is_port(address.port))
      return ct::Status("'" + address.port + "' is not a port, which is a number up to 65535");
  } else {
    const size_t colon = rest.find(':');
    const bool has_port =
        colon != std::string::npos && rest.find(':', colon + 1) == std::string::npos;
    address.host = has_port ? rest.substr(0, colon) : rest;
    if (has_port) address.port = rest.substr(colon + 1);
    if (has_port && !is_port(address.port))
      return ct::Status("'" + address.port + "' is not a port, which is a number up to 65535");
  }
  if (!is_host(address.host))
    return ct::Status("'" + text + "' is not a host: [ssh://][USER@]HOST[:PORT]");
  return address;
}

}  // namespace coretap::remote
