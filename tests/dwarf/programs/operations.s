# Written by hand: a variable for each DWARF operation that dwarf/location_machine.cpp runs, whose expression no compiler is sure to
# write. operations_test.cpp compares what they are at line 2 with gdb, and fails at an operation of that file that is not here.
	DW_OP_addr = 0x03
	DW_OP_deref = 0x06
	DW_OP_const1u = 0x08
	DW_OP_const1s = 0x09
	DW_OP_const2u = 0x0a
	DW_OP_const2s = 0x0b
	DW_OP_const4u = 0x0c
	DW_OP_const4s = 0x0d
	DW_OP_const8u = 0x0e
	DW_OP_const8s = 0x0f
	DW_OP_constu = 0x10
	DW_OP_consts = 0x11
	DW_OP_dup = 0x12
	DW_OP_drop = 0x13
	DW_OP_over = 0x14
	DW_OP_pick = 0x15
	DW_OP_swap = 0x16
	DW_OP_rot = 0x17
	DW_OP_abs = 0x19
	DW_OP_and = 0x1a
	DW_OP_div = 0x1b
	DW_OP_minus = 0x1c
	DW_OP_mod = 0x1d
	DW_OP_mul = 0x1e
	DW_OP_neg = 0x1f
	DW_OP_not = 0x20
	DW_OP_or = 0x21
	DW_OP_plus = 0x22
	DW_OP_plus_uconst = 0x23
	DW_OP_shl = 0x24
	DW_OP_shr = 0x25
	DW_OP_shra = 0x26
	DW_OP_xor = 0x27
	DW_OP_bra = 0x28
	DW_OP_eq = 0x29
	DW_OP_ge = 0x2a
	DW_OP_gt = 0x2b
	DW_OP_le = 0x2c
	DW_OP_lt = 0x2d
	DW_OP_ne = 0x2e
	DW_OP_skip = 0x2f
	DW_OP_lit0 = 0x30
	DW_OP_lit1 = 0x31
	DW_OP_lit5 = 0x35
	DW_OP_lit7 = 0x37
	DW_OP_lit31 = 0x4f
	DW_OP_reg0 = 0x50
	DW_OP_reg3 = 0x53
	DW_OP_breg0 = 0x70
	DW_OP_breg3 = 0x73
	DW_OP_regx = 0x90
	DW_OP_fbreg = 0x91
	DW_OP_bregx = 0x92
	DW_OP_piece = 0x93
	DW_OP_deref_size = 0x94
	DW_OP_nop = 0x96
	DW_OP_call2 = 0x98
	DW_OP_call4 = 0x99
	DW_OP_call_frame_cfa = 0x9c
	DW_OP_bit_piece = 0x9d
	DW_OP_implicit_value = 0x9e
	DW_OP_stack_value = 0x9f
	DW_OP_addrx = 0xa1
	DW_OP_constx = 0xa2
	DW_OP_const_type = 0xa4
	DW_OP_regval_type = 0xa5
	DW_OP_deref_type = 0xa6
	DW_OP_convert = 0xa8
	DW_OP_reinterpret = 0xa9
	DW_OP_GNU_const_type = 0xf4
	DW_OP_GNU_regval_type = 0xf5
	DW_OP_GNU_deref_type = 0xf6
	DW_OP_GNU_convert = 0xf7
	DW_OP_GNU_reinterpret = 0xf9
	DW_OP_GNU_addr_index = 0xfb
	DW_OP_GNU_const_index = 0xfc

	.text
	.globl	main
	.type	main, @function
main:
	.file 1 "operations.c"
	.loc 1 1 0
	.cfi_startproc
	pushq	%rbp
	.cfi_def_cfa_offset 16
	.cfi_offset 6, -16
	movq	%rsp, %rbp
	.cfi_def_cfa_register 6
	pushq	%rbx
	.cfi_offset 3, -24
	subq	$40, %rsp
	movq	$0x123456789a, %rax
	movq	$-77, %rbx
	movq	$1234, -32(%rbp)	# 48 below the canonical frame address
	.loc 1 2 0
	nop
	.loc 1 3 0
	xorl	%eax, %eax
	addq	$40, %rsp
	popq	%rbx
	popq	%rbp
	.cfi_def_cfa 7, 8
	ret
	.cfi_endproc
.Lend:
	.size	main, .-main

	.data
	.balign	8
number:
	.quad	-1000000007
bytes:
	.byte	0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10

	.section .debug_addr,"",@progbits
	.long	.Laddresses_end - .Laddresses_version
.Laddresses_version:
	.value	5
	.byte	8, 0
.Laddresses:
	.quad	number
	.quad	4711
