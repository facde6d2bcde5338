// Operands of USDT arguments, as the assembler of each machine writes them:
//
//   x86-64    $-5  %eax  %ah  -24(%rbp)  8(%rax,%rbx,4)  (,%rcx,8)  table+16(%rip)  counter  $counter
//   i386      the same with the registers and addresses of 32 bits
//   aarch64   5  w0  x1  sp  [x2]  [sp, 16]  [x0, x1]  [x0, x1, lsl 3]
//
// Numbers may be sums: gcc prints an offset as "4+16(%rsp)". What comes out is a value of the
// width and sign that the argument declares, as a tree of the same kind as a DWARF location's.
#include <elf.h>

#include <cctype>
#include <charconv>

#include "dwarf/location_compile.h"
#include "dwarf/registers.h"
#include "dwarf/usdt.h"

namespace coretap::debug {
namespace {

LocExprPtr node(LocExpr::Op op, int64_t value, std::vector<LocExprPtr> children = {}) {
  auto expr = std::make_shared<LocExpr>();
  expr->op = op;
  expr->value = value;
  expr->children = std::move(children);
  return expr;
}

LocExprPtr sum(LocExprPtr a, LocExprPtr b) {
  if (!a) return b;
  if (!b) return a;
  return node(LocExpr::Add, 0, {std::move(a), std::move(b)});
}

/// "N@": bytes, sign, and whether it is a floating-point number.
struct Shape {
  unsigned size = 8;
  bool is_signed = true;
  bool is_float = false;
};

/// Reads one operand. An operand that a probe cannot read is not a failure but a location with a reason
/// (VarLocation::why), so the parser keeps the first reason and its methods go on with any value.
class OperandParser {
 public:
  OperandParser(std::string_view text, uint16_t machine, const SymbolLookup& symbols)
      : text_(text), machine_(machine), symbols_(symbols) {}
  virtual ~OperandParser() = default;

  VarLocation parse(const Shape& shape) {
    shape_ = shape;
    LocExprPtr value = operand();
    if (problem_.empty() && !text_.empty()) fail("it is written in a way that is not known");
    VarLocation location;
    if (problem_.empty()) {
      location.kind = VarLocation::Value;
      location.expr = std::move(value);
    } else {
      location.kind = VarLocation::Unsupported;
      location.why = problem_;
    }
    return location;
  }

 protected:
  virtual LocExprPtr operand() = 0;

  void fail(const std::string& why) {
    if (problem_.empty()) problem_ = why;
  }
  bool failed() const { return !problem_.empty(); }

  char peek() const { return text_.empty() ? '\0' : text_.front(); }
  bool take(char c) {
    if (peek() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!take(c)) fail(std::string("a '") + c + "' is missing in it");
  }
  void skip_blanks() {
    while (take(' ')) {
    }
  }

