# Written by hand: places in a function that control comes to in several ways, and the location lists with views that
# gcc makes for these. Every compiler version makes them elsewhere, so that no C program is sure to show them. Never run.
	.text
	.globl	main
	.type	main, @function
main:
	.file 1 "joins.c"
	.loc 1 1 0 view .Vmain
	testl	%edi, %edi
	je	.Ljoin
.Lbehind:
	movl	%edi, %eax
	# Two rows at an address that a jump goes to.
	.loc 1 2 0 view .Vjoin0
	.loc 1 3 0 view .Vjoin1
.Ljoin:
	movl	%esi, %esi
	# The same where control only falls in.
	.loc 1 4 0 view .Vplain0
	.loc 1 5 0 view .Vplain1
.Lplain:
	movl	%esi, %esi
	# The head of a loop.
	.loc 1 6 0 view .Vloop0
	.loc 1 7 0 view .Vloop1
.Lloop:
	subl	$1, %edi
.Llatch:
	jne	.Lloop
	# The cases of a switch.
	cmpl	$1, %esi
	ja	.Lcold
	movl	%esi, %ecx
	jmp	*.Ltable(,%rcx,8)
.Lcase:
	movl	%esi, %esi
	.loc 1 8 0 view .Vcase0
	.loc 1 9 0 view .Vcase1
.Lother_case:
	movl	%esi, %esi
.Lback:
	ret
	# What nothing seems to lead to, as to the landing pad of an exception.
	.loc 1 10 0 view .Vpad0
	.loc 1 11 0 view .Vpad1
.Lpad:
	movl	%esi, %esi
	ret
.Lend:
	.size	main, .-main

	# A part that was moved away for being cold.
	.section .text.unlikely,"ax",@progbits
	.type	main.cold, @function
main.cold:
.Lcold:
	movl	%edi, %edx
	.loc 1 12 0 view .Vcold0
	.loc 1 13 0 view .Vcold1
.Lcold_join:
	subl	$1, %edi
	jne	.Lcold_join
	jmp	.Lback
.Lcold_end:
	.size	main.cold, .-main.cold

	.section .rodata
	.align 8
.Ltable:
	.quad	.Lcase, .Lother_case

# "list NAME" is a variable and begins its location list; each "entry" says from where to where it is in a register.
	.macro entry from, from_view, to, to_view, register
	.pushsection .debug_loclists
	.uleb128 \from_view
	.uleb128 \to_view
	.popsection
	.pushsection .debug_loclists, 1
	.byte	7		# DW_LLE_start_end
	.quad	\from, \to
	.uleb128 1
	.byte	0x50 + \register
	.popsection
	.endm
	.macro list name
	.pushsection .debug_loclists
.Lviews_\name:
	.popsection
	.pushsection .debug_loclists, 1
	.byte	0		# DW_LLE_end_of_list of the one before
.Llist_\name:
	.popsection
	.pushsection .debug_info
	.uleb128 3
	.asciz	"\name"
	.long	.Llist_\name
	.long	.Lviews_\name
	.popsection
	.endm

	.section .debug_loclists,"",@progbits
	.long	.Llists_end - .Llists_version
.Llists_version:
	.value	5
	.byte	8, 0
	.long	0

	.section .debug_abbrev,"",@progbits
	.uleb128 1, 0x11	# DW_TAG_compile_unit, with children
	.byte	1
	.uleb128 0x25, 0x8	# DW_AT_producer, DW_FORM_string
	.uleb128 0x13, 0xb	# DW_AT_language, DW_FORM_data1
	.uleb128 0x03, 0x8	# DW_AT_name
	.uleb128 0x1b, 0x8	# DW_AT_comp_dir
	.uleb128 0x11, 0x1	# DW_AT_low_pc, DW_FORM_addr
	.uleb128 0x55, 0x17	# DW_AT_ranges, DW_FORM_sec_offset
	.uleb128 0x10, 0x17	# DW_AT_stmt_list
	.uleb128 0, 0
	.uleb128 2, 0x2e	# DW_TAG_subprogram, with children
	.byte	1
	.uleb128 0x03, 0x8
	.uleb128 0x55, 0x17
	.uleb128 0x52, 0x1	# DW_AT_entry_pc
	.uleb128 0, 0
	.uleb128 3, 0x34	# DW_TAG_variable
	.byte	0
	.uleb128 0x03, 0x8
	.uleb128 0x02, 0x17	# DW_AT_location
	.uleb128 0x2137, 0x17	# DW_AT_GNU_locviews
	.uleb128 0, 0
	.byte	0

	.section .debug_rnglists,"",@progbits
	.long	.Lranges_end - .Lranges_version
