// Where a variable lives, compiled from a DWARF location into a small expression tree that the
// translator turns into ordinary IR. This box never evaluates anything: it has no memory and no
// registers. The only switch over DW_OP_* is in location.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace coretap::debug {

struct LocExpr;
using LocExprPtr = std::shared_ptr<const LocExpr>;

/// A node of the tree; all values are 64-bit and wrap.
struct LocExpr {
  enum Op : uint8_t {
    Const,       ///< value
    StaticAddr,  ///< value = link-time address in the module; needs the load bias added
    Reg,         ///< DWARF register number `value`, as of the probed instruction
    EntryReg,    ///< register `value` as it was on entry of the function (DW_OP_entry_value);
                 ///< children[0], if there, is the CFA: it names this activation
    Deref,       ///< size bytes at children[0], zero-extended
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    And,
    Or,
    Xor,
    Shl,
    Shr,
    Sar,
    Neg,
    Not,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Select,   ///< children[0] != 0 ? children[1] : children[2]  (DW_OP_bra patterns)
    TlsAddr,  ///< children[0] = offset in the module's TLS block
  } op = Const;
  int64_t value = 0;
  unsigned size = 8;       ///< Deref
  bool is_signed = false;  ///< Deref: sign-extend instead
  std::vector<LocExprPtr> children;
};

/// What a location list entry says at one pc.
struct VarLocation {
  enum Kind : uint8_t {
    Memory,       ///< `expr` is the address
    Value,        ///< `expr` is the value itself (register or DW_OP_stack_value, const value)
    Pieces,       ///< the object is put together from `pieces`
    Unavailable,  ///< optimised out here: `why` says where it would be visible
    Unsupported,  ///< an operation we do not compile: `why` names it
  } kind = Unavailable;
  LocExprPtr expr;
  struct Piece {
    uint64_t byte_size = 0;
    std::shared_ptr<VarLocation> location;
  };
  std::vector<Piece> pieces;
  std::string why;
};

}  // namespace coretap::debug
