// `coretap --complete WORD…`: what the shells' completion asks (translator/completion).
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace coretap {

/// `words` are those of a command line up to the cursor, without coretap's name and without quotes; the last one, which may be "",
/// is to be completed. Writes a line that says how, then a line for each candidate, with a tab and a description behind some:
///
///   words     the candidates, each followed by a blank
///   parts     the candidates, which may go on
///   files, folders, commands    what the shell itself knows of these
///
/// A candidate is the whole word, or of --NAME=VALUE the value.
void complete(std::vector<std::string> words, std::ostream& out);

}  // namespace coretap
