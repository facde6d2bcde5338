// The learner's answer in an editor: a file that begins with the task.
#pragma once

#include <string>

#include "lessons/lesson.h"
#include "runtime/common/result.h"

namespace coretap::lessons {

/// The command of the user's editor, for a shell: $VISUAL or $EDITOR. "" if there is none, or if nobody sits at a terminal.
std::string editor();

/// The file of an answer, in the current folder. It is the learner's: it stays.
std::string answer_file(const Lesson& lesson);

/// Makes the answer's file, with the task as its comment, unless it is there already. Fails with errno's text.
ct::Status begin_answer(const Lesson& lesson);

/// Opens the answer's file in the editor and waits for its end. Fails with a sentence if the editor does.
ct::Status edit_answer(const std::string& editor, const Lesson& lesson);

}  // namespace coretap::lessons
