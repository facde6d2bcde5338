#include "support/internal_error.h"

#include <cstdlib>
#include <iostream>

namespace coretap {

void internal_error(const std::string& what) {
  std::cerr << "ERROR: internal error: " << what
            << "\n        this is a bug in coretap; please report it with the script" << std::endl;
  abort();
}

}  // namespace coretap
