# Rules for unwinding of every kind. It never runs.
	.text
	.globl	plain
	.hidden	plain
	.type	plain, @function
plain:
	.cfi_startproc
	push	%rbp
	.cfi_def_cfa_offset 16
	.cfi_offset rbp, -16
	mov	%rsp, %rbp
	.cfi_def_cfa_register rbp
	.cfi_remember_state
	sub	$32, %rsp
	leave
	.cfi_restore rbp
	.cfi_def_cfa rsp, 8
	ret
	.cfi_restore_state
	nop
	.cfi_endproc
	.size	plain, .-plain
	.globl	expressions
	.type	expressions, @function
expressions:
	.cfi_startproc
	# DW_CFA_def_cfa_expression: breg7 8, lit16, plus, lit3, swap, drop
	.cfi_escape 0x0f, 0x06, 0x77, 0x08, 0x40, 0x22, 0x96, 0x96
	nop
	# DW_CFA_expression of rbx: breg7 16
	.cfi_escape 0x10, 0x03, 0x02, 0x77, 0x10
	# DW_CFA_val_expression of r12: breg7 0, deref, plus_uconst 4
	.cfi_escape 0x16, 0x0c, 0x05, 0x77, 0x00, 0x06, 0x23, 0x04
	nop
	.cfi_register r13, r14
	.cfi_same_value r15
	.cfi_undefined rdx
	.cfi_window_save
	nop
	.cfi_endproc
	.size	expressions, .-expressions
	.globl	signal
	.type	signal, @function
signal:
	.cfi_startproc
	.cfi_signal_frame
	.cfi_def_cfa rsp, 16
	.cfi_offset rip, -8
	.cfi_offset rsp, -16
	.cfi_personality 0x1b, plain
	.cfi_lsda 0x1b, area
	nop
	.cfi_endproc
	.size	signal, .-signal
	.section .gcc_except_table, "a", @progbits
area:
	.byte	0xff, 0xff, 0x01, 0x04, 0x00, 0x01, 0x02, 0x00
	.section .note.GNU-stack, "", @progbits
