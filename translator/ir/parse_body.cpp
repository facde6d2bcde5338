// The indentation says which block an instruction is in. What follows the name of an operation depends on it, as in
// Printer::attributes().
#include "ir/parse_body.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "ir/parse_values.h"
#include "ir/words.h"

namespace coretap::ir {

namespace {

bool is_temporary(const std::string& name) {
  return name.size() > 1 && name[0] == 't' &&
         std::all_of(name.begin() + 1, name.end(), [](unsigned char c) { return std::isdigit(c); });
}

/// The local that "name.3" or "t3" names; it may be new.
LocalId local_named(const std::string& text, Body& body) {
  size_t dot = text.rfind('.');
  std::string name = text.substr(0, dot);
  std::string number = dot == std::string::npos ? text.substr(1) : text.substr(dot + 1);
  if (number.empty() || number.find_first_not_of("0123456789") != std::string::npos ||
      (dot == std::string::npos && !is_temporary(text)))
    fail("'" + text + "' is not a local");
  auto id = static_cast<LocalId>(std::stoul(number));
  while (body.locals.size() <= id)
    body.locals.push_back(
        {"t" + std::to_string(body.locals.size()), {Ty::Long}, Local::Origin::Temporary});
  Local& l = body.locals[id];
  l.name = name;
  l.origin = is_temporary(name) ? Local::Origin::Temporary : Local::Origin::Variable;
  return id;
}

/// "name.3: string<8>"
void declare(LineReader& line, Body& body) {
  LocalId id = local_named(line.word(), body);
  line.expect(":");
  body.locals[id].type = read_type(line);
}

class BodyReader {
 public:
  BodyReader(TextReader& text, const Module& module, Side side, Body& body)
      : text_(text), module_(module), side_(side), body_(body) {}

  void run() {
    for (; text_.begins_with("  local "); text_.advance()) {
      LineReader line(text_.line());
      line.expect("local");
      declare(line, body_);
      line.expect_end();
    }
    body_.block = block(1);
  }

 private:
  LocalId local(const std::string& text) { return local_named(text, body_); }

  Block block(size_t depth) {
    Block out;
    while (!text_.at_end() && text_.indentation() == depth * 2 && !text_.line().empty()) {
      Inst inst = instruction(LineReader(text_.line()));
      text_.advance();
      inst.blocks.resize(block_words(inst.op).size());
      // A word that names a block stands one column to the right of its instruction.
      while (text_.indentation() == depth * 2 + 1) {
        Block& inner = inst.blocks[block_index(inst.op, text_.line().substr(depth * 2 + 1))];
        text_.advance();
        inner = block(depth + 1);
      }
      out.push_back(std::move(inst));
    }
    return out;
  }

  static size_t block_index(Op op, const std::string& word) {
    auto words = block_words(op);
    for (size_t i = 0; i < words.size(); ++i)
      if (word == words[i]) return i;
    fail("'" + word + "' is not a block of '" + info(op).text + "'");
  }

  static Op operation(const std::string& text) {
    static const std::map<std::string, Op> kByText = {
#define CORETAP_OP(name, text, ...) {text, Op::name},
#include "ir/ops.def"
    };
    auto found = kByText.find(text);
    if (found == kByText.end()) fail("'" + text + "' is not an operation");
    return found->second;
  }

  Inst instruction(LineReader line) {
    Inst inst;
    inst.span = text_.span();
    std::string first = line.word();
    if (line.take("=")) {
      inst.dst = local(first);
      first = line.word();
    }
    inst.op = operation(first);
    attributes(inst, line);
    while (!line.at_end() && !line.take("declined")) {
      inst.args.push_back(operand(line));
      if (line.take(",")) continue;
      if (!line.at_end()) line.expect("declined");
      if (!line.at_end()) inst.declined = local(line.word());
      break;
    }
    line.expect_end();
    return inst;
  }

  Operand operand(LineReader& line) {
    if (std::optional<Operand> literal = read_literal(line)) return *literal;
    return Operand::of(local(line.word()));
  }

  GlobalId global_named(const std::string& name) {
    for (GlobalId id = 0; id < module_.globals.size(); ++id)
      if (module_.globals[id].name == name) return id;
    fail("there is no global '" + name + "'");
  }

  /// "$dentry of vfs_unlink"
  uint32_t bound(LineReader& line) {
    std::string name = line.word().substr(1);
    if (name == "return") name.clear();
    line.expect("of");
    std::string owner = line.word();
    for (uint32_t i = 0; i < module_.bindings.size(); ++i)
      if (module_.bindings[i].name == name && module_.bindings[i].owner == owner) return i;
    fail("there is no binding of '" + name + "' of " + owner);
  }

  std::shared_ptr<const std::vector<UpdateStep>> steps(LineReader& line) {
    auto all = std::make_shared<std::vector<UpdateStep>>();
    do {
      UpdateStep step;
      step.reversed = line.take("reversed");
      if (line.take("larger"))
        step.kind = UpdateStep::KeepLarger;
      else if (line.take("smaller"))
        step.kind = UpdateStep::KeepSmaller;
      else
        step.op = operation(line.word());
      all->push_back(step);
    } while (line.take(","));
    line.expect("of");
    return all;
  }

