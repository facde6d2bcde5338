#include <stdio.h>

#include <iostream>
#include <new>

#include "complete.h"
#include "doctor.h"
#include "driver.h"
#include "examples.h"
#include "format_scripts.h"
#include "help.h"
#include "options.h"
#include "runtime/user/run/startup.h"
#include "serve_editor.h"

namespace {

int run(int argc, char** argv) {
  ct::open_standard_descriptors();
  if (ct::is_set_id()) {
    std::cerr << "ERROR [set-id]: " << ct::kSetIdRefused << '\n';
    return 1;
  }
  coretap::Options options;
  if (!coretap::parse_options(argc, argv, options, std::cerr)) return 1;
  coretap::choose_colors(options.color);
  using Mode = coretap::Options::Mode;
  switch (options.mode) {
    case Mode::Help: coretap::print_help(std::cout); return 0;
    case Mode::Version: coretap::print_version(std::cout); return 0;
    case Mode::ListExamples: return coretap::list_examples(std::cout, std::cerr);
    case Mode::Doctor: return coretap::examine(std::cout);
    case Mode::Format: return coretap::format_scripts(options, std::cout, std::cerr);
    case Mode::LanguageServer: return coretap::serve_editor(options, std::cerr);
    case Mode::Complete: coretap::complete(options.arguments, std::cout); return 0;
    case Mode::DumpOptions: coretap::dump_options(std::cout); return 0;
    default: return coretap::drive(options);
  }
}

}  // namespace

namespace {

/// What a list, a page or a script was printed for is not done if it is not whole: a full disk, for one.
int with_output_written(int status) {
  if (std::cout.flush() && fflush(stdout) == 0 && !ferror(stdout)) return status;
  std::cerr << "ERROR [output-write]: cannot write all of the output to standard output (is the "
               "disk full?)\n";
  return status != 0 ? status : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return with_output_written(run(argc, argv));
  } catch (const std::bad_alloc&) {
    std::cerr
        << "ERROR [no-memory]: there is not enough memory (ulimit -v, or the machine's own)\n";
    return 1;
  }
}
