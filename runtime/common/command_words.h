// The command of -c as words. stap runs a plain command itself and leaves one with shell syntax to `sh -c`; so do we, because
// target() must be the command's own process whenever that is possible. (stap uses wordexp(3), which drags name
// services into a static binary.)
#pragma once

#include <string.h>

#include <string>
#include <vector>

namespace ct {

/// Splits a command into words at spaces, with quotes and backslashes. Returns false if only a shell can run it (pipes,
/// redirections, expansions, …) or a quote is not closed.
inline bool split_command(const std::string& command, std::vector<std::string>& words) {
  std::string word;
  bool in_word = false;
  char quote = 0;
  for (size_t i = 0; i < command.size(); ++i) {
    char c = command[i];
    if (quote == '\'') {
      if (c == '\'')
        quote = 0;
      else
        word += c;
    } else if (c == '\\' && i + 1 < command.size()) {
      char next = command[++i];
      if (quote == '"' && !strchr("\"\\$`", next)) word += '\\';
      word += next;
      in_word = true;
    } else if (c == '$' || c == '`') {
      return false;
    } else if (quote == '"') {
      if (c == '"')
        quote = 0;
      else
        word += c;
    } else if (c == '\'' || c == '"') {
      quote = c;
      in_word = true;
    } else if (c == ' ' || c == '\t') {
      if (in_word) words.push_back(word);
      word.clear();
      in_word = false;
    } else if (strchr("|&;<>()\n*?[]{}~#!=", c) && (c != '=' || words.empty())) {
      return false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (in_word) words.push_back(word);
  return quote == 0 && !words.empty();
}

}  // namespace ct
