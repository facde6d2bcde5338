# Written by hand: parts of statements that an optimiser moved away from the rest, and copies that look alike. Every compiler
# version makes them elsewhere, so that no C program is sure to show them. Never run.
# Where an execution of a line begins there is a symbol: "at_LINE", "at_LINE_copy".
	.file 1 "parts.c"
	.text

# "function NAME LINE" begins a function and its entry in .debug_info; "done" ends it.
	.macro function name line
	.globl	\name
	.type	\name, @function
\name:
	.loc 1 \line 0
	.pushsection .debug_info
	.uleb128 2
	.asciz	"\name"
	.quad	\name
	.quad	.Lend_\name - \name
	.popsection
	.endm
	.macro done name line
	.loc 1 \line 1
	ret
.Lend_\name:
	.size	\name, .-\name
	.endm

	.section .debug_info,"",@progbits
	.long	.Linfo_end - .Linfo_version
.Linfo_version:
	.value	5
	.byte	1, 8
	.long	.debug_abbrev
	.uleb128 1
	.asciz	"clang version 14.0.6"
	.byte	0x1d
	.asciz	"parts.c"
	.asciz	"/"
	.quad	.Ltext
	.quad	.Ltext_end - .Ltext
	.long	.debug_line

	.text
.Ltext:
	function stored_behind_loop 10
	testl	%edi, %edi
	je	.Lstore
.Ladd:
	.loc 1 11 5
at_11:
	addl	(%rsi), %eax
	.loc 1 12 3
	addq	$4, %rsi
	subl	$1, %edi
	jne	.Ladd
.Lstore:
	.loc 1 11 5
	movl	%eax, variable(%rip)
	done stored_behind_loop 13

# "return a + b" behind a call in tail position, which became a loop.
	function summed_behind_loop 20
	xorl	%ebp, %ebp
	cmpl	$2, %edi
	jl	.Llast_sum
.Lcall:
	.loc 1 21 11
	call	summed_behind_loop
	.loc 1 22 12
at_22:
	addl	%eax, %ebp
	.loc 1 23 9
	subl	$2, %edi
	jg	.Lcall
.Llast_sum:
	.loc 1 22 12
	addl	%edi, %ebp
	done summed_behind_loop 24

# The last turn of a loop has a copy of its own.
	function last_turn_copied 30
	testl	%edi, %edi
	je	.Llast_turn
.Lturn:
	.loc 1 31 5
at_31:
	addl	(%rsi), %eax
	.loc 1 32 3
	addq	$4, %rsi
	subl	$1, %edi
	jne	.Lturn
.Llast_turn:
	.loc 1 31 5
at_31_copy:
	xorl	8(%rsi,%rdi), %eax
	done last_turn_copied 33

# Not all ways out of the loop come to the part behind it.
	function left_two_ways 40
	testl	%edi, %edi
	je	.Lother_way
.Lround:
	.loc 1 41 5
at_41:
	addl	(%rsi), %eax
	.loc 1 42 3
	addq	$4, %rsi
	cmpl	$100, %eax
	jg	.Lleft
	subl	$1, %edi
	jne	.Lround
.Lother_way:
	.loc 1 41 5
at_41_copy:
	movl	%eax, variable(%rip)
.Lleft:
	done left_two_ways 43

# An operand is loaded early on one of two ways, between it and the statement there are loads only.
	function loaded_early 50
	testl	%edi, %edi
	je	.Lloaded
	.loc 1 51 16
	movl	12(%rsp), %ecx
	.loc 1 52 27
	movl	16(%rsp), %edx
	jmp	.Lloaded
.Lloaded:
	.loc 1 51 18
at_51:
	imull	%ecx, %ecx
	movl	%ecx, variable(%rip)
	done loaded_early 53

# The same with a statement in between that does something.
	function loaded_for_two 60
	testl	%edi, %edi
	je	.Lagain
	.loc 1 61 16
at_61:
	movl	12(%rsp), %ecx
	.loc 1 62 27
	movl	%ecx, variable(%rip)
.Lagain:
	.loc 1 61 18
at_61_copy:
	imull	%ecx, %ecx
	done loaded_for_two 63

# The same where the first of the two computes.
	function computed_twice 70
	testl	%edi, %edi
	je	.Lsecond
	.loc 1 71 16
at_71:
	subl	%edx, %ecx
	.loc 1 72 27
	movl	16(%rsp), %edx
.Lsecond:
	.loc 1 71 18
at_71_copy:
	imull	%ecx, %ecx
	done computed_twice 73

	function main 80
	xorl	%eax, %eax
	done main 81
.Ltext_end:

	.bss
	.globl	variable
variable:
	.zero	4

	.section .debug_info,"",@progbits
	.uleb128 0
.Linfo_end:

	.section .debug_abbrev,"",@progbits
	.uleb128 1, 0x11	# DW_TAG_compile_unit, with children
	.byte	1
	.uleb128 0x25, 0x8	# DW_AT_producer, DW_FORM_string
	.uleb128 0x13, 0xb	# DW_AT_language, DW_FORM_data1
	.uleb128 0x03, 0x8	# DW_AT_name
	.uleb128 0x1b, 0x8	# DW_AT_comp_dir
	.uleb128 0x11, 0x1	# DW_AT_low_pc, DW_FORM_addr
	.uleb128 0x12, 0x7	# DW_AT_high_pc, DW_FORM_data8
	.uleb128 0x10, 0x17	# DW_AT_stmt_list
	.uleb128 0, 0
	.uleb128 2, 0x2e	# DW_TAG_subprogram
	.byte	0
	.uleb128 0x03, 0x8
	.uleb128 0x11, 0x1
	.uleb128 0x12, 0x7
	.uleb128 0, 0
	.byte	0

	.section .note.GNU-stack,"",@progbits
