// The cache does not grow for ever.
#pragma once

namespace coretap {

/// Housekeeping after a new entry, at most once in a while, in the open cache folder `folder`:
/// - what killed runs left (`new-…`, older than a day) goes;
/// - if the entries are larger than the limit together, those used least recently go. The limit, in
///   MiB, is $CORETAP_CACHE_MB_LIMIT, else what the file `cache_mb_limit` in the folder says, else 256; the
///   pause in seconds is in the file `cache_clean_interval_s`, else 300. The files and numbers are stap's.
/// Only what coretap has made is counted and removed.
void limit_cache(int folder);

}  // namespace coretap
