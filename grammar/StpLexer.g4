// The tokens of SystemTap's language. No actions, no predicates: what a token means in its place
// (a macro call or an operator, an argument or a target variable) is decided by the preprocessor
// and the tree builder, in C++.
//
// The lexer reads bytes, not code points, so that token positions are byte offsets and a stray
// byte in a script is a diagnostic instead of an exception.
lexer grammar StpLexer;

// Keywords. They are ordinary names after '->' and inside probe points (see `name` in the parser).
PROBE: 'probe';
GLOBAL: 'global';
FUNCTION: 'function';
PRIVATE: 'private';
IF: 'if';
ELSE: 'else';
WHILE: 'while';
FOR: 'for';
FOREACH: 'foreach';
IN: 'in';
LIMIT: 'limit';
RETURN: 'return';
DELETE: 'delete';
BREAK: 'break';
CONTINUE: 'continue';
NEXT: 'next';
TRY: 'try';
CATCH: 'catch';
LONG: 'long';
STRING: 'string';

// Preprocessor.
PP_OPEN: '%(';
PP_THEN: '%?';
PP_ELSE: '%:';
PP_CLOSE: '%)';

// Operators, longest first where one begins another (the lexer takes the longest anyway).
USHR_ASSIGN: '>>>=';
SHL_ASSIGN: '<<=';
SHR_ASSIGN: '>>=';
AGGREGATE: '<<<';
USHR: '>>>';
SHL: '<<';
SHR: '>>';
INCREMENT: '++';
DECREMENT: '--';
ADD_ASSIGN: '+=';
SUB_ASSIGN: '-=';
MUL_ASSIGN: '*=';
DIV_ASSIGN: '/=';
MOD_ASSIGN: '%=';
AND_ASSIGN: '&=';
OR_ASSIGN: '|=';
XOR_ASSIGN: '^=';
CONCAT_ASSIGN: '.=';
ARROW: '->';
LOGICAL_AND: '&&';
LOGICAL_OR: '||';
EQUAL: '==';
NOT_EQUAL: '!=';
LESS_EQUAL: '<=';
GREATER_EQUAL: '>=';
MATCH: '=~';
NOT_MATCH: '!~';
ASSIGN: '=';
LESS: '<';
GREATER: '>';
PLUS: '+';
MINUS: '-';
STAR: '*';
SLASH: '/';
PERCENT: '%';
AMPERSAND: '&';
PIPE: '|';
CARET: '^';
TILDE: '~';
BANG: '!';
QUESTION: '?';
COLON: ':';
COMMA: ',';
SEMICOLON: ';';
DOT: '.';
LPAREN: '(';
RPAREN: ')';
LBRACKET: '[';
RBRACKET: ']';
LBRACE: '{';
RBRACE: '}';

// '$' is a letter inside a name: `$task->comm$` ends with the name `comm$`.
IDENTIFIER: [a-zA-Z_] [a-zA-Z0-9_$]*;
// `$name`, `$$vars`; and the lone pretty-print suffix, as in `$array[0]$$`.
PRETTY: '$' '$'?;
TARGET: '$' [a-zA-Z_$] [a-zA-Z0-9_$]*;
// `@name` of an operator or a macro.
AT_NAME: '@' [a-zA-Z_$] [a-zA-Z0-9_$]*;
// A script argument, or how many there are: pasted as text (`$1`) or as a string (`@1`).
ARGUMENT: '$' ([0-9]+ | '#');
AT_ARGUMENT: '@' ([0-9]+ | '#');

// Anything that begins with a digit is one token, so that "12abc" is one mistake, not two tokens.
NUMBER: [0-9] [a-zA-Z0-9_]*;
STRING_LITERAL: '"' (~["\\\r\n] | '\\' .)* '"';
// Embedded C: everything up to the first '%}'.
EMBEDDED: '%{' .*? '%}';

// Comments are on the hidden channel: the parser does not see them, --format keeps them.
COMMENT: ('#' ~[\r\n]* | '//' ~[\r\n]* | '/*' .*? '*/') -> channel(HIDDEN);
SPACE: [ \t\r\n\u000b\f]+ -> skip;

// What cannot be a token: reported with a sentence of its own by the preprocessor.
BAD_STRING: '"' (~["\\\r\n] | '\\' ~[\r\n])* '\\'?;
BAD_EMBEDDED: '%{';
BAD_COMMENT: '/*';
BAD_CHARACTER: .;
