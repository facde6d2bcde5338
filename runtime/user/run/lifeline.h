// --for-remote: standard input is the line to the coretap that started this run on another machine.
//
// It sends a byte when the script may begin, one every few seconds so that we know that it is there, and 'i' for each
// Ctrl-C. If the connection breaks, the line ends or is silent, and the run ends as by SIGHUP: probes are detached, nothing stays.
#pragma once

namespace ct {

/// Waits until the script may begin. From then on a thread looks at the line, and standard input is empty for the session and for
/// the command of -c. False: the line ended, and there is nothing to run. Call it before signals are taken over and before
/// anything is forked.
bool begin_with_lifeline(unsigned patience_s);

}  // namespace ct
