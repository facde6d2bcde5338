# Written by hand: the name of the last type is the end of .debug_info, as no producer leaves it: without its zero byte, unless
# ENDED is defined. Never run.
	DW_TAG_compile_unit = 0x11
	DW_TAG_structure_type = 0x13
	DW_AT_name = 0x03
	DW_AT_byte_size = 0x0b
	DW_AT_language = 0x13
	DW_FORM_string = 0x08
	DW_FORM_data1 = 0x0b
	DW_LANG_C = 0x02
	.text
	.globl	main
main:	ret

	.section .debug_abbrev,"",@progbits
	.uleb128 1, DW_TAG_compile_unit
	.byte	1
	.uleb128 DW_AT_language, DW_FORM_data1, 0, 0
	.uleb128 2, DW_TAG_structure_type
	.byte	0
	.uleb128 DW_AT_byte_size, DW_FORM_data1, DW_AT_name, DW_FORM_string, 0, 0
	.byte	0

	.section .debug_info,"",@progbits
	.long	.Lend - .Lbegin
.Lbegin:
	.value	4
	.long	0
	.byte	8
	.uleb128 1
	.byte	DW_LANG_C
	.uleb128 2
	.byte	4
	.ascii	"named"
	.byte	0
	.uleb128 2
	.byte	4
	.ascii	"last"
.ifdef ENDED
	.byte	0
.endif
.Lend:
