// A lesson as data: docs/lessons/NUMBER-NAME/lesson.txt. docs/adding.md says how one is written.
//
//     title: How often a function is called
//     answer: {calls}
//     hint nothing => Your script printed nothing.
//     hint equals {returns} => These are the returns.
//     hint otherwise => …
//     ---
//     The text and the task.
//
// A template is a text with {NAME} for each number that the workload knows. A lesson with a file workload.c beside it has a
// workload; its truth is what that writes to the file $CORETAP_TRUTH, lines `NAME=VALUE`.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "runtime/common/result.h"

namespace coretap::lessons {

/// When a wrong answer is told what.
struct Hint {
  enum When : uint8_t {
    Nothing,    ///< the script printed nothing
    Equals,     ///< it printed `pattern`
    More,       ///< it printed one number, and that is larger than `pattern`
    Less,       ///< the same, smaller
    Otherwise,  ///< none of those before
  } when = Otherwise;
  std::string pattern;  ///< a template
  std::string text;
};

struct Lesson {
  size_t number = 0;
  std::string folder;  ///< its path
  std::string title;
  bool has_workload = false;
  std::string answer;  ///< a template of the output that is right
  std::vector<Hint> hints;
  std::string text;
};

/// What a workload did, by name.
using Truth = std::map<std::string, std::string>;

/// The lessons in the folder, by number. Fails with a sentence if one of them cannot be read.
ct::Result<std::vector<Lesson>> read_lessons(const std::string& folder);

/// `NAME=VALUE` lines. Others are left out.
Truth read_truth(const std::string& text);

/// The template with its numbers put in. Fails with a sentence that names one that the truth does not have.
ct::Result<std::string> fill(const std::string& pattern, const Truth& truth);

/// What is wrong with a script's output: the text of the first hint that fits; "" if it is right.
ct::Result<std::string> judge(const Lesson& lesson, const std::string& output, const Truth& truth);

}  // namespace coretap::lessons
