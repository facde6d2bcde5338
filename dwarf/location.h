// Where a variable lives, compiled from a DWARF location into a small expression tree that the
// translator turns into ordinary IR. This box never evaluates anything: it has no memory and no
// registers. The only switch over DW_OP_* is in location_machine.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace coretap::debug {

/// A point in the execution of a program, finer than an address. Compilers move code, so that several statements can begin at
/// one address with none of their instructions there; a *view* numbers the rows that the line table has for that address, from 0.
/// Variables may have other values at each (DWARF issue 170427.1, gcc's -gvariable-location-views).
struct CodePoint {
  /// All rows of the address are passed: its instruction is about to run. The only view where a compiler has none.
  static constexpr uint32_t kInstruction = UINT32_MAX;

  uint64_t pc = 0;
  uint32_t view = kInstruction;

  CodePoint() = default;
  // Not explicit: an address alone is the point where its instruction is about to run.
  CodePoint(uint64_t address, uint32_t at_view = kInstruction) : pc(address), view(at_view) {}
  bool operator==(const CodePoint&) const = default;
};

struct LocExpr;
using LocExprPtr = std::shared_ptr<const LocExpr>;

/// A node of the tree; all values are 64-bit and wrap. Registers and addresses of a 32-bit program are zero-extended; where its
/// arithmetic would wrap, an And is in the tree.
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
    Select,         ///< children[0] != 0 ? children[1] : children[2]  (DW_OP_bra patterns)
    ThreadPointer,  ///< of the thread that runs
    ThreadBlock,  ///< where the thread that runs has the thread-local variables of module number children[0];
                  ///< `value` is how far from the thread pointer glibc keeps the way to all of them
    TlsAddr,  ///< children[0] = offset in the module's block of thread-local variables, which is somewhere
    ObjectAddr,  ///< the address of the object whose member's place this is (Member::address)
  } op = Const;
  int64_t value = 0;
  unsigned size = 8;       ///< Deref: bytes
  bool is_signed = false;  ///< Deref: sign-extend instead
  std::vector<LocExprPtr> children;
};

/// What a location list entry says at one pc.
struct VarLocation {
  enum Kind : uint8_t {
    Memory,  ///< `expr` is the address
    Value,   ///< `expr` is the value itself (register or DW_OP_stack_value, const value)
    Pieces,  ///< the object is put together from `pieces`
    ImplicitPointer,  ///< a pointer that the program does not keep; it would point `pointee_offset` bytes into `pointee`
    Unavailable,  ///< optimised out here: `why` says where it would be visible
    Unsupported,  ///< an operation we do not compile: `why` names it
  } kind = Unavailable;
  LocExprPtr expr;
  struct Piece {
    uint64_t byte_size = 0;
    std::shared_ptr<VarLocation> location;
  };
  std::vector<Piece> pieces;
  std::shared_ptr<VarLocation> pointee;
  int64_t pointee_offset = 0;
  std::string why;
};

}  // namespace coretap::debug