  std::shared_ptr<const ForeachSpec> foreach_spec(LineReader& line) {
    auto spec = std::make_shared<ForeachSpec>();
    if (line.next() != '[') {
      spec->value = local(line.word());
      line.expect("=");
    }
    line.expect("[");
    while (!line.take("]")) {
      spec->keys.push_back(local(line.word()));
      line.take(",");
    }
    line.expect("in");
    spec->array = global_named(line.word());
    spec->over_hist = line.take("hist");
    if (spec->over_hist) spec->hist = read_hist(line);
    spec->sort_direction = line.take("ascending") ? 1 : line.take("descending") ? -1 : 0;
    if (spec->sort_direction) {
      line.expect("by");
      if (line.take("key"))
        spec->sort_column = line.count();
      else
        spec->sort_stat = read_stat(line);
    }
    spec->has_limit = line.take("limit");
    spec->slice_from = spec->has_limit ? 1 : 0;
    return spec;
  }

  static Space space(LineReader& line) {
    if (line.take("user")) return Space::User;
    line.expect("kernel");
    return Space::Kernel;
  }

  static SiteText site_text(const std::string& word) {
    for (SiteText text : kSiteTexts)
      if (word == site_text_name(text)) return text;
    fail("'" + word + "' is not a text of a site");
  }

  /// What the operation refers to besides its operands: as Printer::attributes() writes it.
  void attributes(Inst& inst, LineReader& line) {
    if (info(inst.op).names_global() && inst.op != Op::Foreach)
      inst.global = global_named(line.word());
    switch (inst.op) {
      case Op::GlobalUpdate:
      case Op::ArrayUpdate: inst.steps = steps(line); break;
      case Op::StatGet:
        inst.stat_fn = read_stat(line);
        if (line.take("shift")) inst.imm = line.number();
        break;
      case Op::HistGet:
      case Op::StrToHist:
      case Op::PrintHist: inst.hist = read_hist(line); break;
      case Op::Sprintf:
      case Op::Printf: {
        std::string format = line.string();
        inst.format = std::make_shared<const std::vector<FormatPiece>>(read_format(format));
        break;
      }
      case Op::Load:
        inst.space = space(line);
        read_width(line, inst.size, inst.is_signed);
        break;
      case Op::LoadStr:
      case Op::LoadBytes: inst.space = space(line); break;
      case Op::PerfRead: line.expect("counter"), inst.imm = line.number(); break;
      case Op::KernelAddress:
        line.expect("_stext"), line.expect("+"), inst.imm = line.number();
        break;
      case Op::Reg: line.expect("dwarf"), inst.imm = line.number(); break;
      case Op::CtxRet:
        if (line.next() == '$') inst.binding = bound(line);
        break;
      case Op::CtxArg:
        if (line.take("#")) {
          inst.imm = line.number();
          read_width(line, inst.size, inst.is_signed);
        } else {
          inst.binding = bound(line);
        }
        break;
      case Op::CoreExists:
        if (line.next() == '$')
          inst.binding = bound(line);
        else
          inst.core = read_core(line);
        break;
      case Op::CoreOffset:
      case Op::CoreField: inst.core = read_core(line); break;
      case Op::ColumnNum:
      case Op::ColumnStr: inst.imm = line.number(), line.expect("of"); break;
      case Op::SiteStr: inst.site_text = site_text(line.word()); break;
      case Op::RegexMatch: inst.name = line.string(); break;
      case Op::EmbeddedC: inst.c = std::make_shared<const EmbeddedC>(line.string()); break;
      case Op::Call: inst.function = function_named(module_, line.word(), side_); break;
      case Op::RunKernel: line.expect("handler"), inst.imm = line.number(); break;
      case Op::Send: line.expect("segment"), inst.imm = line.number(); break;
      case Op::Foreach: inst.foreach = foreach_spec(line); break;
      default: break;  // the others have operands only
    }
  }

  TextReader& text_;
  const Module& module_;
  const Side side_;
  Body& body_;
};

}  // namespace

std::optional<Operand> read_literal(LineReader& line) {
  if (line.take("*")) return Operand{};
  char next = line.next();
  if (next == '"') return Operand::string(line.string());
  if (next == '-' || std::isdigit(static_cast<unsigned char>(next)))
    return Operand::integer(line.number());
  return std::nullopt;
}

FunctionId function_named(const Module& module, const std::string& name, Side side) {
  for (Side made_for : {side, other(side)})
    for (FunctionId id = 0; id < module.functions.size(); ++id)
      if (module.functions[id].name == name && module.functions[id].side == made_for) return id;
  fail("there is no function '" + name + "'");
}

uint32_t read_parameters(LineReader& line, Body& body) {
  line.expect("(");
  uint32_t number = 0;
  while (!line.take(")")) {
    if (number) line.expect(",");
    declare(line, body);
    ++number;
  }
  return number;
}

void read_body(TextReader& text, const Module& module, Side side, Body& body) {
  BodyReader(text, module, side, body).run();
}

}  // namespace coretap::ir