  /// Letters, digits and what else symbols and registers have in their names.
  std::string word() {
    size_t end = 0;
    while (end < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[end])) ||
                                  text_[end] == '_' || text_[end] == '.' || text_[end] == '$'))
      end++;
    std::string found(text_.substr(0, end));
    text_.remove_prefix(end);
    return found;
  }

  int64_t number() {
    int base = 10;
    if (text_.starts_with("0x") || text_.starts_with("0X")) {
      base = 16;
      text_.remove_prefix(2);
    }
    uint64_t value = 0;
    auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value, base);
    if (error != std::errc()) fail("a number in it is out of range");
    text_.remove_prefix(static_cast<size_t>(end - text_.data()));
    return static_cast<int64_t>(value);
  }

  /// Sum of numbers and symbols.
  struct Constant {
    int64_t number = 0;
    bool is_address = false;  ///< with one symbol in it
    bool there = false;
  };
  Constant constant() {
    Constant result;
    for (bool first = true; !failed(); first = false) {
      bool negative = false;
      if (take('-'))
        negative = true;
      else if (!take('+') && !first)
        break;
      skip_blanks();
      if (std::isdigit(static_cast<unsigned char>(peek()))) {
        uint64_t value = static_cast<uint64_t>(number());
        result.number = static_cast<int64_t>(static_cast<uint64_t>(result.number) +
                                             (negative ? 0 - value : value));
      } else if (std::isalpha(static_cast<unsigned char>(peek())) || peek() == '_' ||
                 peek() == '.') {
        std::string name = word();
        std::set<uint64_t> addresses = symbols_(name);
        if (addresses.empty()) fail("its symbol '" + name + "' is not in the symbol table");
        if (addresses.size() > 1) fail("there are several symbols '" + name + "'");
        if (negative || result.is_address) fail("it computes with addresses of symbols");
        uint64_t address = addresses.empty() ? 0 : *addresses.begin();
        result.number = static_cast<int64_t>(static_cast<uint64_t>(result.number) + address);
        result.is_address = true;
      } else if (first && !negative) {
        return result;
      } else {
        fail("it is written in a way that is not known");
      }
      result.there = true;
    }
    return result;
  }

  static LocExprPtr expression_of(const Constant& constant) {
    return node(constant.is_address ? LocExpr::StaticAddr : LocExpr::Const, constant.number);
  }

  /// All 64 bits of the register that holds `name`, which must be one of its names.
  LocExprPtr address_register(const std::string& name) {
    std::optional<NamedRegister> found = register_named(machine_, name);
    if (found) return node(LocExpr::Reg, found->dwarf_number);
    fail("its register '" + name + "' is not one that a probe can read");
    return nullptr;
  }

  LocExprPtr register_value(const std::string& name) {
    std::optional<NamedRegister> found = register_named(machine_, name);
    if (!found) {
      fail(is_vector_register(machine_, name)
               ? "it is in the floating-point register '" + name + "', which a probe cannot read"
               : "its register '" + name + "' is not one that a probe can read");
      return nullptr;
    }
    if (shape_.size > address_size())
      fail("it is in two registers, of which the mark's note names one");
    LocExprPtr value = node(LocExpr::Reg, found->dwarf_number);
    if (found->shift != 0)
      value = node(LocExpr::Shr, 0, {value, node(LocExpr::Const, found->shift)});
    return extended(value);
  }

  LocExprPtr memory(LocExprPtr address) {
    auto load = std::make_shared<LocExpr>();
    load->op = LocExpr::Deref;
    load->size = shape_.size;
    load->is_signed = shape_.is_signed && !shape_.is_float;
    load->children = {address ? expr::wrapped(std::move(address), address_size()) : nullptr};
    return load;
  }

  LocExprPtr immediate(const Constant& constant) {
    if (constant.is_address) return extended(expression_of(constant));
    int unused = static_cast<int>(64 - 8 * shape_.size);
    auto bits = static_cast<uint64_t>(constant.number) << unused;
    return node(LocExpr::Const, shape_.is_signed ? static_cast<int64_t>(bits) >> unused
                                                 : static_cast<int64_t>(bits >> unused));
  }

 private:
  unsigned address_size() const { return registers_of(machine_)->address_size; }

  /// The lower `size` bytes of a 64-bit value, extended by its sign.
  LocExprPtr extended(LocExprPtr value) const {
    if (shape_.size == 8) return value;
    LocExprPtr unused = node(LocExpr::Const, 64 - 8 * static_cast<int64_t>(shape_.size));
    value = node(LocExpr::Shl, 0, {std::move(value), unused});
    return node(shape_.is_signed ? LocExpr::Sar : LocExpr::Shr, 0, {std::move(value), unused});
  }

  std::string_view text_;
  uint16_t machine_;
  const SymbolLookup& symbols_;
  Shape shape_;
  std::string problem_;
};

class X86Operand final : public OperandParser {
 public:
  using OperandParser::OperandParser;

 private:
  LocExprPtr operand() override {
    if (take('$')) {
      Constant value = constant();
      if (!value.there) fail("a number is missing in it");
      return immediate(value);
    }
    if (take('%')) {
      std::string name = word();
      if (peek() != ':') return register_value(name);
      fail("it is relative to the segment register '" + name + "' (a thread-local variable)");
      return nullptr;
    }
    return memory(address());
  }

  int64_t scale() {
    int64_t value = number();
    if (value != 1 && value != 2 && value != 4 && value != 8) fail("its scale is not 1, 2, 4 or 8");
    return value;
  }

