#include "support/vmlinux_places.h"

namespace coretap {

std::vector<std::string> vmlinux_places(const std::string& release, const std::string& build_tree) {
  if (!build_tree.empty()) return {build_tree + "/vmlinux"};
  return {
      "/usr/lib/debug/boot/vmlinux-" + release,              // Debian, Ubuntu
      "/usr/lib/debug/lib/modules/" + release + "/vmlinux",  // Fedora, Red Hat
      "/usr/lib/debug/boot/vmlinux-" + release + ".debug",   // SUSE
      "/lib/modules/" + release + "/vmlinux",
      "/lib/modules/" + release + "/build/vmlinux",  // a kernel that was built here
      "/boot/vmlinux-" + release,
  };
}

}  // namespace coretap
