" SystemTap scripts, as coretap reads them. The words are those of the grammar: tests/editors/test_syntax.py compares them.
if exists("b:current_syntax")
  finish
endif

syntax keyword stpDeclaration probe function global private
syntax keyword stpConditional if else
syntax keyword stpRepeat while for foreach
syntax keyword stpStatement in limit return delete break continue next try catch
syntax keyword stpType long string
syntax keyword stpPrint print println printd printdln printf print_char
syntax keyword stpPrint sprint sprintln sprintd sprintdln sprintf

syntax match stpNumber "\<\d\w*\>"
syntax match stpTarget "\$\$\?[a-zA-Z_][a-zA-Z0-9_$]*"
syntax match stpArgument "[$@]\(\d\+\|#\)"
syntax match stpMacro "@[a-zA-Z_$][a-zA-Z0-9_$]*"
syntax match stpPreprocessor "%[(?:)]"
" A keyword behind "->" is a member's name.
syntax match stpMember "->\s*\h\w*" contains=stpMemberArrow
syntax match stpMemberArrow "->" contained

syntax region stpString start=+"+ skip=+\\.+ end=+"+ end=+$+ contains=stpEscape,stpFormat
syntax match stpEscape "\\." contained
syntax match stpFormat "%[-+ #0]*\(\d\+\|\*\)\?\(\.\(\d\+\|\*\)\)\?[a-zA-Z%]" contained

" As a comment of a C program. "#" is one, too, but for "$#" and "@#".
syntax keyword stpTodo TODO FIXME XXX contained
syntax region stpComment start="#" end="$" contains=stpTodo
syntax region stpComment start="//" end="$" contains=stpTodo
syntax region stpComment start="/\*" end="\*/" contains=stpTodo
syntax match stpArgument "[$@]#"

syntax include @stpC syntax/c.vim
unlet! b:current_syntax
syntax region stpEmbedded matchgroup=stpPreprocessor start="%{" end="%}" contains=@stpC

highlight default link stpDeclaration Keyword
highlight default link stpConditional Conditional
highlight default link stpRepeat Repeat
highlight default link stpStatement Statement
highlight default link stpType Type
highlight default link stpPrint Function
highlight default link stpNumber Number
highlight default link stpTarget Identifier
highlight default link stpArgument Special
highlight default link stpMacro Macro
highlight default link stpPreprocessor PreProc
highlight default link stpString String
highlight default link stpEscape SpecialChar
highlight default link stpFormat SpecialChar
highlight default link stpTodo Todo
highlight default link stpComment Comment

let b:current_syntax = "systemtap"