  /// displacement(base,index,scale), each part optional.
  LocExprPtr address() {
    Constant displacement = constant();
    LocExprPtr sum_of_registers;
    bool relative_to_ip = false;
    if (take('(')) {
      if (take('%')) {
        std::string base = word();
        relative_to_ip = base == "rip" || base == "eip";
        if (!relative_to_ip) sum_of_registers = address_register(base);
      }
      if (take(',')) {
        expect('%');
        LocExprPtr index = address_register(word());
        if (take(',')) index = node(LocExpr::Mul, 0, {index, node(LocExpr::Const, scale())});
        sum_of_registers = sum(sum_of_registers, index);
      }
      expect(')');
    } else if (!displacement.there) {
      fail("it is empty");
    }
    // The assembler turns a bare offset from the instruction pointer into one from the next
    // instruction, which a note cannot say.
    if (relative_to_ip && !displacement.is_address) fail("it is relative to an instruction");
    if (sum_of_registers && !displacement.is_address && displacement.number == 0)
      return sum_of_registers;
    return sum(sum_of_registers, expression_of(displacement));
  }
};

class Arm64Operand final : public OperandParser {
 public:
  using OperandParser::OperandParser;

 private:
  LocExprPtr operand() override {
    if (take('[')) {
      LocExprPtr address = address_register(word());
      skip_blanks();
      if (take(',')) address = sum(std::move(address), offset());
      expect(']');
      return memory(std::move(address));
    }
    bool is_name = std::isalpha(static_cast<unsigned char>(peek()));
    if (is_name) return register_value(word());
    Constant value = constant();
    if (!value.there) fail("it is empty");
    return immediate(value);
  }

  /// A number, or a register, perhaps shifted to the left.
  LocExprPtr offset() {
    skip_blanks();
    if (!std::isalpha(static_cast<unsigned char>(peek()))) return expression_of(constant());
    LocExprPtr index = address_register(word());
    skip_blanks();
    if (!take(',')) return index;
    skip_blanks();
    if (word() != "lsl") fail("its index is extended in a way that is not known");
    skip_blanks();
    take('#');
    int64_t shift = number();
    if (shift < 0 || shift > 4) fail("its index is shifted further than an address can be");
    return node(LocExpr::Shl, 0, {index, node(LocExpr::Const, shift)});
  }
};

/// Takes "N@" or "Nf@" from the front of an argument; nothing if the width is none.
std::optional<Shape> take_shape(std::string_view& text) {
  size_t at = text.find('@');
  if (at == std::string_view::npos) return Shape{};
  std::string_view prefix = text.substr(0, at);
  text.remove_prefix(at + 1);
  Shape shape;
  shape.is_signed = prefix.starts_with('-');
  if (shape.is_signed) prefix.remove_prefix(1);
  if (prefix.ends_with('f')) {
    shape.is_float = true;
    prefix.remove_suffix(1);
  }
  auto [end, error] = std::from_chars(prefix.data(), prefix.data() + prefix.size(), shape.size);
  bool is_width = error == std::errc() && end == prefix.data() + prefix.size() &&
                  (shape.size == 1 || shape.size == 2 || shape.size == 4 || shape.size == 8);
  return is_width ? std::optional(shape) : std::nullopt;
}

VarLocation parse_argument(std::string_view text, uint16_t machine, const SymbolLookup& symbols) {
  std::optional<Shape> shape = take_shape(text);
  if (!shape) return unsupported("it is not a number of 1, 2, 4 or 8 bytes");
  if (machine == EM_X86_64 || machine == EM_386)
    return X86Operand(text, machine, symbols).parse(*shape);
  if (machine == EM_AARCH64) return Arm64Operand(text, machine, symbols).parse(*shape);
  return unsupported("the operands of this machine are not known");
}

}  // namespace

std::vector<UsdtArgument> parse_usdt_arguments(std::string_view text, uint16_t machine,
                                               const SymbolLookup& symbols) {
  std::vector<UsdtArgument> arguments;
  size_t begin = 0;
  int depth = 0;
  auto end_at = [&](size_t end) {
    if (end > begin) {
      std::string_view argument = text.substr(begin, end - begin);
      arguments.push_back({std::string(argument), parse_argument(argument, machine, symbols)});
    }
    begin = end + 1;
  };
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] == '(' || text[i] == '[') depth++;
    if (text[i] == ')' || text[i] == ']') depth--;
    if (text[i] == ' ' && depth <= 0) end_at(i);
  }
  end_at(text.size());
  return arguments;
}

}  // namespace coretap::debug
