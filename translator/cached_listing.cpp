#include "cached_listing.h"

#include <iostream>
#include <sstream>

#include "build/cache_place.h"
#include "build/hash.h"
#include "line_listing.h"
#include "listing.h"
#include "pass_timer.h"
#include "support/colors.h"
#include "support/file.h"

namespace coretap {

CachedListing::CachedListing(const Options& options, const CompileInput& input,
                             const Lookups& lookups, const PassNotes& notes)
    : o_(options), input_(input), lookups_(lookups), notes_(notes) {}

bool CachedListing::show() {
  if (input_.listing == Listing::None || o_.no_cache || !o_.dump.empty() || o_.last_pass == 1)
    return false;
  PassTimer timer;
  Diagnostics warnings;
  warnings.suppress_warnings(o_.no_warnings);
  cache_ = std::make_unique<Cache>(cache_folder_path());
  key_ = cache_key(input_);
  if (o_.poison_cache) return false;
  ct::Result<std::unique_ptr<Artifacts>> found = cache_->find(key_, lookups_, warnings);
  warnings.flush(std::cerr);
  if (!found) notes_.say("Pass 2: the cached listing is not used: " + found.failure().text(), 2);
  if (!found || !*found || !(**found)[Artifact::Listing].is_there()) return false;
  const Artifacts& kept = **found;
  if (!o_.no_warnings)
    std::cerr << colored(kept[o_.verbose > 0 ? Artifact::AllWarnings : Artifact::Warnings].bytes());
  std::cout << kept[Artifact::Listing].bytes() << std::flush;
  notes_.say("Pass 2: using cached " + cache_->entry_path(key_) + "/" +
             file_name(Artifact::Listing) + " in " + timer.elapsed());
  return true;
}

int CachedListing::make(Program& program, probes::ResolveContext& context) {
  ListingOutput out;
  const bool is_of_lines = o_.mode == Options::Mode::ListLines;
  const int status = is_of_lines
                         ? list_lines(program, {o_.verbose > 0, o_.lines_as_json}, out)
                         : list_probes(program, context, input_.listing == Listing::Variables, out);
  if (status == 0 && out.kept()) keep(*out.kept(), context.diagnostics);
  context.leave_objects_open();
  return status;
}

void CachedListing::keep(const std::string& text, const Diagnostics& diagnostics) {
  constexpr std::chrono::milliseconds kWorthKeeping(20);
  if (!cache_ || std::chrono::steady_clock::now() - begin_ < kWorthKeeping) return;
  std::cout.flush();
  if (!std::cout) return;
  if (ct::Status kept = write(text, diagnostics); !kept)
    notes_.say("Pass 2: the listing is not kept in the cache: " + kept.text(), 2);
}

ct::Status CachedListing::write(const std::string& text, const Diagnostics& diagnostics) {
  Diagnostics of_cache;  // that there is no cache matters to scripts, which take seconds to compile
  std::unique_ptr<WorkFolder> work = cache_->begin(of_cache);
  if (!work) return ct::Status("there is no place to write");
  ct::Status written = write_file_at(work->fd(), file_name(Artifact::Listing), text);
  for (bool all_similar : {false, true}) {
    std::ostringstream warnings;
    diagnostics.write_warnings(warnings, all_similar);
    const Artifact artifact = all_similar ? Artifact::AllWarnings : Artifact::Warnings;
    if (written && !warnings.str().empty())
      written = write_file_at(work->fd(), file_name(artifact), warnings.str());
  }
  if (!written) return written;
  ct::Result<std::unique_ptr<Artifacts>> artifacts = Artifacts::open(work->fd());
  if (!artifacts) return artifacts.failure();
  return cache_->commit(*work, **artifacts, key_, lookups_);
}

}  // namespace coretap
