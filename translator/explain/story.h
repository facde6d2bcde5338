// What --explain tells of one script: its stages from the text to the code, and what of each came from what of the others.
//
// The story is facts: the positions that nodes and instructions have had since the parser, and the names, types and sizes that
// the passes found. The two ways to show it, page.h and text.h, ask nothing but this.
//
// Everything that can be chosen has an id, and `Links` says of it what it was made of. A script's line is made of nothing; a name
// in it comes from its line; a line of C from the names of the expression that it computes; and so on. So what a thing came from
// are its origins and theirs, and what became of it is what has it among its own.
//
// Text is as its authors wrote it. Who shows it makes it safe.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace coretap::explain {

/// A letter for the stage, and numbers: "s3", "f0_2". Unique in a story, and safe in HTML, CSS and JSON.
using Id = std::string;

class Links {
 public:
  /// `item` was made of `origin`, among other things. "" is not an origin.
  void add(const Id& item, const Id& origin) {
    if (!origin.empty() && origin != item) origins_[item].insert(origin);
  }
  void add(const Id& item, const std::set<Id>& origins) {
    for (const Id& origin : origins) add(item, origin);
  }
  const std::map<Id, std::set<Id>>& origins() const { return origins_; }

 private:
  std::map<Id, std::set<Id>> origins_;
};

// ------------------------------------------------------------------ Script

/// A name in a line, or a probe point. Of two in one line, one contains the other or they are apart.
struct Name {
  uint32_t begin = 0, end = 0;  ///< bytes of the line
  Id id;
};

struct ScriptLine {
  Id id;
  std::string text;
  std::vector<Name> names;  ///< by begin, the longer of two first
};

/// Text of a tapset that the script's names and probes brought in.
struct LibraryPiece {
  Id id;
  std::string kind;  ///< "function", "function for the kernel", "alias", …
  std::string name, file;
  uint32_t line = 0;  ///< of the file, where `lines` begins
  std::vector<std::string> lines;
};

// ------------------------------------------------------------------ Sites

struct SourceRow {
  uint32_t number = 0;
  std::string text;
  bool is_site = false;
};

struct Instruction {
  Id id;
  uint64_t address = 0;
  std::string bytes;  ///< hexadecimal digits, two a byte, with blanks
  std::string text;
  bool is_site = false;
};

struct Site {
  Id id;
  std::string point;  ///< as -l prints it
  std::string
      where;  ///< "0x1139, loop.c:12"; "" if it is not in code that debug information describes
  std::string why;                ///< a sentence
  std::string rows;               ///< lines about each row of the line table; or ""
  std::string file;               ///< of `source`
  std::vector<SourceRow> source;  ///< around the site; empty if the file is not there
  std::vector<Instruction> code;  ///< around the site
};

// ------------------------------------------------------------------ Variables

enum class Reach : uint8_t {
  Readable,
  InPart,      ///< at some of the line's sites
  Gone,        ///< the line's code sees it, and the compiler kept it nowhere that can be read
  NotInScope,  ///< the line's code does not see it
};

/// "readable", "partly readable", "gone", "not in scope"
const char* reach_text(Reach reach);

struct RibbonCell {
  uint32_t line = 0;
  Reach reach = Reach::Readable;
  std::string where;  ///< at the line's first site: "in register rax", or why not
  bool is_site = false;
};

struct LocationEntry {
  std::string range, where;
  bool holds = false;
};

/// A variable of the target at a site.
struct VariableRow {
  Id id;
  std::string name, point, type;
  std::string where;     ///< a clause: "in memory, at rbp - 20"
  std::string declared;  ///< a sentence, or ""
  std::vector<LocationEntry> entries;
  std::string function;  ///< whose lines the ribbon has
  std::vector<RibbonCell> ribbon;
};

// ------------------------------------------------------------------ Types

struct TypeRow {
  Id id;
  std::string name;
  std::string what;           ///< "global", "parameter of big", "local"
  std::string type;           ///< "long", "array of stats by (string, long)"
  uint32_t settled_line = 0;  ///< of the script, where the type was settled; 0: see `because`
  std::string because;        ///< the text there, or another reason
};

// ------------------------------------------------------------------ Two sides

struct Field {
  Id id;
  uint32_t bytes = 0;
  std::string name, kind;
};

/// A part of a handler that runs in user space.
struct UserPart {
  Id id;
  std::string lines;                 ///< "lines 3, 4"; "": a part of the tapsets
  std::vector<std::string> reasons;  ///< sentences
  uint32_t record_bytes = 0, head_bytes = 0;
  std::vector<Field> fields;
};

struct Handler {
  Id id;
  std::vector<std::string> points;  ///< of its sites
  std::string mechanism;            ///< "uprobe"; "": none, it runs in user space
  std::string kernel;               ///< a sentence about what runs in the kernel
  std::vector<UserPart> parts;
};

struct GlobalPlace {
  Id id;
  std::string name, place;
};

// ------------------------------------------------------------------ C

struct CodeLine {
  Id id;
  std::string text;
  uint32_t script_line = 0;  ///< that it was made for; 0: none of the user's script
};

struct Code {
  std::string title;
  std::vector<CodeLine> lines;
};

// ------------------------------------------------------------------ BPF

struct BpfInstruction {
  Id id;
  uint32_t index = 0;
  std::string text;
  std::string symbol;   ///< the map, variable or function that it means; or ""
  std::string helper;   ///< that it calls; or ""
  uint32_t c_line = 0;  ///< of the kernel's C; 0: none
};

struct HelperUse {
  std::string name, sentence;
  uint32_t calls = 0;
};

struct BpfProgram {
  Id id;
  std::string name, section;
  uint32_t slots = 0;  ///< of 8 bytes: a constant of 64 bits has two
  std::vector<BpfInstruction> code;
  std::vector<HelperUse> helpers;
};

// ------------------------------------------------------------------ Attach

struct AttachRow {
  Id id;
  std::vector<std::string> points;
  /// What is tried, in this order, in each form of the kernel object.
  std::vector<std::string> modern, base;
};

struct Story {
  std::string script_name;
  std::vector<ScriptLine> script;
  std::vector<LibraryPiece> library;
  std::vector<Site> sites;
  uint32_t more_sites = 0;  ///< that are not among `sites`, because there are so many
  std::vector<VariableRow> variables;
  std::vector<TypeRow> types;
  std::vector<Handler> handlers;
  std::vector<GlobalPlace> globals;
  std::vector<Code> code;
  std::vector<BpfProgram> programs;
  std::string no_programs;  ///< why there are none, as a clause; "": nothing runs in the kernel
  std::vector<AttachRow> attach;
  std::vector<std::string>
      base_obstacles;  ///< why there is no form for old kernels; empty: there is one
  Links links;
};

}  // namespace coretap::explain