.Laddresses_end:

	.section .debug_abbrev,"",@progbits
	.uleb128 1, 0x11	# DW_TAG_compile_unit, with children
	.byte	1
	.uleb128 0x25, 0x8	# DW_AT_producer, DW_FORM_string
	.uleb128 0x13, 0xb	# DW_AT_language, DW_FORM_data1
	.uleb128 0x03, 0x8	# DW_AT_name
	.uleb128 0x1b, 0x8	# DW_AT_comp_dir
	.uleb128 0x11, 0x1	# DW_AT_low_pc, DW_FORM_addr
	.uleb128 0x12, 0x7	# DW_AT_high_pc, DW_FORM_data8
	.uleb128 0x10, 0x17	# DW_AT_stmt_list, DW_FORM_sec_offset
	.uleb128 0x73, 0x17	# DW_AT_addr_base
	.uleb128 0, 0
	.uleb128 2, 0x2e	# DW_TAG_subprogram, with children
	.byte	1
	.uleb128 0x03, 0x8
	.uleb128 0x11, 0x1
	.uleb128 0x12, 0x7
	.uleb128 0x40, 0x18	# DW_AT_frame_base, DW_FORM_exprloc
	.uleb128 0, 0
	.uleb128 3, 0x34	# DW_TAG_variable
	.byte	0
	.uleb128 0x03, 0x8
	.uleb128 0x49, 0x13	# DW_AT_type, DW_FORM_ref4
	.uleb128 0x02, 0x18	# DW_AT_location
	.uleb128 0, 0
	.uleb128 4, 0x24	# DW_TAG_base_type
	.byte	0
	.uleb128 0x03, 0x8
	.uleb128 0x0b, 0xb	# DW_AT_byte_size
	.uleb128 0x3e, 0xb	# DW_AT_encoding
	.uleb128 0, 0
	.byte	0

	# A variable of type long; its expression stands between this and `end`.
	.macro variable name
	.uleb128 3
	.asciz	"\name"
	.long	.Llong - .Linfo
	.uleb128 2f - 1f
1:
	.endm
	.macro end
2:
	.endm

	.section .debug_info,"",@progbits
.Linfo:
	.long	.Linfo_end - .Linfo_version
.Linfo_version:
	.value	5
	.byte	1, 8
	.long	.debug_abbrev
	.uleb128 1
	.asciz	"GNU C17 12.2.0 -O2"
	.byte	0x1d
	.asciz	"operations.c"
	.asciz	"/"
	.quad	main
	.quad	.Lend - main
	.long	.debug_line
	.long	.Laddresses
.Llong:
	.uleb128 4
	.asciz	"long"
	.byte	8, 5
.Lunsigned:
	.uleb128 4
	.asciz	"unsigned long"
	.byte	8, 7
.Lint:
	.uleb128 4
	.asciz	"int"
	.byte	4, 5
.Lbyte:
	.uleb128 4
	.asciz	"unsigned char"
	.byte	1, 8
	.uleb128 2
	.asciz	"main"
	.quad	main
	.quad	.Lend - main
	.uleb128 1
	.byte	DW_OP_call_frame_cfa

	# Values from outside of the stack.
	variable literals
	.byte	DW_OP_lit0, DW_OP_lit31, DW_OP_plus, DW_OP_stack_value
	end
	variable const1
	.byte	DW_OP_const1u, 0xfe, DW_OP_const1s, 0x9c, DW_OP_mul, DW_OP_stack_value
	end
	variable const2
	.byte	DW_OP_const2u
	.value	0xfedc
	.byte	DW_OP_const2s
	.value	-1234
	.byte	DW_OP_mul, DW_OP_stack_value
	end
	variable const4
	.byte	DW_OP_const4u
	.long	0xfedcba98
	.byte	DW_OP_const4s
	.long	-123456
	.byte	DW_OP_mul, DW_OP_stack_value
	end
	variable const8
	.byte	DW_OP_const8u
	.quad	0xfedcba9876543210
	.byte	DW_OP_const8s
	.quad	-12345678901
	.byte	DW_OP_xor, DW_OP_stack_value
	end
	variable const_leb
	.byte	DW_OP_constu
	.uleb128 1000000
	.byte	DW_OP_consts
	.sleb128 -3
	.byte	DW_OP_mul, DW_OP_stack_value
	end
