// Every option of coretap, once: the parser, `--help`, coretap(1) and the shells' completion are made of this table.
#pragma once

#include <vector>

namespace coretap {

/// Options without a letter; the others are known by theirs.
enum LongOnly {
  kBuild = 1000,
  kBtf,
  kVmlinux,
  kPortable,
  kExplainNeeds,
  kExplain,
  kAccounts,
  kOutput,
  kTargetNamespaces,
  kMetrics,
  kRemote,
  kRemotePrefix,
  kLines,
  kJson,
  kWhy,
  kLesson,
  kDumpFunctions,
  kDumpProbeTypes,
  kDumpProbeAliases,
  kDumpOptions,
  kComplete,
  kColor,
  kExample,
  kDoctor,
  kFormat,
  kInPlace,
  kLanguageServer,
  kDisableCache,
  kPoisonCache,
  kVp,
  kCompatible,
  kNoGlobals,
  kRuntime,
  kPrivilege,
  kSuppressErrors,
  kSuppressTimeLimits,
  kNoEffect,
  kRefused,
};

/// Under which heading an option is shown.
enum class OptionGroup {
  Run,
  Build,
  Look,
  NoEffect,  ///< taken for stap's sake: not in --help, but in coretap(1)
  Refused,   ///< of stap, and impossible here: the text says why
  Hidden,    ///< for coretap's own files: shown nowhere
};

/// What an option's value is, for the shells' completion.
enum class OptionValue {
  None,
  Text,
  File,
  Folder,
  Command,
  Process,
  ProbePoint,
  Object,
  Script,
  Words
};

struct OptionRow {
  int code;          ///< the letter, or a LongOnly
  const char* name;  ///< without its dashes; null: only the letter
  OptionGroup group;
  OptionValue value;
  const char* value_name;  ///< "FILE"; "[WHEN]": it may be left out; null: there is none
  const char* text;        ///< one sentence or more, without a capital, without a dot at the end
  const char* words = "";  ///< what a value of the kind Words may be, by blanks
};

/// Has it a letter?
inline bool has_letter(const OptionRow& row) { return row.code < kBuild; }
/// May its value be left out?
inline bool has_optional_value(const OptionRow& row) {
  return row.value_name && row.value_name[0] == '[';
}

/// In the order in which they are shown.
const std::vector<OptionRow>& option_table();

}  // namespace coretap