.Lranges_version:
	.value	5
	.byte	8, 0
	.long	0
.Lranges:
	.byte	6		# DW_RLE_start_end
	.quad	main, .Lend
	.byte	6
	.quad	main.cold, .Lcold_end
	.byte	0
.Lranges_end:

	.section .debug_info,"",@progbits
	.long	.Linfo_end - .Linfo_version
.Linfo_version:
	.value	5
	.byte	1, 8
	.long	.debug_abbrev
	.uleb128 1
	.asciz	"GNU C17 12.2.0 -O2"
	.byte	0x1d
	.asciz	"joins.c"
	.asciz	"/"
	.quad	0
	.long	.Lranges
	.long	.debug_line
	.uleb128 2
	.asciz	"main"
	.long	.Lranges
	.quad	main

	# At the join: the jump has it in the same register as the way from above,
	list same_at_jump
	entry main, 0, .Ljoin, .Vjoin1, 3
	entry .Ljoin, .Vjoin1, .Lend, 0, 2
	# or in the register of the instruction,
	list as_instruction
	entry main, 0, .Lbehind, 0, 2
	entry .Lbehind, 0, .Ljoin, .Vjoin1, 0
	entry .Ljoin, .Vjoin1, .Lend, 0, 2
	# or in a third one,
	list elsewhere_at_jump
	entry main, 0, .Lbehind, 0, 1
	entry .Lbehind, 0, .Ljoin, .Vjoin1, 0
	entry .Ljoin, .Vjoin1, .Lend, 0, 2
	# or nowhere.
	list unknown_at_jump
	entry .Lbehind, 0, .Ljoin, .Vjoin1, 0
	entry .Ljoin, .Vjoin1, .Lend, 0, 2
	# It stays where it is.
	list goes_on
	entry .Lbehind, 0, .Lend, 0, 0
	# A value that only one of the statements has.
	list of_statement
	entry main, 0, .Ljoin, .Vjoin0, 2
	entry .Ljoin, .Vjoin0, .Ljoin, .Vjoin1, 0
	entry .Ljoin, .Vjoin1, .Lend, 0, 2

	list plain
	entry .Lbehind, 0, .Lplain, .Vplain1, 0
	entry .Lplain, .Vplain1, .Lend, 0, 2

	list at_loop
	entry .Lbehind, 0, .Lloop, .Vloop1, 0
	entry .Lloop, .Vloop1, .Lend, 0, 2
	list lost_in_loop
	entry .Lbehind, 0, .Lloop, .Vloop1, 0
	entry .Lloop, .Vloop1, .Llatch, 0, 2

	list at_case
	entry main, 0, .Lcase, 0, 2
	entry .Lcase, 0, .Lother_case, .Vcase1, 0
	entry .Lother_case, .Vcase1, .Lend, 0, 2
	list lost_at_case
	entry main, 0, .Lcase, 0, 1
	entry .Lcase, 0, .Lother_case, .Vcase1, 0
	entry .Lother_case, .Vcase1, .Lend, 0, 2

	list at_pad
	entry main, 0, .Lpad, .Vpad1, 0
	entry .Lpad, .Vpad1, .Lend, 0, 2

	list in_cold
	entry main.cold, 0, .Lcold_join, .Vcold1, 0
	entry .Lcold_join, .Vcold1, .Lcold_end, 0, 2
	.uleb128 0
	.uleb128 0
.Linfo_end:

	.section .debug_loclists
	.subsection 1
	.byte	0
.Llists_end:

	.section .debug_line,"",@progbits
	.section .note.GNU-stack,"",@progbits