.Lin_memory:
	variable in_memory
	.byte	DW_OP_addr
	.quad	number
	end
	variable by_index
	.byte	DW_OP_addrx, 0
	end
	variable by_gnu_index
	.byte	DW_OP_GNU_addr_index, 0
	end
	variable constant_by_index
	.byte	DW_OP_constx, 1, DW_OP_stack_value
	end
	variable constant_by_gnu_index
	.byte	DW_OP_GNU_const_index, 1, DW_OP_stack_value
	end
	variable in_register
	.byte	DW_OP_reg0
	end
	variable in_rbx
	.byte	DW_OP_reg3
	end
	variable in_regx
	.byte	DW_OP_regx, 3
	end
	variable above_register
	.byte	DW_OP_breg0, 5, DW_OP_breg3, 0x7e, DW_OP_plus, DW_OP_stack_value
	end
	variable above_regx
	.byte	DW_OP_bregx, 3, 9, DW_OP_stack_value
	end
	variable in_frame
	.byte	DW_OP_fbreg
	.sleb128 -48
	end
	variable below_cfa
	.byte	DW_OP_call_frame_cfa, DW_OP_const1u, 48, DW_OP_minus
	end

	# The stack, and memory.
	variable dup
	.byte	DW_OP_lit7, DW_OP_dup, DW_OP_mul, DW_OP_stack_value
	end
	variable drop
	.byte	DW_OP_lit7, DW_OP_lit31, DW_OP_drop, DW_OP_stack_value
	end
	variable over
	.byte	DW_OP_lit7, DW_OP_lit31, DW_OP_over, DW_OP_minus, DW_OP_mul, DW_OP_stack_value
	end
	variable pick
	.byte	DW_OP_lit7, DW_OP_lit31, DW_OP_lit5, DW_OP_pick, 2, DW_OP_minus, DW_OP_mul, DW_OP_plus, DW_OP_stack_value
	end
	variable swap
	.byte	DW_OP_lit7, DW_OP_lit31, DW_OP_swap, DW_OP_minus, DW_OP_stack_value
	end
	variable rot
	.byte	DW_OP_lit7, DW_OP_lit31, DW_OP_lit5, DW_OP_rot, DW_OP_minus, DW_OP_mul, DW_OP_stack_value
	end
	variable deref
	.byte	DW_OP_addr
	.quad	number
	.byte	DW_OP_deref, DW_OP_lit1, DW_OP_plus, DW_OP_stack_value
	end
	variable deref_size
	.byte	DW_OP_addr
	.quad	bytes
	.byte	DW_OP_deref_size, 2, DW_OP_stack_value
	end

	variable call2
	.byte	DW_OP_call2
	.value	.Lin_memory - .Linfo
	.byte	DW_OP_deref, DW_OP_lit5, DW_OP_plus, DW_OP_stack_value
	end
	variable call4
	.byte	DW_OP_lit7, DW_OP_call4
	.long	.Lin_memory - .Linfo
	.byte	DW_OP_deref, DW_OP_mul, DW_OP_stack_value
	end

	# Calls that are refused.
.ifdef REFUSED
.Lcalls_itself:
	variable calls_itself
	.byte	DW_OP_call2
	.value	.Lcalls_itself - .Linfo
	end
.Lmany_calls:
	variable many_calls
	.rept	200
	.byte	DW_OP_call2
	.value	.Lno_step - .Linfo
	.endr
	.byte	DW_OP_lit1
	end
.Lno_step:
	variable no_step
	.rept	200
	.byte	DW_OP_nop
	.endr
	end
	variable calls_without_end
	.rept	200
	.byte	DW_OP_call2
	.value	.Lmany_calls - .Linfo
	.endr
	end
	variable calls_a_value
	.byte	DW_OP_call4
	.long	.Lvalue - .Linfo
	end
.Lvalue:
	variable value
	.byte	DW_OP_lit1, DW_OP_stack_value
	end
