#include <iostream>

#include "driver.h"
#include "options.h"

int main(int argc, char** argv) {
  coretap::Options options;
  if (!coretap::parse_options(argc, argv, options, std::cerr)) return 1;
  if (options.mode == coretap::Options::Mode::Help) {
    coretap::print_help(std::cout);
    return 0;
  }
  if (options.mode == coretap::Options::Mode::Version) {
    coretap::print_version(std::cout);
    return 0;
  }
  return coretap::drive(options);
}