.endif

	# Arithmetic, of negative numbers where it matters.
	variable abs
	.byte	DW_OP_breg3, 0, DW_OP_abs, DW_OP_stack_value
	end
	variable and
	.byte	DW_OP_breg3, 0, DW_OP_const1u, 0xf0, DW_OP_and, DW_OP_stack_value
	end
	variable div
	.byte	DW_OP_breg3, 0, DW_OP_lit5, DW_OP_div, DW_OP_stack_value
	end
	variable mod
	.byte	DW_OP_breg0, 0, DW_OP_lit31, DW_OP_mod, DW_OP_stack_value
	end
	variable neg
	.byte	DW_OP_breg0, 0, DW_OP_neg, DW_OP_stack_value
	end
	variable not
	.byte	DW_OP_breg0, 0, DW_OP_not, DW_OP_stack_value
	end
	variable or
	.byte	DW_OP_breg0, 0, DW_OP_lit5, DW_OP_or, DW_OP_stack_value
	end
	variable plus_uconst
	.byte	DW_OP_breg3, 0, DW_OP_plus_uconst, 100, DW_OP_stack_value
	end
	variable shl
	.byte	DW_OP_breg3, 0, DW_OP_lit5, DW_OP_shl, DW_OP_stack_value
	end
	variable shr
	.byte	DW_OP_breg3, 0, DW_OP_lit5, DW_OP_shr, DW_OP_stack_value
	end
	variable shra
	.byte	DW_OP_breg3, 0, DW_OP_lit5, DW_OP_shra, DW_OP_stack_value
	end
	variable xor
	.byte	DW_OP_breg3, 0, DW_OP_breg0, 0, DW_OP_xor, DW_OP_stack_value
	end
	variable eq
	.byte	DW_OP_breg3, 0, DW_OP_breg3, 0, DW_OP_eq, DW_OP_stack_value
	end
	variable ne
	.byte	DW_OP_breg3, 0, DW_OP_breg0, 0, DW_OP_ne, DW_OP_stack_value
	end
	variable lt
	.byte	DW_OP_breg3, 0, DW_OP_lit5, DW_OP_lt, DW_OP_stack_value
	end
	variable le
	.byte	DW_OP_breg3, 0, DW_OP_breg3, 0, DW_OP_le, DW_OP_stack_value
	end
	variable gt
	.byte	DW_OP_lit5, DW_OP_breg3, 0, DW_OP_gt, DW_OP_stack_value
	end
	variable ge
	.byte	DW_OP_breg0, 0, DW_OP_lit5, DW_OP_ge, DW_OP_stack_value
	end

	# 31 if rbx is negative, as it is, else 7.
	variable branch
	.byte	DW_OP_breg3, 0, DW_OP_lit0, DW_OP_lt, DW_OP_bra
	.value	4
	.byte	DW_OP_lit7, DW_OP_skip
	.value	1
	.byte	DW_OP_lit31, DW_OP_stack_value
	end

	# Entries with a type.
	variable const_type
	.byte	DW_OP_const_type
	.uleb128 .Lint - .Linfo
	.byte	4
	.long	-2000000000
	.byte	DW_OP_dup, DW_OP_plus, DW_OP_convert
	.uleb128 .Llong - .Linfo
	.byte	DW_OP_stack_value
	end
	variable gnu_const_type
	.byte	DW_OP_GNU_const_type
	.uleb128 .Lbyte - .Linfo
	.byte	1, 200, DW_OP_dup, DW_OP_plus, DW_OP_GNU_convert
	.uleb128 .Llong - .Linfo
	.byte	DW_OP_stack_value
	end
	variable regval_type
	.byte	DW_OP_regval_type, 3
	.uleb128 .Lbyte - .Linfo
	.byte	DW_OP_convert
	.uleb128 .Llong - .Linfo
	.byte	DW_OP_stack_value
	end
	variable gnu_regval_type
	.byte	DW_OP_GNU_regval_type, 0
	.uleb128 .Lint - .Linfo
	.byte	DW_OP_GNU_convert
	.uleb128 .Llong - .Linfo
	.byte	DW_OP_stack_value
	end
	variable deref_type
	.byte	DW_OP_addr
	.quad	bytes
	.byte	DW_OP_deref_type, 4
	.uleb128 .Lint - .Linfo
	.byte	DW_OP_convert
	.uleb128 .Llong - .Linfo
	.byte	DW_OP_stack_value
	end
	variable gnu_deref_type
	.byte	DW_OP_addr
	.quad	bytes
	.byte	DW_OP_GNU_deref_type, 1
	.uleb128 .Lbyte - .Linfo
	.byte	DW_OP_GNU_convert
	.uleb128 .Llong - .Linfo
	.byte	DW_OP_stack_value
	end
	variable unsigned_less
	.byte	DW_OP_regval_type, 3
	.uleb128 .Lunsigned - .Linfo
	.byte	DW_OP_regval_type, 0
	.uleb128 .Lunsigned - .Linfo
	.byte	DW_OP_lt, DW_OP_stack_value
	end
	variable reinterpret
	.byte	DW_OP_regval_type, 3
	.uleb128 .Llong - .Linfo
	.byte	DW_OP_reinterpret
	.uleb128 .Lunsigned - .Linfo
	.byte	DW_OP_GNU_reinterpret, 0, DW_OP_stack_value
	end

	# Where it is.
	variable nop
	.byte	DW_OP_nop, DW_OP_lit7, DW_OP_stack_value
	end
	variable implicit_value
	.byte	DW_OP_implicit_value, 8, 1, 2, 3, 4, 5, 6, 7, 0x88
	end
	variable pieces
	.byte	DW_OP_reg3, DW_OP_piece, 4, DW_OP_addr
	.quad	bytes
	.byte	DW_OP_bit_piece, 32, 0
	end

	.byte	0, 0
.Linfo_end:

	.section .note.GNU-stack,"",@progbits
